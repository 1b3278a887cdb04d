"""Choose a method by cross-validation on the examples."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sentemo.adaptation.candidates import ENOUGH_FOR_METRIC, fit, scaled, span
from sentemo.heads import Adapted, Floats, Method, Rows
from sentemo.judgement import log_softmax

ONE_BY_ONE = 25
"""Up to this many examples, each is left out alone; with more, a tenth at a time."""
SCALES = [2.0**power for power in range(-1, 8)]
USUAL_SCALE = {"prototypes": 3.0, "neighbours": 0.3, "linear": 1.0, "metric": 1.0, "label-free": 3.0}
"""The factor of the scores if no example can be left out."""
METHODS: tuple[Method, ...] = ("prototypes", "linear", "neighbours", "metric")


@dataclass(frozen=True, slots=True)
class Trial:
    """How a method did on left-out examples."""

    method: Method
    accuracy: float
    """The share of the examples that got the right label."""
    log_loss: float
    """Mean of -log p(gold), natural logarithm, with the best scale."""
    scale: float


def tryable(gold: Rows, labels: int) -> tuple[Method, ...]:
    """The methods worth trying; they can't be compared if a label has a single example."""
    counts = np.bincount(gold, minlength=labels)
    if counts.min() < 2:
        return ()
    return METHODS if counts.min() >= ENOUGH_FOR_METRIC else METHODS[:-1]


def left_out_scores(method: Method, features: Floats, gold: Rows, labels: int, mapping: Floats | None = None) -> Floats:
    """(N,F), (N,) -> (N,C), each example scored by the others; a label without others is never chosen."""
    if mapping is not None:
        method, features = "prototypes", features @ mapping.T
    features = features @ span(features)
    fold = folds(gold)
    scores = np.empty((len(gold), labels), np.float32)
    for number in np.unique(fold):
        out = fold == number
        scores[out] = _scores_of_present(method, features[~out], gold[~out], features[out], labels)
    return scores


def folds(gold: Rows) -> Rows:
    """(N,) -> (N,), the fold in which each example is left out; each label is spread evenly."""
    if len(gold) <= ONE_BY_ONE:
        return np.arange(len(gold))
    order = gold.argsort(kind="stable")
    fold = np.empty_like(gold)
    fold[order] = np.arange(len(gold)) % 10
    return fold


def _scores_of_present(method: Method, features: Floats, gold: Rows, left_out: Floats, labels: int) -> Floats:
    present, numbered = np.unique(gold, return_inverse=True)
    scores = np.full((len(left_out), labels), -1e4, np.float32)
    scores[:, present] = fit(method, features, numbered, len(present))(left_out) if len(present) > 1 else 0.0
    return scores


def attempt(method: Method, features: Floats, gold: Rows, labels: int, mapping: Floats | None = None) -> Trial:
    """Try a method, leaving each example out once."""
    scores = left_out_scores(method, features, gold, labels, mapping)
    accuracy = float((scores.argmax(-1) == gold).mean())
    each = np.arange(len(gold))
    losses = {scale: -float(log_softmax(scale * scores)[each, gold].mean()) for scale in SCALES}
    scale = min(losses, key=losses.__getitem__)
    return Trial(method, accuracy, losses[scale], scale)


def choose(
    features: Floats, gold: Rows, labels: int, method: Method | None = None, mapping: Floats | None = None
) -> tuple[Adapted, list[Trial]]:
    """Fit the given method, or the one with the lowest loss on left-out examples; prototypes if none can be left out.

    `mapping` (F,F) is the map of `label-free`, which is only tried if it is given.
    """
    trials = [attempt(each, features, gold, labels) for each in tryable(gold, labels) if method in (None, each)]
    if mapping is not None and tryable(gold, labels) and method in (None, "label-free"):
        trials.append(attempt("label-free", features, gold, labels, mapping))
    best = min(trials, key=lambda trial: trial.log_loss, default=None)
    chosen: Method = best.method if best else method or "prototypes"
    adapted = fit(chosen, features, gold, labels, mapping if chosen == "label-free" else None)
    return scaled(adapted, best.scale if best else USUAL_SCALE[chosen]), trials


def wilson(right: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share of n (Wilson 1927)."""
    middle = (right + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(right * (1 - right) / n + z * z / (4 * n * n))
    return middle - half, middle + half
