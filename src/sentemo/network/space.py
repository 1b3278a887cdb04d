"""The emotion space, in which distance means difference of emotion."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from sentemo.network.layer import SharedDropout


class EmotionSpace(nn.Module):
    """Map contextual utterances to points on the unit sphere, where triplets are drawn (paper, section 4).

    As wide as the context, the space is the context itself, scaled to length 1, as in the paper; else a hidden layer
    leads there.
    """

    def __init__(self, context_width: int, space_dim: int, dropout: float) -> None:
        super().__init__()
        self.project: nn.Module = nn.Identity()
        if context_width != space_dim:
            self.project = nn.Sequential(
                nn.Linear(context_width, space_dim), nn.GELU(), SharedDropout(dropout), nn.Linear(space_dim, space_dim)
            )

    def forward(self, context: Tensor) -> Tensor:
        """(...,D) -> (...,Z), each of length 1."""
        return F.normalize(self.project(context), dim=-1)
