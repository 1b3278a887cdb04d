"""Save and load a static model: configuration, weights and tokenizer, validated on reading. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from sentemo.artifacts.card import data_lines, licence_of, shown
from sentemo.artifacts.config import as_record, read_object
from sentemo.artifacts.manifest import AGAIN, check_free, write_manifest
from sentemo.artifacts.weights import Array, write_weights
from sentemo.errors import BadInput, BadModel
from sentemo.files import staged_folder
from sentemo.judgement import Rule
from sentemo.static.network import bands
from sentemo.types import LabelSet

FORMAT = "sentemo-static-2"
CONFIG, WEIGHTS, TOKENIZER = "config.json", "static.safetensors", "tokenizer.json"


@dataclass(frozen=True)
class Static:
    """The metadata of a static model, besides its weights."""

    format: str
    sentemo: str
    """The package version that wrote it."""
    source: str
    """SHA-256 of the manifest of the model it was distilled from."""
    labels: list[str]
    neutral: str | None
    max_tokens: int
    """The most tokens read at once."""
    vocabulary: int
    """V, rows of the token table."""
    width: int
    """D, dimension of an utterance vector."""
    hidden: int
    """H, width of the hidden layer."""
    reach: int
    """W, turns on either side that can influence a turn's label; a power of 2."""
    prior: list[float]
    """With the temperature, how scores become probabilities (`judgement.py`)."""
    temperature: float
    facts: dict[str, Any]

    def to_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @property
    def rule(self) -> Rule:
        """How scores become probabilities and a label."""
        return Rule(self.prior, self.temperature)

    @property
    def label_set(self) -> LabelSet:
        """The labels that it predicts."""
        return LabelSet(tuple(self.labels), self.neutral)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of its arrays, by name."""
        labels, d, h = len(self.labels), self.width, self.hidden
        return {
            "table": (self.vocabulary, d),
            "own.weight": (h, d),
            "own.bias": (h,),
            "near.weight": (h, len(bands(self.reach)) * d),
            "straight.weight": (labels, d),
            "out.weight": (labels, h),
            "out.bias": (labels,),
        }


def is_static(folder: Path) -> bool:
    """Return whether a folder contains a static model."""
    return (folder / WEIGHTS).is_file()


def read_static(folder: Path) -> Static:
    """Read a configuration; raise `BadModel` if it is invalid."""
    path = folder / CONFIG
    record = read_object(path)
    if record.get("format") != FORMAT:
        raise BadModel(f"{path} has a format that this version doesn't support", "Distil the model again")
    found = as_record(record, Static, path)
    try:
        labels = len(found.label_set)
    except BadInput as error:
        raise BadModel(f"{path}: {error.cause}", AGAIN) from error
    sizes = (found.max_tokens, found.vocabulary, found.width, found.hidden, found.reach)
    if not (found.temperature > 0 and min(sizes) > 0 and len(found.prior) == labels and found.reach.bit_count() == 1):
        raise BadModel(f"{path} has invalid sizes", AGAIN)
    return found


def write_static(folder: Path, static: Static, numbers: Mapping[str, Array], tokenizer: Tokenizer) -> None:
    """Write a static model atomically, with large matrices in 8 bits.

    Raises `UsageError` if the folder contains something else.
    """
    check_free(folder)
    with staged_folder(folder) as staged:
        write_weights(staged / WEIGHTS, numbers, "int8")
        tokenizer.save(str(staged / TOKENIZER))
        (staged / CONFIG).write_text(static.to_text(), encoding="utf-8")
        (staged / "README.md").write_text(static_card(static.labels, static.facts), encoding="utf-8")
        write_manifest(staged)


def static_card(labels: Sequence[str], facts: Mapping[str, Any]) -> str:
    """Return the model card as Markdown with the hub's header."""
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
from sentemo.static.model import StaticModel

model = StaticModel.from_pretrained("PATH")
print(model.predict(Conversation.of(("Ann", "I got the job!"), ("Bob", "No way... really?"))))
```
English everyday conversation only. It labels what is written, which is not what a person feels; rare labels are often
missed, more often than by the model that it was distilled from. Don't use it to judge people, at work or in public
places, nor for medical or legal decisions.
"""
