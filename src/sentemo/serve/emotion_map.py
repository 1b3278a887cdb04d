"""The emotion map: a fixed linear projection of an emotion space to two dimensions that separates the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sentemo.explanation.explain import prototypes_of
from sentemo.heads import Floats, points_of

if TYPE_CHECKING:
    from sentemo.model import SentEmoContext

EDGE = 1.5
"""Utterances farther out are clipped to this; labels are within 1."""
LEAST = 1e-3
"""Prototypes no farther apart along an axis than this coincide on it."""
Place = tuple[float, float]


@dataclass(frozen=True)
class EmotionMap:
    """The places of the labels, and the projection of an utterance's features."""

    labels: dict[str, Place]
    """The labels' places in [-1,1]; labels without examples are missing."""
    space_dim: int | None
    """Z if points of the emotion space are projected instead of whole features."""
    centre: Floats
    axes: Floats
    """(Z or F, 2), scaled."""

    @classmethod
    def of(cls, model: SentEmoContext) -> EmotionMap | None:
        """Return the map along the axes in which the prototypes vary most; None for a model without prototypes."""
        means, outputs = prototypes_of(model)
        if not outputs:
            return None
        owners = np.array([model.label_of[output] if model.label_of else output for output in outputs])
        present = sorted(set(owners.tolist()))
        rows = np.stack([means[owners == label].mean(0) for label in present])  # (P, Z or F)
        centre = rows.mean(0)
        axes = _axes([rows - centre, *_examples(model)])
        extent = np.abs((rows - centre) @ axes).max(0)
        widest = extent.max() if extent.max() > LEAST else 1.0
        axes = (axes / np.where(extent > LEAST, extent, widest)).astype(np.float32)
        named = zip(present, _places((rows - centre) @ axes, 1.0), strict=True)
        labels = {model.labels.names[label]: place for label, place in named}
        space_dim = None if model.adapted is not None else model.runner.architecture.network.space_dim
        return cls(labels, space_dim, centre, axes)

    def places(self, features: Floats) -> list[Place]:
        """(T,F) -> the places of T utterances, at most 1.5 away from the middle on either axis."""
        points = features if self.space_dim is None else points_of(features, self.space_dim)
        return _places((points - self.centre) @ self.axes, EDGE)


def _axes(sources: Sequence[Floats]) -> Floats:
    """N of (N,Z) -> (Z,2), orthonormal; the first label is at the lower left.

    Prototypes come first; if there are only two, which span a line, the examples determine the other axis.
    """
    found = np.empty((0, sources[0].shape[1]), np.float32)
    for source in sources:
        rows = source - source.mean(0)
        size, directions = np.linalg.svd(rows - rows @ found.T @ found, full_matrices=False)[1:]
        found = np.concatenate([found, directions[size > LEAST]])[:2]
    if len(found) < 2:
        found = np.concatenate([found, np.zeros((2 - len(found), found.shape[1]), np.float32)])
    signs = np.where((found @ sources[0][0]) > 0, -1.0, 1.0)
    out: Floats = (signs[:, None] * found).T
    return out


def _examples(model: SentEmoContext) -> list[Floats]:
    """Stored examples, (N,F) of an adapted model, else (N,Z)."""
    stored = [] if model.neighbours is None else [model.neighbours.features]
    if model.adapted is not None:
        return [model.adapted.examples, *stored]
    return [points_of(features, model.runner.architecture.network.space_dim) for features in stored]


def _places(rows: NDArray[np.floating], edge: float) -> list[Place]:
    return [(round(x, 4), round(y, 4)) for x, y in np.clip(rows, -edge, edge).tolist()]
