"""Triplets of the same utterances, measured in the emotion space before and after training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import BadInput
from sentemo.evaluation.metrics import FloatArray, IntArray
from sentemo.evaluation.triplet import TRIPLETS_AT_ONCE, Triplets, draw_triplets
from sentemo.training.recipe import Objective
from sentemo.types import LabelSet

TRIPLETS = 20_000
PERCENTILES = (10, 50, 90)
"""Which triplets are shown: those whose change stands there among all that were drawn."""
MARGIN = Objective.margin


@dataclass(frozen=True)
class Sides:
    """The Euclidean distances d(a,p), d(a,n) and d(p,n) of triplets in one space, each (N,)."""

    positive: FloatArray
    negative: FloatArray
    opposite: FloatArray

    @property
    def gap(self) -> FloatArray:
        """How much nearer the positive is than the negative; above 0 the choice is right."""
        return self.negative - self.positive

    def to_json(self, margin: float) -> dict[str, Any]:
        """Return shares in percent, and percentiles of the gap."""
        cuts = (1, 5, 10, 25, 50, 75, 90, 95, 99)
        return {
            "right_percent": 100 * float((self.gap > 0).mean()),
            "tie_percent": 100 * float((self.gap == 0).mean()),
            "beyond_margin_percent": 100 * float((self.gap >= margin).mean()),
            "gap_percentiles": {str(cut): float(np.percentile(self.gap, cut)) for cut in cuts},
        }


@dataclass(frozen=True)
class Gaps:
    """What training does to triplets: their distances before and after it."""

    drawn: Triplets
    gold: IntArray
    before: Sides
    after: Sides
    labels: LabelSet
    margin: float
    seed: int

    @property
    def shown(self) -> IntArray:
        """Return the positions of the triplets whose change of the gap is at each of `PERCENTILES`."""
        order = np.argsort(self.after.gap - self.before.gap, kind="stable")
        return order[[round(cut / 100 * (len(order) - 1)) for cut in PERCENTILES]]

    def label(self, triplet: int, of_negative: bool = False) -> str:
        """Name the label of a triplet's anchor and positive, or of its negative."""
        place = (self.drawn.negatives if of_negative else self.drawn.anchors)[triplet]
        return self.labels.names[int(self.gold[place])]

    def to_json(self) -> dict[str, Any]:
        """Return what Figure 1 shows for machines."""
        change = self.after.gap - self.before.gap
        return {
            "triplets": len(change),
            "seed": self.seed,
            "margin": self.margin,
            "before": self.before.to_json(self.margin),
            "after": self.after.to_json(self.margin),
            "mean_change": float(change.mean()),
            "shown": [
                {
                    "percentile": cut,
                    "label": self.label(row),
                    "negative_label": self.label(row, of_negative=True),
                    "change": float(change[row]),
                    **{
                        when: {"positive": float(sides.positive[row]), "negative": float(sides.negative[row])}
                        for when, sides in (("before", self.before), ("after", self.after))
                    },
                }
                for cut, row in zip(PERCENTILES, self.shown.tolist(), strict=True)
            ],
        }


def measure_gaps(
    before: NDArray[Any],
    after: NDArray[Any],
    gold: IntArray,
    labels: LabelSet,
    seed: int = 0,
    *,
    margin: float = MARGIN,
    triplets: int = TRIPLETS,
) -> Gaps:
    """Draw triplets among points (N, Z) and (N, Z') with gold labels (N,), as the protocol `triplet` does.

    Raises `BadInput` where points and labels don't match or there are no triplets.
    """
    if not len(before) == len(after) == len(gold):
        raise BadInput(
            f"There are {len(before)} points before, {len(after)} after, and {len(gold)} labels",
            "Embed the same utterances twice",
        )
    drawn = draw_triplets(gold, triplets, np.random.default_rng(seed))
    return Gaps(drawn, gold, _sides(before, drawn), _sides(after, drawn), labels, margin, seed)


def _sides(points: NDArray[Any], drawn: Triplets) -> Sides:
    values = np.asarray(points, dtype=np.float64)
    a, p, n = drawn.anchors, drawn.positives, drawn.negatives
    return Sides(*(_distances(values, one, other) for one, other in ((a, p), (a, n), (p, n))))


def _distances(points: FloatArray, one: IntArray, other: IntArray) -> FloatArray:
    """A part at a time, which bounds memory."""
    parts = (slice(begin, begin + TRIPLETS_AT_ONCE) for begin in range(0, len(one), TRIPLETS_AT_ONCE))
    return np.concatenate([np.linalg.norm(points[one[part]] - points[other[part]], axis=1) for part in parts])
