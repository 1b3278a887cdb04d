"""Methods that learn labels from a few examples; each returns what scores features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from sentemo.heads import Adapted, Floats, Method, Rows, softmax

STRENGTH = 5.0
"""The inverse regularisation strength of the logistic regression."""
LOGISTIC_STEPS, LOGISTIC_CLOSE = 300, 1e-4
METRIC_STEPS, METRIC_RATE, MARGIN = 20, 5e-4, 0.3
LABEL_FREE_STEPS, BATCH = 60, 128
ENOUGH_FOR_METRIC = 5
"""The fewest examples of each label that a metric is trained on."""
Linear = tuple[Floats, Floats]
"""Weights (C,F) and biases (C,)."""


def fit(method: Method, features: Floats, gold: Rows, labels: int, mapping: Floats | None = None) -> Adapted:
    """(N,F), (N,) -> labels learnt by one method. Every label has an example; `label-free` needs its map (F,F)."""
    width = features.shape[1]
    weight, bias = np.zeros((0, width), np.float32), np.zeros(0, np.float32)
    if mapping is not None:
        weight, bias = prototypes(features @ mapping.T, gold, labels)
        weight = weight @ mapping
    elif method in LINEAR:
        basis = span(features)
        weight, bias = LINEAR[method](features @ basis, gold, labels)
        weight = weight @ basis.T
    weight = np.ascontiguousarray(weight, np.float32)  # the memory layout of a loaded array, for bit-identical results
    return Adapted(method, labels, False, features, gold, weight, bias.astype(np.float32))


def scaled(adapted: Adapted, scale: float) -> Adapted:
    """Return the same labels with another scale."""
    return replace(adapted, scale=scale)


def span(features: Floats) -> Floats:
    """(N,F) -> (F,R), an orthonormal basis of the examples' span, which contains all that is learnt; R is at most N."""
    if len(features) >= features.shape[1]:
        return np.eye(features.shape[1], dtype=np.float32)
    basis: Floats = np.linalg.qr(features.T).Q
    return basis


def one_hot(gold: Rows, labels: int) -> Floats:
    """(N,) -> (N,C)."""
    return np.eye(labels, dtype=np.float32)[gold]


def prototypes(features: Floats, gold: Rows, labels: int) -> Linear:
    """(N,F), (N,) -> weights (C,F) and biases (C,) of -d^2 to each label's mean, up to what all labels share.

    The mean of a few examples is farther from everything than the true mean, by the variance over their number. This is
    corrected, so that labels with few examples are not at a disadvantage.
    """
    of_label = one_hot(gold, labels)
    counts = of_label.sum(0)
    means = of_label.T @ features / counts[:, None]
    spread = ((features - means[gold]) ** 2).sum() / (len(gold) - labels) if len(gold) > labels else 0.0
    return 2 * means, spread / counts - (means**2).sum(1)


def linear(features: Floats, gold: Rows, labels: int) -> Linear:
    """(N,F), (N,) -> weights (C,F) and biases (C,) of a logistic regression in which all labels weigh the same.

    Its curvature never exceeds half that of a least-squares problem, whose steps therefore never increase the loss
    (Böhning 1992): one matrix is inverted once, and no learning rate is needed. Nesterov momentum speeds it up.
    """
    of_label = one_hot(gold, labels)
    counts = of_label.sum(0)
    weigh = (len(gold) / (labels * counts))[gold][:, None].astype(np.float32)  # (N, 1)
    rows = np.concatenate([features, np.ones((len(features), 1), np.float32)], 1)  # (N, F+1), with a bias column
    penalty = np.full(rows.shape[1], 1 / STRENGTH, np.float32)
    penalty[-1] = 1e-3  # almost unpenalised: only the direction shared by all labels needs it
    step = np.linalg.inv(0.5 * rows.T @ (weigh * rows) + np.diag(penalty))
    found = ahead = np.zeros((rows.shape[1], labels), np.float32)
    pace = 1.0
    for _ in range(LOGISTIC_STEPS):
        slope = rows.T @ (weigh * (softmax(rows @ ahead) - of_label)) + penalty[:, None] * ahead
        new = (ahead - step @ slope).astype(np.float32)
        faster = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        change = new - found
        if (slope * change).sum() > 0:  # uphill: reset the momentum
            faster = 1.0
        ahead, found, pace = new + (pace - 1) / faster * change, new, faster
        if np.abs(change).max() < LOGISTIC_CLOSE * max(1.0, float(np.abs(new).max())):
            break
    return found[:-1].T, found[-1]


