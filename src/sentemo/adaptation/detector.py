"""Tag detectors: ridge regression on features whitened by ordinary turns, which set the threshold. No torch.

N examples, B background turns, F columns: features, perhaps followed by probabilities of shades.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHRINKAGE = 0.8
"""Shrinkage of the background covariance to a sphere: a thousand turns are few for hundreds of dimensions."""
RIDGE = 1.0
"""The ridge penalty, relative to a kernel that is 1 between a typical turn and itself."""
FALSE_SHARE = 0.0195
"""The share of ordinary turns above the threshold, including any in the background that deserve the tag."""
SINGLE_FALSE_SHARE = 0.04
"""The same for a tag with a single example or description, which would find too little otherwise."""
STEEPNESS = [2.0**power for power in range(-2, 6)]


class Background:
    """Ordinary turns, and the transformation that whitens them."""

    def __init__(self, rows: Floats, features: int | None = None) -> None:
        """(B,F); from column `features` on, columns are scaled to the same variance, together that of the features."""
        features = rows.shape[1] if features is None else features
        spread = rows.std(0)
        self.scale: Floats = np.ones(len(spread))
        """(F,)."""
        equal = np.sqrt((spread[:features] ** 2).sum() / max(len(spread) - features, 1))
        self.scale[features:] = equal / np.maximum(spread[features:], 1e-9)
        rows = rows * self.scale
        self.mean: Floats = rows.mean(0)
        """(F,)."""
        self.centred: Floats = rows - self.mean
        covariance = self.centred.T @ self.centred / len(rows)
        size = len(covariance)
        shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.trace(covariance) / size * np.eye(size)
        inverse: Floats = np.linalg.inv(shrunk)
        squares: Floats = ((self.centred @ inverse) * self.centred).sum(1)
        self.leverage: Floats = (1 - SHRINKAGE) / len(rows) * squares
        """(B,), by how much each turn pulled its own score to 0, because it took part in the whitening."""
        self.inverse: Floats = inverse / squares.mean()
        """(F,F), the inverse of the shrunk covariance, scaled so that a typical turn's kernel with itself is 1."""


@dataclass(frozen=True, eq=False)
class Detector:
    """Log-odds that are linear in the features and 0 at the threshold."""

    weight: Floats
    """(F,)."""
    bias: float
    found: Floats
    """(P,), log-odds of the tag's examples, each left out."""
    ordinary: Floats
    """(B,), log-odds of the background, each turn left out too."""

    @property
    def margin(self) -> float:
        """How well left-out examples stand out: their mean log-odds over the spread of the background's."""
        return float(self.found.mean() / max(self.ordinary.std(), 1e-9))


def detect(background: Background, rows: Floats, is_tag: NDArray[np.bool_], weights: Floats) -> Detector:
    """Learn from rows (N,F) that have the tag or don't (N,), with weights (N,).

    Background rows don't have the tag. After whitening, ridge regression has a closed form in the N examples, and so
    has its prediction of an example that it was not fitted on (Allen 1974): leave-one-out costs nothing.
    """
    centred = rows * background.scale - background.mean
    directions = centred @ background.inverse  # (N, F)
    kernel = directions @ centred.T  # (N, N)
    inverse = np.linalg.inv(kernel + np.diag(RIDGE / weights))
    dual = inverse @ is_tag  # (N,)
    weight = directions.T @ dual
    left_out = (is_tag - dual / np.diag(inverse))[is_tag]
    ordinary = background.centred @ weight / (1 - background.leverage)
    threshold = float(np.quantile(ordinary, 1 - (FALSE_SHARE if is_tag.sum() > 1 else SINGLE_FALSE_SHARE)))
    steepness = _steepness(left_out - threshold, ordinary - threshold)
    return Detector(
        weight=weight * background.scale * steepness,
        bias=-steepness * (threshold + float(background.mean @ weight)),
        found=steepness * (left_out - threshold),
        ordinary=steepness * (ordinary - threshold),
    )


def _steepness(found: Floats, ordinary: Floats) -> float:
    """The factor that turns scores into log-odds with the lowest loss, with the tag as frequent as the rest."""
    spread = max(float(ordinary.std()), 1e-9)
    losses = {
        each / spread: np.logaddexp(0, -each / spread * found).mean() + np.logaddexp(0, each / spread * ordinary).mean()
        for each in STEEPNESS
    }
    return min(losses, key=lambda factor: losses[factor])
