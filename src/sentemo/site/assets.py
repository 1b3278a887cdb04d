"""A model as a page loads it: graphs, tokenizer and numbers, packed, with a description in JSON."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from sentemo.artifacts.card import licence_of
from sentemo.artifacts.hub import find
from sentemo.artifacts.manifest import AGAIN
from sentemo.encoders.pieces import Pieces
from sentemo.errors import BadModel, UsageError
from sentemo.explanation.bank import shipped
from sentemo.judgement import PLAIN, Rule
from sentemo.model import SentEmoContext
from sentemo.serve.emotion_map import EmotionMap
from sentemo.site.spelling import spelling
from sentemo.static.folder import WEIGHTS, is_static, read_static


def read_tokenizer(path: Path, max_tokens: int) -> Pieces:
    """Read a tokenizer; raise `BadModel` for a damaged one."""
    try:
        return Pieces(Tokenizer.from_file(str(path)), max_tokens)
    except Exception as error:  # tokenizers raises plain Exception
        raise BadModel(f"{path} is not a valid tokenizer ({error})", AGAIN) from error


PARTS = {
    "utterances": "utterances.onnx",
    "dialogues": "dialogues.onnx",
    "network": "network.onnx",
    "weights": "model.safetensors",
}
"""The graphs, and the file with their weights."""
TOKENIZER = "tokenizer.json"
FOLDER = "data"


@dataclass
class Assets:
    """The large files of a site by path, and their listings."""

    content: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, plain: bytes) -> dict[str, Any]:
        """Pack a file under a name derived from its content, so that versions don't mix; return its entry."""
        packed = gzip.compress(plain, mtime=0)
        digest = hashlib.sha256(packed).hexdigest()
        path = f"{FOLDER}/{name}-{digest[:16]}.bin"
        self.content[path] = packed
        return {"path": path, "sha256": digest, "bytes": len(packed)}


def full_model(name: str, assets: Assets) -> dict[str, Any]:
    """Add a model with graphs for whole dialogues; return its description for the site."""
    folder = find(name)
    if is_static(folder) or not all((folder / path).is_file() for path in PARTS.values()):
        raise UsageError(f"{name} has no graphs that read dialogues", "Use another model, or `sentemo export` it first")
    model = SentEmoContext.from_pretrained(folder, engine="onnx")
    pieces = model.runner.tokenizer
    if model.adapted is not None or pieces is None:
        raise UsageError(
            f"{name} has labels learnt from examples, which don't work in a browser", "Name its base model"
        )
    files = {part: assets.add(part, (folder / path).read_bytes()) for part, path in PARTS.items()}
    files["tokenizer"] = assets.add("tokenizer", json.dumps(spelling(pieces.tokenizer, pieces.max_tokens)).encode())
    known, (licence, _) = model.runner.architecture, licence_of(model.facts)
    sizes = {"reader_reach": known.reader_reach, "network_reach": known.network.reach, "width": known.encoder.dimension}
    labels = {"labels": [*model.labels.names], "neutral": model.labels.neutral}
    return {
        "model": {"config": labels | _rule(model.decision or PLAIN) | sizes, "files": files},
        "map": _map(model),
        "bank": _bank(model.labels.names),
        "card": {"parameters": None, "encoder": "on this device", "licence": licence, "facts": {}},
    }


def first_model(name: str, labels: list[str], assets: Assets) -> dict[str, Any] | None:
    """Add the static model that labels until the full one is loaded; None if its labels differ."""
    folder = find(name)
    found = read_static(folder)
    if found.labels != labels:
        return None
    files = {
        "tokenizer": assets.add("first-tokenizer", _spelled(folder, found.max_tokens)),
        "matrices": assets.add("first", _matrices(folder / WEIGHTS)),
    }
    sizes = {"reach": found.reach, "width": found.width, "hidden": found.hidden}
    own = {"labels": found.labels, "neutral": found.neutral}
    return {"config": own | _rule(found.rule) | sizes, "files": files}


def _rule(rule: Rule) -> dict[str, Any]:
    """Return how scores become probabilities (`app/judge.js`)."""
    return {
        "prior": [*rule.prior],
        "temperature": rule.temperature,
        "label_of": [*rule.label_of],
        "threshold": rule.threshold,
    }


def _spelled(folder: Path, max_tokens: int) -> bytes:
    pieces = read_tokenizer(folder / TOKENIZER, max_tokens)
    return json.dumps(spelling(pieces.tokenizer, max_tokens), ensure_ascii=False).encode()


def _matrices(path: Path) -> bytes:
    """Keep 8-bit numbers and widen all others to 32 bits, which JavaScript supports."""
    import numpy as np
    from safetensors.numpy import load, save

    stored = load(path.read_bytes()).items()
    return bytes(save({name: each if each.dtype == np.int8 else each.astype(np.float32) for name, each in stored}))


def _bank(labels: Collection[str]) -> dict[str, list[str]]:
    """Return the package's own examples of the model's labels."""
    turns = [turn for talk in shipped() for turn in talk if turn.label in labels]
    return {"texts": [turn.text for turn in turns], "labels": [turn.label or "" for turn in turns]}


def _map(model: SentEmoContext) -> dict[str, Any] | None:
    found = EmotionMap.of(model)
    if found is None or found.space_dim is None:
        return None
    return {"labels": found.labels, "centre": found.centre.tolist(), "axes": found.axes.tolist()}
