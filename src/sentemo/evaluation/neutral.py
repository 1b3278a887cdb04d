"""How often neutral is predicted and true, and how well its probability separates it from the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import BadInput, optional
from sentemo.evaluation.bootstrap import Interval, draw_weights, interval
from sentemo.evaluation.metrics import FloatArray, IntArray

AT_ONCE = 4_000_000
"""Utterances times resamples in memory at once."""

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class NeutralFigures:
    """Neutral's shares in percent, and the area under the ROC curve of its probability in [0, 1]."""

    predicted: float
    """Percent of the scored utterances that are predicted neutral."""
    gold: float
    """Percent that are neutral."""
    auroc: float | None
    """None if all or none are neutral, or if there are no probabilities."""
    intervals: Mapping[str, Interval]
    """95 % intervals, by the field names above."""

    def to_json(self) -> dict[str, object]:
        """Return plain values for `json.dumps`, flat."""
        values = {"predicted": self.predicted, "gold": self.gold, "auroc": self.auroc}
        return {
            f"neutral_{name}{end}": value
            for name, figure in values.items()
            for end, value in (("", figure), ("_interval", list(self.intervals[name]) if figure is not None else None))
        }

    def __str__(self) -> str:
        shown = [f"{value:.1f} % [{low:.1f}, {high:.1f}]" for value, (low, high) in self._shares()]
        low, high = self.intervals.get("auroc", (0.0, 0.0))
        area = "" if self.auroc is None else f"; AUROC of its probability {self.auroc:.3f} [{low:.3f}, {high:.3f}]"
        return f"predicted for {shown[0]}, true of {shown[1]}{area}"

    def _shares(self) -> Iterator[tuple[float, Interval]]:
        yield self.predicted, self.intervals["predicted"]
        yield self.gold, self.intervals["gold"]


def measure_neutral(
    *,
    gold: BoolArray,
    predicted: BoolArray,
    dialogues: IntArray,
    probability: FloatArray | None = None,
    sure: BoolArray | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> NeutralFigures:
    """Compare gold neutral (N,) with predicted neutral (N,); by keyword only, so that they can't be swapped.

    `probability` (N,) is that of neutral. `sure` marks the utterances that are certainly neutral or certainly not; the
    AUROC uses only these. Intervals come from a bootstrap over dialogues. Raises `BadInput` if there are no utterances.
    """
    if not len(gold):
        raise BadInput("No labelled utterances to evaluate", "Give utterances that have gold labels")
    intervals = {
        name: interval(np.concatenate([*_shares(flags, dialogues, resamples, seed)]))
        for name, flags in (("predicted", predicted), ("gold", gold))
    }
    area = None
    if probability is not None:
        kept = np.ones(len(gold), dtype=np.bool_) if sure is None else sure
        area = area_under(probability[kept], gold[kept])
        if area is not None:
            drawn = np.concatenate([*_areas(probability[kept], gold[kept], dialogues[kept], resamples, seed)])
            drawn = drawn[~np.isnan(drawn)]  # a resample may contain only one kind
            intervals["auroc"] = interval(drawn) if len(drawn) else (0.0, 1.0)
    return NeutralFigures(100 * float(predicted.mean()), 100 * float(gold.mean()), area, intervals)


def area_under(probability: FloatArray, gold: BoolArray) -> float | None:
    """Return the chance that a neutral utterance has a higher probability than another; None if one kind is missing."""
    if len(np.unique(gold)) < 2:
        return None
    return float(optional("sklearn.metrics").roc_auc_score(gold, probability))


def _shares(flags: BoolArray, dialogues: IntArray, resamples: int, seed: int) -> Iterator[FloatArray]:
    """Yield the percentage of true flags in each resample."""
    distinct, position = np.unique(dialogues, return_inverse=True)
    found, turns = np.bincount(position, weights=flags), np.bincount(position)
    for weights in draw_weights(len(distinct), resamples, seed):
        yield 100 * (weights @ found) / (weights @ turns)


def _areas(
    probability: FloatArray, gold: BoolArray, dialogues: IntArray, resamples: int, seed: int
) -> Iterator[FloatArray]:
    """Return the area of each resample, by ranks: ties count half; NaN if one kind is missing."""
    order = np.argsort(probability, kind="stable")
    starts = np.flatnonzero(np.diff(probability[order], prepend=-1.0))  # of equal values
    distinct, position = np.unique(dialogues, return_inverse=True)
    owner, is_neutral = position[order], gold[order]
    rows = max(1, AT_ONCE // len(order))
    for block in draw_weights(len(distinct), resamples, seed):
        for at in range(0, len(block), rows):
            weights = block[at : at + rows][:, owner]
            yes = np.add.reduceat(np.where(is_neutral, weights, 0), starts, axis=1).astype(np.float64)
            no = np.add.reduceat(np.where(is_neutral, 0, weights), starts, axis=1).astype(np.float64)
            below = no.cumsum(axis=1) - no / 2
            pairs = yes.sum(axis=1) * no.sum(axis=1)
            yield np.divide((yes * below).sum(axis=1), pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
