"""From scores to probabilities and labels, as `network/decision.py` does it. No torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentemo.export.rule import Rule

Floats = NDArray[np.floating]


def judge(scores: Floats, added: Floats | None, rule: Rule) -> tuple[Floats, NDArray[np.int64]]:
    """(T,O) scores, (T,A) log odds of added outputs -> (T,C) probabilities, (T,) positions of labels."""
    scores, prior = scores.astype(np.float64), np.asarray(rule.prior)
    probable = log_softmax((scores + prior) / rule.temperature)
    ranks = log_softmax(scores + rule.undo * prior)
    if added is not None:
        added = added.astype(np.float64)
        probable = np.concatenate([probable, added], -1)
        ranks = np.concatenate([ranks, added - rule.threshold], -1)
    if rule.label_of:
        probable, ranks = merge(probable, rule.label_of), merge(ranks, rule.label_of)
    return np.exp(log_softmax(probable)), ranks.argmax(-1)


def merge(logs: Floats, label_of: Sequence[int]) -> Floats:
    """(T,O) logarithms of outputs' shares -> (T,C), those of the labels that they stand for."""
    owner = np.asarray(label_of)
    return np.stack([np.logaddexp.reduce(logs[:, owner == label], -1) for label in range(max(label_of) + 1)], -1)


def log_softmax(logs: Floats) -> Floats:
    """(T,C) -> (T,C), whose exponentials sum to 1."""
    shifted = logs - logs.max(-1, keepdims=True)
    out: Floats = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return out
