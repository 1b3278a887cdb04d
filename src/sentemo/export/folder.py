"""An exported model's folder: what lies there, and its configuration, read strictly. No torch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sentemo.artifacts.manifest import AGAIN, check_manifest
from sentemo.artifacts.record import read_record
from sentemo.errors import BadInput, BadModel
from sentemo.files import sha256_of
from sentemo.rule import Rule
from sentemo.types import LabelSet

FORMAT = "sentemo-onnx-2"
CONFIG, TOKENIZER = "config.json", "tokenizer.json"
UTTERANCES, DIALOGUES, NETWORK = "utterances.onnx", "dialogues.onnx", "network.onnx"
HEADS = "heads.safetensors"
"""The heads of other label sets, where there are any."""
BESIDE = "-onnx"
"""Ends the name of a folder that lies beside the model it was made of."""


@dataclass(frozen=True)
class Exported:
    """What the graphs don't say of an exported model."""

    format: str
    sentemo: str
    """The version that wrote it."""
    precision: str
    """`int8` or `float32`."""
    source: str
    """SHA-256 of the manifest of the model that it was made of."""
    labels: list[str]
    neutral: str | None
    max_tokens: int
    """Tokens that are read at once."""
    width: int
    """E, of an utterance embedding."""
    features: int
    """F, of what other label sets are scored from."""
    heads: dict[str, Any]
    """Other label sets by name: their labels, and which of them is neutral."""
    reader_reach: int | None
    """Turns, on either side, that can influence an embedding; None where texts are encoded one by one."""
    network_reach: int
    """Turns, on either side, that can influence a turn's scores by its neighbours' embeddings."""
    prior: list[float]
    """With the temperature: how scores become probabilities (`judgement.py`)."""
    temperature: float
    label_of: list[int]
    """The label that each output stands for; empty where each is its own."""
    threshold: float | None
    """Log odds above which a label beside the network's is chosen; None where there are none."""
    facts: dict[str, Any]

    def to_text(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @property
    def outputs(self) -> list[int]:
        """The sizes of the network's outputs: features, scores, and those of added labels."""
        own, all_of_them = len(self.prior), len(self.label_of or self.labels)
        added = [] if self.threshold is None and own == all_of_them else [all_of_them - own]
        return [self.features, own, *added]

    @property
    def rule(self) -> Rule:
        """How scores become probabilities and a label."""
        return Rule(self.prior, self.temperature, self.label_of, self.threshold or 0.0)

    @property
    def label_sets(self) -> dict[str, LabelSet]:
        """The label sets beside its own."""
        return {name: LabelSet(tuple(names), neutral) for name, (names, neutral) in self.heads.items()}

    @property
    def label_set(self) -> LabelSet:
        """The labels that it gives."""
        return LabelSet(tuple(self.labels), self.neutral)


def is_exported(folder: Path) -> bool:
    """Tell whether a folder is of an exported model."""
    return (folder / NETWORK).is_file()


def beside(model: Path) -> Path:
    """Where the exported form of a model lies that is used without being asked for."""
    return model.parent / (model.name + BESIDE)


def find_beside(model: Path) -> Path | None:
    """The exported form beside a model, unless there is none or it was made of another model."""
    folder = beside(model)
    try:
        same = read_exported(folder).source == sha256_of(model / "manifest.json")
    except (BadModel, OSError):
        return None
    return folder if same else None


def usable_beside(model: Path) -> Path | None:
    """The exported form beside a model, where onnxruntime is installed to run it."""
    found = find_beside(model)
    return found if found is not None and find_spec("onnxruntime") else None


def open_exported(folder: Path) -> Exported:
    """Check a folder whole and give its configuration; raise `BadModel` for any but a sound one."""
    check_manifest(folder)
    return read_exported(folder)


def read_exported(folder: Path) -> Exported:
    """Read a configuration strictly."""
    path = folder / CONFIG
    found = read_record(path, Exported, FORMAT, "no exported model", "Export the model again")
    _check_sizes(found, path)
    return found


def _check_sizes(found: Exported, path: Path) -> None:
    try:
        labels = len(found.label_set)
        sound = all(type(name) is str for each in found.label_sets.values() for name in each.names)
    except (BadInput, TypeError, ValueError) as error:
        raise BadModel(f"{path} has label sets that are damaged ({error})", AGAIN) from error
    reaches = [found.network_reach, found.reader_reach or 0]
    owned = {*found.label_of} in (set(), {*range(labels)})
    whole = found.temperature > 0 and found.max_tokens > 0 and found.width > 0 and min(reaches) >= 0
    if not (whole and owned and sound):
        raise BadModel(f"{path} has sizes that can't be", AGAIN)
