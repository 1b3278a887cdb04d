"""Labelled examples to compare turns with: the caller's, those that a model learnt from, or the shipped ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from sentemo.artifacts.parts import ModelParts
from sentemo.errors import BadInput
from sentemo.explanation.explanation import NearExample
from sentemo.formats.jsonl import parse_jsonl
from sentemo.heads import Adapted, Floats, distances
from sentemo.types import Conversation

SHIPPED = "bank.jsonl"
Featurise = Callable[[Sequence[Conversation]], list[Floats]]
"""Conversations -> their features (T,F)."""


@dataclass(frozen=True)
class Bank:
    """Labelled examples and their features (N,F)."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    features: Floats

    def nearest(self, features: Floats, count: int) -> list[tuple[NearExample, ...]]:
        """(T,F) -> for each turn at most `count` nearest examples, nearest first."""
        if not self.texts:
            return [()] * len(features)
        far = distances(features, self.features)
        rows = np.argsort(far, axis=1, kind="stable")[:, :count]
        return [
            tuple(NearExample(self.texts[row], self.labels[row], float(fars[row])) for row in near.tolist())
            for near, fars in zip(rows, far, strict=True)
        ]


def collect(model: ModelParts, featurise: Featurise, given: Sequence[Conversation] | None = None) -> Bank:
    """Return the labelled turns of `given`, else the examples that labels were learnt from, else the shipped bank.

    The shipped bank is limited to labels that the model has, and added if learnt labels extend others. Raises
    `BadInput` for conversations without a label.
    """
    if given is not None:
        if all(turn.label is None for talk in given for turn in talk):
            raise BadInput("No turn of the bank has a label", 'Add a "label" to the turns that are examples')
        return _read(featurise, given)
    if model.adapted is None:
        return _read_shipped(model, featurise)
    own = _learnt(model, model.adapted)
    return _joined(own, _read_shipped(model, featurise)) if model.adapted.extends else own


@cache
def shipped() -> tuple[Conversation, ...]:
    """Read the shipped bank: everyday utterances for each of DailyDialog's labels, written for it."""
    text = (files("sentemo.explanation") / SHIPPED).read_text(encoding="utf-8")
    return tuple(parse_jsonl(enumerate(text.split("\n"), 1), SHIPPED, "bank"))


def _read_shipped(model: ModelParts, featurise: Featurise) -> Bank:
    return _read(featurise, shipped(), model.labels.names)


def _read(featurise: Featurise, talks: Sequence[Conversation], wanted: Collection[str] | None = None) -> Bank:
    """Read the turns that have a label (one of `wanted`, if given); the others are their context."""
    rows = [
        [place for place, turn in enumerate(talk) if turn.label is not None and (not wanted or turn.label in wanted)]
        for talk in talks
    ]
    used = [(talk, places) for talk, places in zip(talks, rows, strict=True) if places]
    turns = [talk.turns[place] for talk, places in used for place in places]
    found = featurise([talk for talk, _ in used])
    kept = [features[places] for features, (_, places) in zip(found, used, strict=True)]
    labels = tuple(turn.label or "" for turn in turns)
    return Bank(
        tuple(turn.text for turn in turns), labels, np.concatenate(kept) if kept else np.empty((0, 0), np.float32)
    )


def _learnt(model: ModelParts, adapted: Adapted) -> Bank:
    outputs = model.label_of[-adapted.labels :] or range(len(model.labels))
    labels = tuple(model.labels.names[outputs[place]] for place in adapted.gold.tolist())
    return Bank(model.texts, labels, adapted.examples)


def _joined(one: Bank, other: Bank) -> Bank:
    if not other.texts:
        return one
    return Bank(one.texts + other.texts, one.labels + other.labels, np.concatenate([one.features, other.features]))
