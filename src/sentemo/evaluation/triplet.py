"""Measure points by forced choice: is an utterance of the same label nearer than one of another label?

This is how the released code of SentEmoContext computes its headline (57.71 / 57.75 / 0.49). Gold labels are on both
sides of the choice, so it does not measure how well labels are predicted. A space that maps all utterances to one
point gets everything right, because a tie counts as right: so ties are counted too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import BadInput, BadModel
from sentemo.evaluation.metrics import FloatArray, IntArray, figures_of_counts
from sentemo.evaluation.protocols import Embedder, Selection
from sentemo.types import Conversation, LabelSet

RESAMPLINGS = 10
FEWEST_TRIPLETS = 10_000
TRIPLETS_AT_ONCE = 8192
"""Limits memory while distances are computed."""


@dataclass(frozen=True, slots=True)
class Triplets:
    """The utterances to compare: positions of anchors, positives and negatives, each (N,)."""

    anchors: IntArray
    positives: IntArray
    negatives: IntArray


@dataclass(frozen=True, slots=True)
class TripletResult:
    """Confusion matrices (10, C, C) of the resamplings, triplets in each, and ties in percent."""

    counts: IntArray
    triplets: int
    tie_percent: float


def measure_triplets(
    points: NDArray[Any],
    gold: IntArray,
    labels: LabelSet,
    *,
    triplets: int | None = None,
    resamplings: int = RESAMPLINGS,
    seed: int = 0,
) -> TripletResult:
    """Draw triplets among points (N, Z) with gold labels (N,), and count successes and failures.

    `triplets` in each resampling defaults to the number of utterances, but at least 10,000.
    """
    size = triplets or max(FEWEST_TRIPLETS, len(gold))
    rng = np.random.default_rng(seed)
    counts = np.zeros((resamplings, len(labels), len(labels)), dtype=np.int64)
    ties = 0
    for row in range(resamplings):
        drawn = draw_triplets(gold, size, rng)
        right, tied = judge(points, drawn)
        credited = np.where(right, gold[drawn.anchors], gold[drawn.negatives])
        np.add.at(counts[row], (gold[drawn.anchors], credited), 1)
        ties += int(tied.sum())
    return TripletResult(counts, size, 100 * ties / (size * resamplings))


def draw_triplets(gold: IntArray, size: int, rng: np.random.Generator) -> Triplets:
    """Draw classes first and utterances after: anchor and positive are two utterances of one class.

    Anchor classes: labels with at least two utterances. Negative classes: all others that are present.
    """
    present, anchor_classes = _classes(gold)
    order = np.argsort(gold, kind="stable")
    count = np.bincount(gold)
    start = np.cumsum(count) - count

    own = anchor_classes[rng.integers(len(anchor_classes), size=size)]
    anchor = rng.integers(count[own])
    positive = _skip(rng.integers(count[own] - 1), anchor)
    other = present[_skip(rng.integers(len(present) - 1, size=size), np.searchsorted(present, own))]
    negative = rng.integers(count[other])
    return Triplets(order[start[own] + anchor], order[start[own] + positive], order[start[other] + negative])


def judge(points: NDArray[Any], drawn: Triplets) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each triplet whether d(a,p) <= d(a,n) (Euclidean), and whether they are equal: (N,), (N,)."""
    gaps = []
    for begin in range(0, len(drawn.anchors), TRIPLETS_AT_ONCE):
        part = slice(begin, begin + TRIPLETS_AT_ONCE)
        anchor, positive, negative = (
            points[index[part]].astype(np.float64) for index in (drawn.anchors, drawn.positives, drawn.negatives)
        )
        near, far = (((anchor - other) ** 2).sum(axis=1) for other in (positive, negative))
        gaps.append(far - near)
    gap = np.concatenate(gaps)
    return gap >= 0, gap == 0


def chance_figures(gold: IntArray, labels: LabelSet) -> dict[str, float]:
    """Compute the figures of random points: each choice is right half of the time.

    With 7 labels present: macro-F1* 50.0, micro-F1* 50.0, MCC 0.417.
    """
    present, anchor_classes = _classes(gold)
    expected = np.zeros((len(labels), len(labels)))
    for own in anchor_classes:
        expected[own, present] = 0.5 / (len(present) - 1)
        expected[own, own] = 0.5
    return {name: float(value) for name, value in figures_of_counts(expected, labels).items()}


def embed_selected(embedder: Embedder, conversations: Sequence[Conversation], selection: Selection) -> FloatArray:
    """Embed all conversations in one call and pick the points (N, Z) of the selected utterances.

    Raises `BadModel` if the arrays don't match the conversations or contain numbers that are not finite.
    """
    arrays = [np.asarray(array) for array in embedder.embed(conversations)]
    shapes = [array.shape for array in arrays]
    widths = {shape[1] for shape in shapes if len(shape) == 2}
    if len(widths) != 1 or [(len(talk), *widths) for talk in conversations] != shapes:
        raise BadModel(
            "The embeddings don't fit the conversations",
            "An embedder must give one array (turns, dimensions) per conversation, in order",
        )
    start = np.cumsum([0, *map(len, conversations)])
    points = np.concatenate(arrays)[start[selection.dialogues] + selection.turns]
    if not np.isfinite(points).all():
        raise BadModel("An embedding contains numbers that are not finite", "Check the encoder and its weights")
    return points


def _classes(gold: IntArray) -> tuple[IntArray, IntArray]:
    """Return the labels present, and those that have two utterances for an anchor and a positive."""
    present, count = np.unique(gold, return_counts=True)
    anchor_classes = present[count >= 2]
    if len(present) < 2 or not len(anchor_classes):
        raise BadInput(
            "Triplets need utterances of two labels, and two utterances of one of them",
            "Give more labelled utterances",
        )
    return present, anchor_classes


def _skip(drawn: IntArray, taken: IntArray) -> IntArray:
    """Shift draws from a range one shorter so that they skip the taken position and stay uniform."""
    return drawn + (drawn >= taken)
