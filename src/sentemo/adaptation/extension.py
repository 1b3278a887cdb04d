"""New labels beside old ones: a new label must stand out from examples of all that the model knew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sentemo.adaptation.candidates import linear
from sentemo.adaptation.choice import folds
from sentemo.heads import Adapted, Floats, Rows

MISTAKEN_SHARE = 0.01
"""Of each old label's examples, how many may be taken for a new label (left out when that is counted)."""
NEW_SHARE = 0.05
"""How much of what is said is taken to be of the new labels together, for their probabilities; nobody knows it."""
SCALES = [2.0**power for power in range(-1, 6)]


def extend(
    features: Floats, gold: Rows, labels: int, known: Floats, known_best: Floats, known_gold: Rows
) -> tuple[Adapted, float, float]:
    """Learn labels against examples of the old ones.

    (N,F), (N,) new examples of C labels; (M,F) examples of the old ones, (M,) log p of each one's best old label, (M,)
    their labels.
    Gives the module, whose scores are log odds against all old labels together; the share of new examples that get
    their label when left out; and the share of old ones that are taken for new.
    """
    together = np.concatenate([known, features])
    target = np.concatenate([np.zeros(len(known), np.int64), gold + 1])
    odds = _left_out_odds(together, target, labels)
    scale, offset = _calibrated(odds, target > 0)
    odds = scale * odds + offset
    lead = odds[: len(known)].max(1) - known_best
    shift = float(max(np.quantile(lead[known_gold == label], 1 - MISTAKEN_SHARE) for label in np.unique(known_gold)))
    new = odds[len(known) :]
    right = float(((new.argmax(1) == gold) & (new.max(1) > shift)).mean())
    weight, bias = _odds(together, target, labels)
    bias = (bias + offset / scale).astype(np.float32)
    weight = np.ascontiguousarray(weight, np.float32)
    adapted = Adapted("linear", labels, True, features, gold, weight, bias, scale, shift)
    return adapted, right, float((lead > shift).mean())


def _calibrated(odds: Floats, is_new: NDArray[np.bool_]) -> tuple[float, float]:
    """(N,C), (N,) -> the scale and offset with the least loss of telling new from old at the assumed share of new."""
    weight = np.where(is_new, NEW_SHARE / is_new.sum(), (1 - NEW_SHARE) / (~is_new).sum())
    best = (float("inf"), 1.0, 0.0)
    for scale in SCALES:
        together = np.logaddexp.reduce(scale * odds, 1)
        for offset in (-np.quantile(together, np.linspace(0.5, 1.0, 26))).tolist():
            surprise = np.logaddexp(0, np.where(is_new, -1, 1) * (together + offset))  # -log p of what it is
            best = min(best, (float((weight * surprise).sum()), scale, offset))
    return best[1:]


def _odds(features: Floats, target: Rows, labels: int) -> tuple[Floats, Floats]:
    """(N,F), (N,) with 0 for all old labels -> weights (C,F) and biases (C,) of log odds against 0."""
    weight, bias = linear(features, target, labels + 1)
    return weight[1:] - weight[0], bias[1:] - bias[0]


def _left_out_odds(features: Floats, target: Rows, labels: int) -> Floats:
    """(N,F), (N,) -> (N,C), log odds of examples that were left out; a label without others has none."""
    fold = folds(target)
    odds = np.full((len(target), labels), -1e4, np.float32)
    for number in np.unique(fold):
        out = fold == number
        present, numbered = np.unique(target[~out], return_inverse=True)
        if len(present) > 1:
            weight, bias = _odds(features[~out], numbered, len(present) - 1)
            odds[np.ix_(out, present[1:] - 1)] = features[out] @ weight.T + bias
    return odds
