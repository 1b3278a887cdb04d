"""A head for another label set on the same features, of which several labels may apply at once."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class LabelHead(nn.Module):
    """Score each label for itself: a logistic regression on features, and the probability from which it applies."""

    weight: Tensor
    bias: Tensor
    threshold: Tensor

    def __init__(self, labels: int, features: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(labels, features))
        self.register_buffer("bias", torch.zeros(labels))
        self.register_buffer("threshold", torch.full((labels,), 0.5))

    def forward(self, features: Tensor) -> Tensor:
        """(...,F) -> (...,M), probabilities, each from 0 to 1."""
        return F.linear(features, self.weight, self.bias).sigmoid()
