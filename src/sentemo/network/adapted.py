"""Labels learnt from a few examples: prototypes, nearest neighbours or a linear layer on features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Method = Literal["prototypes", "neighbours", "linear", "metric", "label-free"]


@dataclass(frozen=True)
class AdaptedShape:
    """The sizes of `Adapted`."""

    method: Method
    labels: int
    features: int
    stored: int
    """Examples that are kept."""
    extends: bool
    """Whether the labels stand beside those that the model had; then a score is a label's odds against all of them."""


class Adapted(nn.Module):
    """Score labels by a few examples of each.

    `prototypes` goes by the squared distance to each label's mean (Snell et al. 2017), `metric` does so after a linear
    map that triplets of the examples have trained, `label-free` after one that triplets of unlabelled conversations
    have, `linear` is a logistic regression, `neighbours` the stored examples' share by distance. All but the last are
    linear in the features, and kept as that. Where labels extend others, one is chosen when its score is above the
    others' by `threshold`.
    """

    examples: Tensor
    gold: Tensor
    weight: Tensor
    bias: Tensor
    scale: Tensor
    threshold: Tensor

    def __init__(self, shape: AdaptedShape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("examples", torch.zeros(shape.stored, shape.features))
        self.register_buffer("gold", torch.zeros(shape.stored, dtype=torch.long))
        self.register_buffer("scale", torch.tensor(1.0))
        self.register_buffer("threshold", torch.tensor(0.0))
        if shape.method != "neighbours":
            self.register_buffer("weight", torch.zeros(shape.labels, shape.features))
            self.register_buffer("bias", torch.zeros(shape.labels))

    def forward(self, features: Tensor) -> Tensor:
        """(...,F) -> (...,C), logarithms up to a constant; log odds where the labels extend others."""
        if self.shape.method == "neighbours":
            return self.scale * neighbour_scores(features, self.examples, self.gold, self.shape.labels)
        return self.scale * F.linear(features, self.weight, self.bias)


def neighbour_scores(features: Tensor, examples: Tensor, gold: Tensor, labels: int) -> Tensor:
    """(...,F), (N,F), (N,) -> (...,C): the logarithm of each label's mean closeness, exp(-d^2 / 0.1)."""
    close = -torch.cdist(features, examples).square() / 0.1
    of_label = F.one_hot(gold, labels).bool()  # (N, C)
    rows = close[..., None, :].masked_fill(~of_label.T, -torch.inf)  # (..., C, N)
    return rows.logsumexp(-1) - of_label.sum(0).log()
