"""The map: a fixed linear projection of an emotion space to two dimensions, in which labels lie apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from sentemo.explanation.explain import prototypes_of
from sentemo.network.features import points_of

if TYPE_CHECKING:
    from sentemo.model import SentEmoContext

EDGE = 1.5
"""An utterance farther out is drawn here; labels lie within 1."""
LEAST = 1e-3
"""Prototypes that are no farther apart along an axis than this lie together on it."""
Place = tuple[float, float]


@dataclass(frozen=True)
class EmotionMap:
    """Where labels lie, and what an utterance's features are projected with."""

    labels: dict[str, Place]
    """The labels' places in [-1,1]; a label without examples is not there."""
    space_dim: int | None
    """Z, where points of the emotion space are projected and not whole features."""
    centre: Tensor
    axes: Tensor
    """(Z or F, 2), scaled."""

    @classmethod
    def of(cls, model: SentEmoContext) -> EmotionMap | None:
        """Choose the axes in which the prototypes vary most; None for a model without prototypes."""
        means, outputs = prototypes_of(model)
        if not outputs:
            return None
        owners = torch.tensor([model.label_of[output] if model.label_of else output for output in outputs])
        present = sorted(set(owners.tolist()))
        rows = torch.stack([means[owners == label].mean(0) for label in present])  # (P, Z or F)
        centre = rows.mean(0)
        axes = _axes(rows - centre, _spread(model))
        axes = axes / ((rows - centre) @ axes).abs().amax(0).clamp_min(LEAST)
        named = zip(present, _places((rows - centre) @ axes, 1.0), strict=True)
        labels = {model.labels.names[label]: place for label, place in named}
        return cls(labels, None if model.adapted is not None else model.network.shape.space_dim, centre, axes)

    def places(self, features: Tensor) -> list[Place]:
        """(T,F) -> the places of T utterances, at most 1.5 away from the middle on either axis."""
        points = features if self.space_dim is None else points_of(features, self.space_dim)
        return _places((points - self.centre) @ self.axes, EDGE)


def _axes(rows: Tensor, others: Tensor) -> Tensor:
    """(P,Z), centred, and (N,Z) -> (Z,2), orthonormal; the first label lies to the left and below.

    One or two labels lie on a line at most; then the other examples choose the rest.
    """
    found = torch.empty(0, rows.shape[1])
    for source in (rows, others - others.mean(0)):
        left = source - source @ found.T @ found
        size, directions = torch.linalg.svd(left, full_matrices=False)[1:]
        found = torch.cat([found, directions[size > LEAST]])[:2]
    if len(found) < 2:
        found = torch.cat([found, torch.zeros(2 - len(found), rows.shape[1])])
    signs = torch.where((found @ rows[0]) > 0, -1.0, 1.0)
    return (signs[:, None] * found).T


def _spread(model: SentEmoContext) -> Tensor:
    """Stored examples (N,F) of an adapted model, else the prototypes (P,Z)."""
    return model.adapted.examples if model.adapted is not None else prototypes_of(model)[0]


def _places(rows: Tensor, edge: float) -> list[Place]:
    return [(round(x, 4), round(y, 4)) for x, y in rows.clamp(-edge, edge).tolist()]