def metric(features: Floats, gold: Rows, labels: int) -> Linear:
    """Prototypes after a linear map trained on batch-hard triplets (Hermans et al. 2017; paper, section 3)."""
    mapping = train_metric(features, gold)
    weight, bias = prototypes(features @ mapping.T, gold, labels)
    return weight @ mapping, bias


def train_metric(features: Floats, gold: Rows) -> Floats:
    """(N,F), (N,) -> (F,F), starting at the identity, trained on batch-hard triplets of all examples."""
    same = gold[:, None] == gold
    near, far = same & ~np.eye(len(gold), dtype=bool), ~same
    usable = near.any(1) & far.any(1)

    def slope(mapping: Floats, step: int) -> Floats:
        points = features @ mapping.T
        apart = _apart(points, points)
        like = np.where(near, apart, -np.inf).argmax(1)  # the farthest of the same label
        unlike = np.where(far, apart, np.inf).argmin(1)  # the nearest of another label
        rows = np.arange(len(gold))
        lost = usable & (apart[rows, like] - apart[rows, unlike] + MARGIN > 0)
        return _triplet_slope(points, points, like, unlike, lost, features, features, max(int(lost.sum()), 1))

    return _descended(features.shape[1], METRIC_STEPS, slope)


def train_label_free(views: Floats, others: Floats) -> Floats:
    """(N,F), (N,F), two views of N utterances -> (F,F), by triplets that need no label (paper, section 6.3).

    Each positive pair is two views of one utterance: read in its whole conversation, and read with the preceding turns
    only. The other utterances of a batch are the negatives.
    """
    order = np.random.default_rng(0).permutation(len(views))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]

    def slope(mapping: Floats, step: int) -> Floats:
        rows = batches[step % len(batches)]
        given, alike = views[rows], others[rows]
        anchors, likes = given @ mapping.T, alike @ mapping.T
        apart = _apart(anchors, likes)
        own = np.arange(len(rows))
        unlike = np.where(np.eye(len(rows), dtype=bool), np.inf, apart).argmin(1)
        lost = (apart[own, own] - apart[own, unlike] + MARGIN > 0) & (len(rows) > 1)
        return _triplet_slope(anchors, likes, own, unlike, lost, given, alike, len(rows))

    return _descended(views.shape[1], LABEL_FREE_STEPS, slope)


def _apart(points: Floats, others: Floats) -> Floats:
    """(N,F), (M,F) -> (N,M), distances."""
    squares = (points**2).sum(1)[:, None] + (others**2).sum(1) - 2 * points @ others.T
    out: Floats = np.sqrt(np.maximum(squares, 1e-12))
    return out


def _triplet_slope(
    anchors: Floats,
    others: Floats,
    like: Rows,
    unlike: Rows,
    lost: Rows,
    anchors_of: Floats,
    others_of: Floats,
    over: int,
) -> Floats:
    """The gradient (F,F), at a map, of the mean of max(0, d(anchor, like) - d(anchor, unlike) + margin).

    `anchors` and `others` are mapped, `anchors_of` and `others_of` what they were mapped from.
    """
    total = np.zeros((anchors.shape[1],) * 2, np.float32)
    rows = np.flatnonzero(lost)
    for sign, places in ((1.0, like[rows]), (-1.0, unlike[rows])):
        difference = anchors[rows] - others[places]
        direction = difference / np.maximum(np.linalg.norm(difference, axis=1, keepdims=True), 1e-6)
        total += np.float32(sign / over) * direction.T @ (anchors_of[rows] - others_of[places])
    return total


def _descended(width: int, steps: int, slope_of: Callable[[Floats, int], Floats]) -> Floats:
    """Minimise a loss of a linear map (F,F), starting at the identity, with Adam (Kingma and Ba 2015)."""
    mapping = np.eye(width, dtype=np.float32)
    mean, square = np.zeros_like(mapping), np.zeros_like(mapping)
    for step in range(steps):
        slope = slope_of(mapping, step)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        at, of = mean / (1 - 0.9 ** (step + 1)), square / (1 - 0.999 ** (step + 1))
        mapping = (mapping - METRIC_RATE * at / (np.sqrt(of) + 1e-8)).astype(np.float32)
    return mapping


LINEAR: Mapping[Method, Callable[[Floats, Rows, int], Linear]] = {
    "prototypes": prototypes,
    "linear": linear,
    "metric": metric,
}
