"""The model card: what a model is, what it was trained on, how good it is, what it may be used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LICENCES = {
    "dailydialog": ("DailyDialog (Li et al. 2017)", "CC BY-NC-SA 4.0", "cc-by-nc-sa-4.0"),
    "meld": ("MELD (Poria et al. 2019)", "GPL-3.0", "gpl-3.0"),
    "emorynlp": ("EmoryNLP (Zahiri and Choi 2018)", "Apache-2.0", "apache-2.0"),
    "iemocap": ("IEMOCAP (Busso et al. 2008)", "its own research licence", "other"),
    "goemotions": ("GoEmotions (Demszky et al. 2020)", "Apache-2.0", "apache-2.0"),
}


def model_card(*, labels: Sequence[str], encoder: str, tuned: bool, parameters: int, facts: Mapping[str, Any]) -> str:
    """Write the card as Markdown with the hub's header.

    `facts` is what training recorded: corpus, recipe, seed, date, machine, and the figures on validation.
    """
    corpus = str(facts.get("corpus", ""))
    title, licence, tag = LICENCES.get(corpus, (corpus or "unknown data", "that of its data", "other"))
    known = "\n".join(f"| {name} | {value} |" for name, value in facts.items() if name != "adapted")
    return f"""---
license: {tag}
library_name: sentemo
pipeline_tag: text-classification
tags: [emotion-recognition-in-conversation, metric-learning]
---
# SentEmoContext

Names the emotion of every utterance of a conversation, from the utterance and its dialogue.
Labels: {", ".join(labels)}.{_adapted(facts)}

| | |
|---|---|
| sentence encoder | {_encoder(encoder, tuned)} |
| parameters in the weights | {parameters:,} |
{known}

Figures are of the protocol `standard`; * leaves neutral out of the average, brackets hold 95 % intervals.
Measure others with `sentemo evaluate`.

## Data and licence
Trained on {title}, licence {licence}.{_sources(facts)} The weights follow from that data and
**may be used as its licence allows** (DailyDialog's: not commercially, with attribution, shared alike).
The code that runs them is Apache-2.0.

## Use and limits
```python
from sentemo import Conversation, SentEmoContext

model = SentEmoContext.from_pretrained("PATH-OR-HUB-ID")
print(model.predict(Conversation.of(("Ann", "I got the job!"), ("Bob", "No way... really?"))))
```
English everyday conversation only. It labels what is written, which is not what a person feels; rare labels are
often missed (see the figures per label). Don't use it to judge people, at work or in public places, nor for medical
or legal decisions. Method: Gendron and Guibon (2024), *Context-Aware Siamese Networks for Efficient Emotion
Recognition in Conversation*, as its text describes it.
"""


def _adapted(facts: Mapping[str, Any]) -> str:
    """Say that labels were learnt from a few examples, so that the figures below are of other labels."""
    found = facts.get("adapted")
    if not found:
        return ""
    counts = ", ".join(f"{name} {count}" for name, count in found["examples"].items())
    expected = "unknown" if found["accuracy"] is None else f"{found['accuracy']:.0%}"
    return (
        f"\nLearnt from a few examples (by {found['method']}): {counts}; expected accuracy on examples left out: "
        f"{expected}.\nThe examples' texts are inside. The table below is of the model that was adapted."
    )


def _sources(facts: Mapping[str, Any]) -> str:
    """Name the corpora that came first, with their licences."""
    names = [name for name in str(facts.get("trained first on", "")).split(", ") if name]
    known = [LICENCES.get(name, (name, "that of its data", "")) for name in names]
    return "".join(f" Before that trained on {title}, licence {licence}." for title, licence, _ in known)


def _encoder(name: str, tuned: bool) -> str:
    how = "tuned together with the network, inside the weights; started from weights" if tuned else "frozen,"
    return f"{name}, {how} under their own licence (all-MiniLM-L6-v2: Apache-2.0)"
