"""A static model to a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from sentemo.artifacts.card import data_lines, licence_of, shown
from sentemo.artifacts.manifest import check_free, write_manifest
from sentemo.artifacts.weights import Array, write_weights
from sentemo.export.static_folder import CONFIG, TOKENIZER, WEIGHTS, Static
from sentemo.files import staged_folder


def write_static(folder: Path, static: Static, numbers: Mapping[str, Array], tokenizer: Tokenizer) -> None:
    """Write a static model, large matrices in 8 bits, whole or not at all.

    Raises `UsageError` for a folder that holds something else.
    """
    check_free(folder)
    with staged_folder(folder) as staged:
        write_weights(staged / WEIGHTS, numbers, "int8")
        tokenizer.save(str(staged / TOKENIZER))
        (staged / CONFIG).write_text(static.to_text(), encoding="utf-8")
        (staged / "README.md").write_text(static_card(static.labels, static.facts), encoding="utf-8")
        write_manifest(staged)


def static_card(labels: Sequence[str], facts: Mapping[str, Any]) -> str:
    """Write the model card as Markdown with the hub's header."""
    licence, tag = licence_of(facts)
    known = "\n".join(f"| {name} | {shown(value)} |" for name, value in facts.items())
    return f"""---
license: {tag}
library_name: sentemo
pipeline_tag: text-classification
tags: [emotion-recognition-in-conversation, static-embeddings]
---
# A static model of sentemo

Labels every utterance of a conversation with its emotion, roughly and fast, for the first pass over an archive: a table
of tokens' vectors, summed up for each utterance, and a small network that reads it between its neighbours. The order of
words says nothing to it. Labels: {", ".join(labels)}.

| | |
|---|---|
{known}

Figures are of the protocol `standard`; * leaves neutral out of the average, brackets hold 95 % intervals.
Measure others with `sentemo evaluate`.

## Data and licence
Model and static model learnt from:

{data_lines(facts)}
The weights follow from that data. Licence of the weights: **{licence}**. The code that runs them is Apache-2.0.

## Use and limits
```python
from sentemo import Conversation
from sentemo.export.static_model import StaticModel

model = StaticModel.from_pretrained("PATH")
print(model.predict(Conversation.of(("Ann", "I got the job!"), ("Bob", "No way... really?"))))
```
English everyday conversation only. It labels what is written, which is not what a person feels; rare labels are often
missed, more often than by the model that it was distilled from. Don't use it to judge people, at work or in public
places, nor for medical or legal decisions.
"""
