"""Turn scores into probabilities and the most probable label, for every engine alike. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentemo.types import Conversation, LabelSet, Prediction

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Rule:
    """The parameters of a model's decision."""

    prior: Sequence[float]
    """(O,), added to the scores: the log of the stated label shares over those of training."""
    temperature: float
    """The scores are then divided by this (Guo et al. 2017)."""
    label_of: Sequence[int] = ()
    """The label that each output stands for; empty if each output is a label of its own."""
    threshold: float = 0.0
    """Subtracted from the log-odds of added outputs."""


PLAIN = Rule([0.0], 1.0)
"""Probabilities are the scores' softmax; for any number of labels."""


class Judgement(NamedTuple):
    """The probabilities and labels of T turns."""

    probabilities: Floats
    """(T,C), which sum to 1."""
    labels: NDArray[np.int64]
    """(T,), positions of the largest."""


def judge(scores: Floats, added: Floats | None, rule: Rule) -> Judgement:
    """(T,O) scores, (T,A) log odds of added outputs against all others -> (T,C) probabilities, (T,) labels.

    Probabilities sum to 1, and a label is the position of the largest.
    """
    logs = log_softmax((scores.astype(np.float64) + np.asarray(rule.prior)) / rule.temperature)
    if added is not None:
        logs = np.concatenate([logs, added.astype(np.float64) - rule.threshold], -1)
    if rule.label_of:
        logs = merge(logs, rule.label_of)
    probabilities: Floats = np.exp(log_softmax(logs))
    return Judgement(probabilities, probabilities.argmax(-1))


def as_prediction(conversation: Conversation, judged: Sequence[Judgement], labels: LabelSet) -> Prediction:
    """Combine the judgements of a conversation's pieces, in order, into its prediction."""
    shares, tops = map(np.concatenate, zip(*judged, strict=True))
    return Prediction.of(conversation, labels, shares.tolist(), tops.tolist())


def merge(logs: Floats, label_of: Sequence[int]) -> Floats:
    """(T,O) log-probabilities of outputs -> (T,C), those of the labels that they stand for."""
    owner = np.asarray(label_of)
    return np.stack([np.logaddexp.reduce(logs[:, owner == label], -1) for label in range(max(label_of) + 1)], -1)


def log_softmax(logs: Floats) -> Floats:
    """(T,C) -> (T,C), whose exponentials sum to 1."""
    shifted = logs - logs.max(-1, keepdims=True)
    out: Floats = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return out
