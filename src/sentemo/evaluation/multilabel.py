"""Multi-label metrics, for utterances to which several labels may apply: the protocol `multi-label`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import BadInput, BadModel, optional
from sentemo.evaluation.bootstrap import Interval, draw_weights, interval
from sentemo.evaluation.metrics import FloatArray, IntArray, LabelMetrics
from sentemo.types import Conversation, LabelSet, Prediction

BoolArray = NDArray[np.bool_]
FIGURES = ("macro_f1", "micro_f1")


@dataclass(frozen=True, slots=True)
class SeveralFigures:
    """F1s in percent over all labels, including neutral, with 95 % intervals over resampled dialogues.

    A label without support stays in the macro average, with F1 0.
    """

    n: int
    macro_f1: float
    micro_f1: float
    per_label: Mapping[str, LabelMetrics]
    intervals: Mapping[str, Interval]

    def to_json(self) -> dict[str, object]:
        """Return plain values for `json.dumps`."""
        figures = {"macro_f1": self.macro_f1, "micro_f1": self.micro_f1}
        return {
            "n": self.n,
            **figures,
            **{f"{name}_interval": list(self.intervals[name]) for name in FIGURES},
            "per_label": {name: asdict(row) for name, row in self.per_label.items()},
        }


def measure_several(
    conversations: Sequence[Conversation],
    predictions: Sequence[Prediction],
    labels: LabelSet,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> SeveralFigures:
    """Compare all gold labels of the turns with all predicted ones; turns without labels are left out.

    Raises `BadInput` if no turn has a label, `BadModel` if predictions don't match the conversations.
    """
    gold, told, dialogues = _flags(conversations, predictions, labels)
    if not len(gold):
        raise BadInput("No labelled utterances to evaluate", "Give utterances that have gold labels")
    rows = _per_label(gold, told, labels)
    parts = [*_drawn(gold, told, dialogues, resamples, seed)]
    intervals = {name: interval(np.concatenate([part[place] for part in parts])) for place, name in enumerate(FIGURES)}
    macro, micro = (
        100 * float(optional("sklearn.metrics").f1_score(gold, told, average=kind, zero_division=0))
        for kind in ("macro", "micro")
    )
    return SeveralFigures(len(gold), macro, micro, rows, intervals)


def _flags(
    conversations: Sequence[Conversation], predictions: Sequence[Prediction], labels: LabelSet
) -> tuple[BoolArray, BoolArray, IntArray]:
    """Return (N,C) labels that apply, (N,C) labels that are predicted, and (N,) each turn's dialogue."""
    if [len(talk) for talk in conversations] != [len(each) for each in predictions]:
        raise BadModel("The predictions don't fit the conversations", "Give one prediction a conversation and turn")
    gold, told, dialogues = [], [], []
    for number, (talk, prediction) in enumerate(zip(conversations, predictions, strict=True)):
        for turn, found in zip(talk, prediction, strict=True):
            given = turn.labels or (() if turn.label is None else (turn.label,))
            if given:
                gold.append(_row(given, labels))
                told.append(_row(found.labels, labels))
                dialogues.append(number)
    shape = (-1, len(labels))
    return np.array(gold, bool).reshape(shape), np.array(told, bool).reshape(shape), np.array(dialogues, np.int64)


def _row(names: Sequence[str], labels: LabelSet) -> list[bool]:
    for name in names:
        labels.index(name)
    return [name in names for name in labels.names]


def _per_label(gold: BoolArray, told: BoolArray, labels: LabelSet) -> dict[str, LabelMetrics]:
    found = optional("sklearn.metrics").precision_recall_fscore_support(gold, told, average=None, zero_division=0)
    return {
        name: LabelMetrics(100 * float(precision), 100 * float(recall), 100 * float(f1), int(support))
        for name, precision, recall, f1, support in zip(labels.names, *found, strict=True)
    }


def _drawn(
    gold: BoolArray, told: BoolArray, dialogues: IntArray, resamples: int, seed: int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Return macro- and micro-F1 of each resample."""
    distinct, position = np.unique(dialogues, return_inverse=True)
    hits, both = (np.zeros((len(distinct), gold.shape[1])) for _ in range(2))
    np.add.at(hits, position, (gold & told).astype(np.float64))
    np.add.at(both, position, gold.astype(np.float64) + told)
    for weights in draw_weights(len(distinct), resamples, seed):
        right, sums = 2 * (weights @ hits), weights @ both
        f1 = np.divide(right, sums, out=np.zeros_like(sums), where=sums > 0)
        total = sums.sum(axis=1)
        yield 100 * f1.mean(axis=1), 100 * np.divide(right.sum(axis=1), total, out=0 * total, where=total > 0)
