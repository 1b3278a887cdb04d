"""A static model's folder: its files, and its configuration and numbers, read strictly. No torch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sentemo.artifacts.config import as_record, read_object
from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadInput, BadModel
from sentemo.export.static_network import bands
from sentemo.judgement import Rule
from sentemo.types import LabelSet

FORMAT = "sentemo-static-2"
CONFIG, WEIGHTS, TOKENIZER = "config.json", "static.safetensors", "tokenizer.json"


@dataclass(frozen=True)
class Static:
    """What the numbers don't say of a static model."""

    format: str
    sentemo: str
    """The version that wrote it."""
    source: str
    """SHA-256 of the manifest of the model that it was distilled from."""
    labels: list[str]
    neutral: str | None
    max_tokens: int
    """Tokens that are read at once."""
    vocabulary: int
    """V, rows of the table of tokens."""
    width: int
    """D, of an utterance's vector."""
    hidden: int
    """H, of the layer between vectors and scores."""
    reach: int
    """W, turns on either side that can influence a turn's label; a power of 2."""
    prior: list[float]
    """With the temperature: how scores become probabilities (`judgement.py`)."""
    temperature: float
    facts: dict[str, Any]

    def to_text(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @property
    def rule(self) -> Rule:
        """How scores become probabilities and a label."""
        return Rule(self.prior, self.temperature)

    @property
    def label_set(self) -> LabelSet:
        """The labels that it gives."""
        return LabelSet(tuple(self.labels), self.neutral)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The numbers that it has, by name."""
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
    """Tell whether a folder is of a static model."""
    return (folder / WEIGHTS).is_file()


def read_static(folder: Path) -> Static:
    """Read a configuration strictly; raise `BadModel` for any but a sound one."""
    path = folder / CONFIG
    record = read_object(path)
    if record.get("format") != FORMAT:
        raise BadModel(f"{path} is of a format that this version doesn't know", "Distil the model again")
    found = as_record(record, Static, path)
    try:
        labels = len(found.label_set)
    except BadInput as error:
        raise BadModel(f"{path}: {error.cause}", AGAIN) from error
    sizes = (found.max_tokens, found.vocabulary, found.width, found.hidden, found.reach)
    if not (found.temperature > 0 and min(sizes) > 0 and len(found.prior) == labels and found.reach.bit_count() == 1):
        raise BadModel(f"{path} has sizes that can't be", AGAIN)
    return found
