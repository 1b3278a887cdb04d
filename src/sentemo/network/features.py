"""What few-shot labels are learnt on: what was said, beside where it lies in the emotion space."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

POINT_SHARE = 0.3
"""How much a point counts beside its utterance; the point knows the trained emotions, the embedding all else."""


def features(utterances: Tensor, points: Tensor) -> Tensor:
    """(...,E) embeddings and (...,Z) points of length 1 -> (...,E+Z) features of length 1."""
    both = torch.cat([F.normalize(utterances, dim=-1), POINT_SHARE**0.5 * points], -1)
    return both / float((1 + POINT_SHARE) ** 0.5)


def points_of(features: Tensor, space_dim: int) -> Tensor:
    """(...,E+Z) -> (...,Z), the points inside."""
    return F.normalize(features[..., -space_dim:], dim=-1)
