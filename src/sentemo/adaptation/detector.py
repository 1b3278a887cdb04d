"""One tag's detector: ridge regression in a space that ordinary turns make round, its threshold set on these. No torch.

N examples, B background turns, F features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHRINKAGE = 0.9
"""How far the background's covariance is taken for round: a thousand turns say little of hundreds of directions."""
RIDGE = 1.0
"""Of the regression, beside a kernel that is 1 for the usual turn and itself."""
FALSE_SHARE = 0.015
"""The share of the background above the threshold; what the background holds of the tag itself is in it."""
SINGLE_FALSE_SHARE = 0.035
"""The same for a tag with a single example or description, which finds too little otherwise."""
STEEPNESS = [2.0**power for power in range(-2, 6)]


class Background:
    """What people say otherwise, and the space that it makes round."""

    def __init__(self, rows: Floats) -> None:
        """(B,F)."""
        self.mean: Floats = rows.mean(0)
        """(F,)."""
        self.centred: Floats = rows - self.mean
        covariance = self.centred.T @ self.centred / len(rows)
        size = len(covariance)
        shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.trace(covariance) / size * np.eye(size)
        inverse: Floats = np.linalg.inv(shrunk)
        squares: Floats = ((self.centred @ inverse) * self.centred).sum(1)
        self.leverage: Floats = (1 - SHRINKAGE) / len(rows) * squares
        """(B,), by how much each turn pulled its own score to 0, for it is among those that made the space round."""
        self.inverse: Floats = inverse / squares.mean()
        """(F,F), the inverse of the shrunk covariance, scaled so that the usual turn's own kernel is 1."""


@dataclass(frozen=True, eq=False)
class Detector:
    """Log-odds that are linear in the features: 0 at the threshold."""

    weight: Floats
    """(F,)."""
    bias: float
    found: Floats
    """(P,), log-odds of the tag's examples, each left out."""
    ordinary: Floats
    """(B,), log-odds of the background, each turn left out too."""

    @property
    def margin(self) -> float:
        """How well examples that are left out stand out from the background: mean log-odds by their spread there."""
        return float(self.found.mean() / max(self.ordinary.std(), 1e-9))


def detect(background: Background, rows: Floats, is_tag: NDArray[np.bool_], weights: Floats) -> Detector:
    """Learn from rows (N,F) that bear the tag or don't, (N,), each of which counts by its weight, (N,).

    The background are rows without the tag. In its round space ridge regression has a closed form in the N examples,
    and so has what it says of an example that it never saw (Allen 1974): leaving each out costs nothing.
    """
    directions = (rows - background.mean) @ background.inverse  # (N, F)
    kernel = directions @ (rows - background.mean).T  # (N, N)
    inverse = np.linalg.inv(kernel + np.diag(RIDGE / weights))
    dual = inverse @ is_tag  # (N,)
    weight = directions.T @ dual
    left_out = (is_tag - dual / np.diag(inverse))[is_tag]
    ordinary = background.centred @ weight / (1 - background.leverage)
    threshold = float(np.quantile(ordinary, 1 - (FALSE_SHARE if is_tag.sum() > 1 else SINGLE_FALSE_SHARE)))
    steepness = _steepness(left_out - threshold, ordinary - threshold)
    return Detector(
        weight=weight * steepness,
        bias=-steepness * (threshold + float(background.mean @ weight)),
        found=steepness * (left_out - threshold),
        ordinary=steepness * (ordinary - threshold),
    )


def _steepness(found: Floats, ordinary: Floats) -> float:
    """The factor that makes log-odds of scores with the least loss, the tag as frequent as all else."""
    spread = max(float(ordinary.std()), 1e-9)
    losses = {
        each / spread: np.logaddexp(0, -each / spread * found).mean() + np.logaddexp(0, each / spread * ordinary).mean()
        for each in STEEPNESS
    }
    return min(losses, key=lambda factor: losses[factor])
