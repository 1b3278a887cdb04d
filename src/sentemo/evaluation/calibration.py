"""Compare the confidence of predictions with how often they are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sentemo.errors import BadInput
from sentemo.evaluation.bootstrap import Interval, draw_weights, interval

BINS = 15
"""The number of equally wide bins over (0, 1], as in Guo et al. 2017."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The predictions in one confidence range: their number, mean confidence and accuracy."""

    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The expected calibration error in [0, 1] (Guo et al. 2017, eq. 3) and the bins behind it."""

    ece: float
    bins: tuple[Bin, ...]
    interval: Interval | None = None
    """95 % of the error, over resampled dialogues."""


def calibrate(scores: ArrayLike, correct: ArrayLike) -> Calibration:
    """Sort the probabilities (N,) of the predicted labels into bins and compare them with hits (N,)."""
    values, hits = np.asarray(scores, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    if values.shape != hits.shape or values.ndim != 1 or not values.size:
        raise BadInput(f"Calibration got {values.shape} scores for {hits.shape} hits", "Give one score per utterance")
    if not ((values >= 0) & (values <= 1)).all():
        raise BadInput("A score is not a probability between 0 and 1", "Give the probability of each label")
    place = _bins(values)
    count = np.bincount(place, minlength=BINS)
    share = np.maximum(count, 1)
    confidence = np.bincount(place, weights=values, minlength=BINS) / share
    accuracy = np.bincount(place, weights=hits, minlength=BINS) / share
    return Calibration(
        ece=float((count * np.abs(accuracy - confidence)).sum() / len(values)),
        bins=tuple(
            Bin(int(n), float(sure), float(right)) for n, sure, right in zip(count, confidence, accuracy, strict=True)
        ),
    )


def error_interval(
    scores: ArrayLike, correct: ArrayLike, dialogues: ArrayLike, *, resamples: int = 1000, seed: int = 0
) -> Interval:
    """Return the 95 % interval of the error over resampled dialogues; all are (N,)."""
    values, hits = np.asarray(scores, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    distinct, position = np.unique(np.asarray(dialogues), return_inverse=True)
    # |right - sure| of a bin times its share is |sum of hits - sum of scores| / N, so that sums a dialogue are enough.
    gaps = np.zeros((len(distinct), BINS))
    np.add.at(gaps, (position, _bins(values)), hits - values)
    turns = np.bincount(position, minlength=len(distinct))
    drawn = [
        np.abs(weights @ gaps).sum(axis=1) / (weights @ turns) for weights in draw_weights(len(turns), resamples, seed)
    ]
    return interval(np.concatenate(drawn))


def _bins(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.clip(np.ceil(values * BINS).astype(np.int64) - 1, 0, BINS - 1)
