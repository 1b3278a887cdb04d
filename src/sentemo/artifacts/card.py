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
    "empathetic": ("EmpatheticDialogues (Rashkin et al. 2019)", "CC BY-NC 4.0", "cc-by-nc-4.0"),
    "xed": ("XED (Öhman et al. 2020)", "CC BY 4.0", "cc-by-4.0"),
    "brighter": ("BRIGHTER (Muhammad et al. 2025)", "CC BY 4.0", "cc-by-4.0"),
    "everyday": ("Everyday (synthetic, the project's own)", "CC BY 4.0", "cc-by-4.0"),
    "customers": ("Customers (synthetic, the project's own)", "CC BY 4.0", "cc-by-4.0"),
    "shades": ("Shades (fine-grained labels of Everyday and Customers)", "CC BY 4.0", "cc-by-4.0"),
}


FREE = ("Apache-2.0", "CC BY 4.0")
"""Licences under which data may be used for anything, with attribution."""


def corpora_of(facts: Mapping[str, Any]) -> list[str]:
    """Return the corpora that a model was trained on, without duplicates from relabelling."""
    names = facts.get("corpora") or [facts.get("corpus", "")]
    return [*dict.fromkeys(str(name).removesuffix("-everyday") for name in names)]


def licence_of(facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return the licence of a model's weights that follows from its data, in words and as the hub's tag."""
    known = [LICENCES.get(name, (name, "that of its data", "other")) for name in corpora_of(facts)]
    if all(licence in FREE for _, licence, _ in known):
        return "any use, with attribution (trained on open data: Apache-2.0 and CC BY 4.0)", "cc-by-4.0"
    bound = [(title, licence, tag) for title, licence, tag in known if licence not in FREE]
    tags = {tag for _, _, tag in bound}
    return " and ".join(f"{licence} ({title})" for title, licence, _ in bound), tags.pop() if len(
        tags
    ) == 1 else "other"


def model_card(*, labels: Sequence[str], encoder: str, tuned: bool, parameters: int, facts: Mapping[str, Any]) -> str:
    """Return the card as Markdown with the hub's header.

    `facts` is what training recorded: corpora, recipe, seed, date, machine, and the figures on validation.
    """
    licence, tag = licence_of(facts)
    known = "\n".join(f"| {name} | {shown(value)} |" for name, value in facts.items() if name != "adapted")
    return f"""---
license: {tag}
library_name: sentemo
pipeline_tag: text-classification
tags: [emotion-recognition-in-conversation, metric-learning]
---
# SentEmoContext

Labels every utterance of a conversation with its emotion, from the utterance and its dialogue.
Labels: {", ".join(labels)}.{_adapted(facts)}

| | |
|---|---|
| sentence encoder | {_encoder(encoder, tuned)} |
| parameters in the weights | {parameters:,} |
{known}

Figures are of the protocol `standard`; * leaves neutral out of the average, brackets hold 95 % intervals.
Measure others with `sentemo evaluate`.

## Data and licence
Trained on:

{data_lines(facts)}
The weights follow from that data. Licence of the weights: **{licence}**.
The code that runs them is Apache-2.0.

## Use and limits
```python
from sentemo import Conversation, SentEmoContext

model = SentEmoContext.from_pretrained("PATH-OR-HUB-ID")
print(model.predict(Conversation.of(("Ann", "I got the job!"), ("Bob", "No way... really?"))))
```
English only. It labels what is written, which is not what a person feels; rare labels are often missed (see the figures
per label). Don't use it to judge people, at work or in public places, nor for medical or legal decisions. Method:
Gendron and Guibon (2024), *Context-Aware Siamese Networks for Efficient Emotion Recognition in Conversation*, as its
text describes it.
"""


def data_lines(facts: Mapping[str, Any]) -> str:
    """Return the corpora that a model was trained on, with their licences, one per line."""
    known = (LICENCES.get(name, (name or "unknown", "unknown", "")) for name in corpora_of(facts))
    lines = "".join(f"- {title}: {terms}\n" for title, terms, _ in known)
    again = [str(name) for name in facts.get("corpora", []) if str(name).endswith("-everyday")]
    if not again:
        return lines
    return lines + (
        "\nThe texts of some of them were labelled again for this project, by a language model, blind to the corpora's "
        f"own labels ({', '.join(again)}).\n"
    )


def shown(value: object) -> str:
    """Format a fact for the card."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {share}" for name, share in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _adapted(facts: Mapping[str, Any]) -> str:
    """Note that labels were learnt from a few examples, so that the figures below are for other labels."""
    found = facts.get("adapted")
    if not found:
        return ""
    counts = ", ".join(f"{name} {count}" for name, count in found["examples"].items())
    expected = "unknown" if found["accuracy"] is None else f"{found['accuracy']:.0%}"
    return (
        f"\nLearnt from a few examples (by {found['method']}): {counts}; expected accuracy on examples left out: "
        f"{expected}.\nThe examples' texts are inside. The table below is of the model that was adapted."
    )


def _encoder(name: str, tuned: bool) -> str:
    how = "tuned together with the network, inside the weights; started from weights" if tuned else "frozen,"
    return f"{name}, {how} under their own licence (all-MiniLM-L6-v2: Apache-2.0)"
