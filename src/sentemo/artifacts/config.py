"""A model's configuration: its sizes, labels and encoder as JSON, read strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sentemo import __version__
from sentemo.artifacts.manifest import AGAIN
from sentemo.artifacts.parts import ModelParts
from sentemo.encoders.identity import EncoderIdentity
from sentemo.encoders.reader import DialogueReader
from sentemo.errors import BadInput, BadModel
from sentemo.network.shape import NetworkShape
from sentemo.types import LabelSet

FORMAT = 4
EXPORTED = "sentemo-"
"""Begins the format of a form of a model that labels alone (`export/`)."""
CONFIG = {
    "format": int,
    "sentemo": str,
    "labels": list,
    "neutral": str | None,
    "encoder": dict,
    "carries_encoder": bool,
    "reader": dict | None,
    "shape": dict,
    "prototypes": bool,
    "neighbours": int,
    "decision": bool,
    "adapted": dict | None,
    "label_of": list,
    "heads": dict,
    "facts": dict,
}


def config_text(model: ModelParts, carry_encoder: bool) -> str:
    """Write a model's configuration as JSON."""
    config = {
        "format": FORMAT,
        "sentemo": __version__,
        "labels": list(model.labels.names),
        "neutral": model.labels.neutral,
        "encoder": model.encoder.identity.to_json(),
        "carries_encoder": carry_encoder and not isinstance(model.encoder, DialogueReader),
        "reader": asdict(model.encoder.module.shape) if isinstance(model.encoder, DialogueReader) else None,
        "shape": asdict(model.network.shape),
        "prototypes": model.prototypes is not None,
        "neighbours": len(model.neighbours.points) if model.neighbours is not None else 0,
        "decision": model.decision is not None,
        "adapted": asdict(model.adapted.shape) if model.adapted is not None else None,
        "label_of": list(model.label_of),
        "heads": {name: [list(each.labels.names), each.labels.neutral] for name, each in model.heads.items()},
        "facts": dict(model.facts),
    }
    return json.dumps(config, indent=1, ensure_ascii=False) + "\n"


def read_config(path: Path) -> dict[str, Any]:
    """Read a configuration; raise `BadModel` for any but a whole one of this format."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path} is missing or damaged", AGAIN) from error
    if isinstance(config, dict) and str(config.get("format")).startswith(EXPORTED):
        raise BadModel(
            f"The model in {path.parent} was exported or distilled: it labels and does nothing else",
            "Name the one it was made of",
        )
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        raise BadModel(f"{path} is of a format that this version doesn't know", "Install a newer sentemo")
    if config.keys() != CONFIG.keys() or any(not isinstance(config[key], kind) for key, kind in CONFIG.items()):
        raise BadModel(f"{path} has unknown, missing or mistyped entries", AGAIN)
    return config


def parse(config: Mapping[str, Any]) -> tuple[LabelSet, NetworkShape, EncoderIdentity]:
    """Give labels, sizes and encoder; raise `BadModel` where they don\'t fit each other."""
    try:
        labels = LabelSet(tuple(config["labels"]), config["neutral"])
    except (TypeError, BadInput) as error:
        raise BadModel(f"The checkpoint's labels are damaged ({error})", AGAIN) from error
    shape, identity = _shape(config["shape"]), EncoderIdentity.from_json(config["encoder"])
    if not all(isinstance(name, str) for name in labels.names):
        raise BadModel("The checkpoint's labels are no words", AGAIN)
    if not _outputs_fit(config, shape.labels, len(labels)) or shape.embedding_dim != identity.dimension:
        raise BadModel("The checkpoint's sizes don't fit its labels or encoder", AGAIN)
    return labels, shape, identity


def parse_heads(config: Mapping[str, Any]) -> dict[str, LabelSet]:
    """Return the label sets beside the model's own; raise `BadModel` where they are damaged."""
    try:
        found = {str(name): LabelSet(tuple(names), neutral) for name, (names, neutral) in config["heads"].items()}
    except (TypeError, ValueError, BadInput) as error:
        raise BadModel(f"The checkpoint's label sets are damaged ({error})", AGAIN) from error
    if not all(name.isidentifier() and all(type(label) is str for label in set.names) for name, set in found.items()):
        raise BadModel("The checkpoint's label sets are not words", AGAIN)
    return found


def _outputs_fit(config: Mapping[str, Any], network: int, labels: int) -> bool:
    """Tell whether each label has an output, and each output a label."""
    adapted, label_of = config["adapted"], config["label_of"]
    if adapted is not None:
        if type(adapted.get("labels")) is not int or type(adapted.get("extends")) is not bool:
            return False
        network = adapted["labels"] + (network if adapted["extends"] else 0)
    if not label_of:
        return network == labels
    whole = all(type(label) is int for label in label_of)
    return whole and len(label_of) == network and {*label_of} == {*range(labels)}


def _shape(record: Mapping[str, Any]) -> NetworkShape:
    known = asdict(NetworkShape())
    if record.keys() != known.keys():
        raise BadModel("The checkpoint's configuration has unknown or missing sizes", "Install a newer sentemo")
    for name, default in known.items():
        if type(record[name]) not in (type(default), int) or not record[name] >= 0:
            raise BadModel(f"The checkpoint's configuration has {name} = {record[name]!r}", AGAIN)
    return NetworkShape(**record)
