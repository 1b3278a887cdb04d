"""From points in the emotion space to a score per label: classifier, prototypes, nearest neighbours."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from sentemo.network.layer import EncoderLayer
from sentemo.network.shape import NetworkShape


class Classifier(nn.Module):
    """Score labels from a point: one Transformer encoder layer and a linear layer, or the linear layer alone.

    The paper pre-trains this classifier on isolated utterances (sections 3 and 4), so its Transformer layer sees
    one utterance at a time here too: attention over a single token, which is its value projection.
    """

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.gain = math.sqrt(shape.space_dim)  # a point has length 1; layers like entries of size 1
        self.layer = EncoderLayer(shape.space_dim, shape.heads, shape.dropout) if shape.paper_classifier else None
        self.linear = nn.Linear(shape.space_dim, shape.labels)

    def forward(self, points: Tensor) -> Tensor:
        """(...,Z) -> (...,C)."""
        states = points * self.gain
        if self.layer is not None:
            alone = states.reshape(-1, 1, states.shape[-1])  # (N, 1, Z)
            states = self.layer(alone, None).reshape(states.shape)
        scores: Tensor = self.linear(states)
        return scores


class Prototypes(nn.Module):
    """Score labels by the distance to the mean point of each (Snell et al. 2017): -d^2 / temperature."""

    points: Tensor

    def __init__(self, labels: int, space_dim: int, temperature: float = 0.1) -> None:
        super().__init__()
        self.temperature = temperature
        self.register_buffer("points", torch.zeros(labels, space_dim))

    def fit(self, points: Tensor, labels: Tensor) -> None:
        """(N,Z), (N,): average each label's points; a label without any keeps the origin."""
        for label in labels.unique():
            self.points[label] = points[labels == label].mean(0)

    def forward(self, points: Tensor) -> Tensor:
        """(...,Z) -> (...,C)."""
        flat = points.reshape(-1, points.shape[-1])
        scores = -torch.cdist(flat, self.points).square() / self.temperature
        return scores.reshape(*points.shape[:-1], -1)


class Neighbours(nn.Module):
    """Score labels by the share of the k nearest stored points, weighted by exp(-d^2 / temperature)."""

    points: Tensor
    labels: Tensor

    def __init__(self, stored: int, space_dim: int, labels: int, k: int = 20, temperature: float = 0.1) -> None:
        super().__init__()
        self.n_labels, self.k, self.temperature = labels, k, temperature
        self.register_buffer("points", torch.zeros(stored, space_dim))
        self.register_buffer("labels", torch.zeros(stored, dtype=torch.long))

    def fit(self, points: Tensor, labels: Tensor) -> None:
        """(N,Z), (N,): store the examples, N as many as the head was made for."""
        self.points.copy_(points)
        self.labels.copy_(labels)

    def forward(self, points: Tensor) -> Tensor:
        """(...,Z) -> (...,C), logarithms of smoothed shares."""
        flat = points.reshape(-1, points.shape[-1])
        distance = torch.cdist(flat, self.points)
        near = distance.topk(min(self.k, len(self.points)), largest=False)
        weight = (-near.values.square() / self.temperature).softmax(-1)
        shares = torch.zeros(len(flat), self.n_labels, device=points.device)
        shares.scatter_add_(1, self.labels[near.indices], weight)
        scores = (shares + 1e-3).log()
        return scores.reshape(*points.shape[:-1], -1)
