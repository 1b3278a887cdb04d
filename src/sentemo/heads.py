"""Score features and points: prototypes, nearest examples, labels learnt from a few examples. No torch.

N turns or stored examples, F features, Z dimensions of the emotion space, C labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sentemo.types import LabelSet

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Method = Literal["prototypes", "neighbours", "linear", "metric", "label-free"]
TEMPERATURE = 0.1
"""Squared distances are divided by this."""
NEAREST = 20
AT_ONCE = 2**24  # difference values in memory at once


def points_of(features: Floats, space_dim: int) -> Floats:
    """(...,F) -> (...,Z), the emotion-space points that the features contain, of length 1."""
    return unit(features[..., -space_dim:])


def unit(rows: Floats) -> Floats:
    """(...,F) -> (...,F), each row scaled to length 1; zero rows stay zero."""
    out: Floats = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
    return out


def distances(rows: Floats, others: Floats) -> Floats:
    """(T,F), (N,F) -> (T,N), exact for close rows: 0 for the same row."""
    out = np.empty((len(rows), len(others)), np.float32)
    at_once = max(1, AT_ONCE // max(1, others.size))
    for start in range(0, len(rows), at_once):
        difference = rows[start : start + at_once, None] - others[None]
        out[start : start + at_once] = np.sqrt(np.einsum("tnf,tnf->tn", difference, difference))
    return out


def closeness(rows: Floats, others: Floats) -> Floats:
    """(T,F), (N,F) -> (T,N), -d^2 / 0.1: fast, and exact enough for a score."""
    squares = (rows * rows).sum(-1)[:, None] + (others * others).sum(-1) - 2 * rows @ others.T
    out: Floats = -np.maximum(squares, 0) / TEMPERATURE
    return out


@dataclass(frozen=True, eq=False)
class Prototypes:
    """Score labels by the distance to the mean point of each (Snell et al. 2017)."""

    points: Floats
    """(C,Z); a label without examples stays at the origin."""

    def __call__(self, points: Floats) -> Floats:
        """(T,Z) -> (T,C)."""
        return closeness(points, self.points)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Score labels by the share of the 20 nearest stored examples, weighted by exp(-d^2 / 0.1)."""

    features: Floats
    """(N,F)."""
    labels: Rows
    """(N,)."""
    scores: Floats
    """(N,C), the network's own scores of these examples."""

    def __call__(self, features: Floats) -> Floats:
        """(T,F) -> (T,C), logarithms of smoothed shares."""
        close = closeness(features, self.features)
        nearest = np.argsort(-close, axis=-1, kind="stable")[:, :NEAREST]
        weight = softmax(np.take_along_axis(close, nearest, -1))
        shares = np.zeros((len(features), self.scores.shape[1]), np.float32)
        np.add.at(shares, (np.arange(len(features))[:, None], self.labels[nearest]), weight)
        out: Floats = np.log(shares + np.float32(1e-3))
        return out


@dataclass(frozen=True, eq=False)
class Adapted:
    """Score labels by a few examples of each.

    `prototypes` uses the squared distance to each label's mean (Snell et al. 2017), `metric` does so after a linear
    map trained on triplets of the examples, `label-free` after one trained on triplets of unlabelled conversations,
    `linear` is a logistic regression, and `neighbours` the share of the stored examples by distance. All but the last
    are linear in the features and stored as such. If labels extend others, a score is a label's log-odds against all
    of them, and the label is chosen if its score exceeds theirs by `threshold`.
    """

    method: Method
    labels: int
    extends: bool
    examples: Floats
    """(N,F)."""
    gold: Rows
    """(N,)."""
    weight: Floats
    """(C,F); no rows if the method is `neighbours`."""
    bias: Floats
    """(C,)."""
    scale: float = 1.0
    threshold: float = 0.0

    def __call__(self, features: Floats) -> Floats:
        """(T,F) -> (T,C), logarithms up to a constant; log-odds if the labels extend others."""
        linear = self.method != "neighbours"
        scores = features @ self.weight.T + self.bias if linear else self._by_closeness(features)
        out: Floats = np.float32(self.scale) * scores
        return out

    def _by_closeness(self, features: Floats) -> Floats:
        """Return the logarithm of each label's mean closeness."""
        close = closeness(features, self.examples)
        columns = [
            np.logaddexp.reduce(close[:, self.gold == label], -1) - np.log((self.gold == label).sum())
            for label in range(self.labels)
        ]
        return np.stack(columns, -1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class OtherLabels:
    """An additional multi-label set: a logistic regression for each label."""

    labels: LabelSet
    weight: Floats
    """(M,F)."""
    bias: Floats
    """(M,)."""
    threshold: Floats
    """(M,), the probability from which each label applies."""

    def __call__(self, features: Floats) -> Floats:
        """(T,F) -> (T,M), probabilities, each from 0 to 1."""
        out: Floats = 1 / (1 + np.exp(-(features @ self.weight.T + self.bias)))
        return out


def softmax(scores: Floats) -> Floats:
    """(...,C) -> (...,C), which sum to 1 along the last axis."""
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    out: Floats = powers / powers.sum(-1, keepdims=True)
    return out


def arrays_of(head: Any) -> Mapping[str, NDArray[Any]]:
    """Return the arrays of a head by field name."""
    found = {field.name: getattr(head, field.name) for field in fields(head)}
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}
