"""Compute every printed figure from gold and predicted labels, in one audited place.

Convention (stated in every report, `convention`): `*` marks an average over the emotions, all labels but
neutral. Neutral may be predicted, and a neutral utterance predicted as an emotion is a false positive of that
emotion, but neutral's own F1 is left out. Macro averages run over all of the label set, as scikit-learn does
with `labels=`: a label without gold or predicted utterances counts with F1 0 and pulls the average down.
A prediction that is none of the labels (an abstention, or a label that only the model has) is wrong: it lowers its gold
label's recall and no label's precision.
F1, precision, recall and accuracy are in percent, MCC (multi-class, over all labels) in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentemo.errors import BadInput, optional
from sentemo.types import LabelSet

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

FIGURES = ("macro_f1_no_neutral", "micro_f1_no_neutral", "macro_f1", "weighted_f1", "mcc", "accuracy")
"""The headline figures, in the order in which they are printed."""


NONE = -1
"""The position of a prediction that is none of the labels."""


@dataclass(frozen=True, slots=True)
class LabelMetrics:
    """Precision, recall and F1 of one label in percent, and its number of gold utterances."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures of one comparison.

    `emotions` pools all emotions: micro precision, recall and F1*, the averages of Table 4 of the paper.
    `counts` is the confusion matrix, rows gold, columns predicted; where a prediction is none of the labels, a last
    column counts these.
    """

    figures: Mapping[str, float]
    per_label: Mapping[str, LabelMetrics]
    counts: tuple[tuple[int, ...], ...]
    emotions: LabelMetrics


def measure(*, gold: ArrayLike, predicted: ArrayLike, labels: LabelSet) -> Metrics:
    """Compare label positions (N,) with label positions (N,); by keyword only, so that they can't be swapped.

    A predicted `NONE` is none of the labels. Raises `BadInput` for empty input, unequal lengths, or positions outside
    the label set.
    """
    gold, predicted = check_pair(gold, predicted, labels)
    return Metrics(
        figures=_figures(gold, predicted, labels),
        per_label=_per_label(gold, predicted, labels),
        counts=tuple(tuple(row) for row in confusion(gold, predicted, labels).tolist()),
        emotions=_pooled(gold, predicted, labels),
    )


def measure_counts(counts: ArrayLike, labels: LabelSet) -> Metrics:
    """Measure a confusion matrix (C, C or C+1) of whole numbers, by expanding it to the utterances that it counts."""
    cells = np.asarray(counts, dtype=np.int64)
    rows, places = np.unravel_index(np.arange(cells.size), cells.shape)
    predicted = np.where(places == len(labels), NONE, places)
    return measure(
        gold=np.repeat(rows, cells.ravel()),
        predicted=np.repeat(predicted, cells.ravel()),
        labels=labels,
    )


def figures_of_counts(counts: ArrayLike, labels: LabelSet) -> dict[str, FloatArray]:
    """Compute each figure for many confusion matrices (..., C, C or C+1) at once; equal to scikit-learn's.

    The bootstrap needs thousands, which would take minutes with scikit-learn.
    """
    cells = np.asarray(counts, dtype=np.float64)
    hits = np.diagonal(cells, axis1=-2, axis2=-1)
    gold, chosen, total = cells.sum(axis=-1), cells.sum(axis=-2), cells.sum(axis=(-2, -1))
    predicted = chosen[..., : len(labels)]
    f1 = _ratio(2 * hits, gold + predicted)
    starred = starred_positions(labels)
    both = (gold + predicted)[..., starred].sum(axis=-1)
    return {
        "macro_f1_no_neutral": 100 * f1[..., starred].mean(axis=-1),
        "micro_f1_no_neutral": 100 * _ratio(2 * hits[..., starred].sum(axis=-1), both),
        "macro_f1": 100 * f1.mean(axis=-1),
        "weighted_f1": 100 * _ratio((f1 * gold).sum(axis=-1), total),
        "mcc": _mcc(hits.sum(axis=-1), gold, chosen, total),
        "accuracy": 100 * _ratio(hits.sum(axis=-1), total),
    }


def confusion(gold: IntArray, predicted: IntArray, labels: LabelSet) -> IntArray:
    """Count gold (rows) against predicted (columns) labels: (C, C), or (C, C+1) if a prediction is none of them."""
    size, width = len(labels), columns(predicted, labels)
    cell = gold * width + np.where(predicted == NONE, size, predicted)
    return np.bincount(cell, minlength=size * width).reshape(size, width)


def columns(predicted: IntArray, labels: LabelSet) -> int:
    """Return the number of columns of a confusion matrix: one per label, plus one if any prediction is none of them."""
    return len(labels) + int((predicted == NONE).any())


def starred_positions(labels: LabelSet) -> list[int]:
    """Return the positions that averages marked with `*` run over; all labels if none is neutral."""
    if not labels.emotions:
        raise BadInput("The label set has no label but neutral", "Name at least one emotion")
    return [labels.index(name) for name in labels.emotions]


def describe_convention(labels: LabelSet) -> str:
    """Describe in words how the averages are taken."""
    names = ", ".join(labels.emotions)
    if labels.neutral is None:
        star = f"no_neutral (*) = average over all {len(labels)} labels ({names}); none of them is neutral"
    else:
        star = (
            f"no_neutral (*) = average over the {len(labels.emotions)} emotions ({names}); "
            f"{labels.neutral!r} may be predicted and then counts against the emotions, "
            "but its own F1 is left out"
        )
    return (
        f"{star}. A label without support stays in the macro averages, with F1 0. "
        "F1, precision, recall and accuracy in percent; MCC over all labels, in [-1, 1]."
    )


def check_pair(gold: ArrayLike, predicted: ArrayLike, labels: LabelSet) -> tuple[IntArray, IntArray]:
    """Return both as int arrays (N,), or raise `BadInput` if they can't be compared."""
    arrays = np.asarray(gold), np.asarray(predicted)
    if arrays[0].ndim != 1 or arrays[0].shape != arrays[1].shape:
        raise BadInput(
            f"Gold and predicted labels have the shapes {arrays[0].shape} and {arrays[1].shape}",
            "Give two flat arrays of equal length",
        )
    if not len(arrays[0]):
        raise BadInput("No labelled utterances to evaluate", "Give utterances that have gold labels")
    for what, array, least in zip(("gold", "predicted"), arrays, (0, NONE), strict=True):
        if array.dtype.kind not in "iu" or array.min() < least or array.max() >= len(labels):
            raise BadInput(
                f"The {what} labels are not all whole numbers from 0 to {len(labels) - 1}",
                "Give positions in the label set",
            )
    return arrays[0].astype(np.int64), arrays[1].astype(np.int64)


