"""A second task, learnt beside the emotions: to tell an utterance's dialogue act."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from sentemo.training.dialogues import UNLABELLED


class ActLoss(nn.Module):
    """Cross-entropy of a linear layer from contextual points to dialogue acts.

    The layer serves the training alone and is no part of the model; a training goes on with it.
    """

    def __init__(self, space_dim: int, acts: int) -> None:
        super().__init__()
        self.scores = nn.Linear(space_dim, acts)

    def forward(self, points: Tensor, acts: Tensor) -> Tensor:
        """(N,Z), (N,) act indices or UNLABELLED -> scalar, the mean over those whose act is known, else 0."""
        known = (acts != UNLABELLED).sum().clamp_min(1)
        return F.cross_entropy(self.scores(points), acts, ignore_index=UNLABELLED, reduction="sum") / known