def _figures(gold: IntArray, predicted: IntArray, labels: LabelSet) -> dict[str, float]:
    known = optional("sklearn.metrics")

    def f1(over: Sequence[int], average: str) -> float:
        return 100 * float(known.f1_score(gold, predicted, labels=over, average=average, zero_division=0))

    # With a single label scikit-learn warns; MCC is then 0, as for every constant prediction.
    varied = len(np.union1d(gold, predicted)) > 1
    every, starred = list(range(len(labels))), starred_positions(labels)
    return {
        "macro_f1_no_neutral": f1(starred, "macro"),
        "micro_f1_no_neutral": f1(starred, "micro"),
        "macro_f1": f1(every, "macro"),
        "weighted_f1": f1(every, "weighted"),
        "mcc": float(known.matthews_corrcoef(gold, predicted)) if varied else 0.0,
        "accuracy": 100 * float(known.accuracy_score(gold, predicted)),
    }


def _per_label(gold: IntArray, predicted: IntArray, labels: LabelSet) -> dict[str, LabelMetrics]:
    every = list(range(len(labels)))
    found = optional("sklearn.metrics").precision_recall_fscore_support(
        gold, predicted, labels=every, average=None, zero_division=0
    )
    return {
        name: LabelMetrics(100 * float(precision), 100 * float(recall), 100 * float(f1), int(support))
        for name, precision, recall, f1, support in zip(labels.names, *found, strict=True)
    }


def _pooled(gold: IntArray, predicted: IntArray, labels: LabelSet) -> LabelMetrics:
    starred = starred_positions(labels)
    found = optional("sklearn.metrics").precision_recall_fscore_support(
        gold, predicted, labels=starred, average="micro", zero_division=0
    )
    precision, recall, f1 = (100 * float(value) for value in found[:3])
    return LabelMetrics(precision, recall, f1, int(np.isin(gold, starred).sum()))


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide; 0 where the denominator is 0, as with `zero_division=0`."""
    out: FloatArray = np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom != 0)
    return out


def _mcc(right: FloatArray, gold: FloatArray, predicted: FloatArray, total: FloatArray) -> FloatArray:
    """Compute the multi-class correlation R_K (Gorodkin 2004, eq. 8) from the margins (..., C) and (..., C or C+1)."""
    covariance = right * total - (gold * predicted[..., : gold.shape[-1]]).sum(axis=-1)
    spread: Any = (total**2 - (gold**2).sum(axis=-1)) * (total**2 - (predicted**2).sum(axis=-1))
    return _ratio(covariance, np.sqrt(np.maximum(spread, 0.0)))
