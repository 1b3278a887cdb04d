"""The whole network: context, space, classifier."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sentemo.network.context import ContextEncoder
from sentemo.network.layer import EncoderLayer, SharedDropout
from sentemo.network.shape import NetworkShape

POINT_SHARE = 0.3
"""The weight of a point relative to its utterance in the features."""


class EmotionSpace(nn.Module):
    """Map contextual utterances to points on the unit sphere, where triplets are drawn (paper, section 4).

    If the space is as wide as the context, it is the context itself, scaled to length 1, as in the paper; else a hidden
    layer maps to it.
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


class Classifier(nn.Module):
    """Score labels from a point: one Transformer encoder layer and a linear layer, or the linear layer alone.

    The paper pre-trains this classifier on isolated utterances (sections 3 and 4), so its Transformer layer sees
    one utterance at a time here too: attention over a single token, which is its value projection.
    """

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.gain = math.sqrt(shape.space_dim)  # a point has length 1, but layers expect entries of about 1
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


class NetworkOutput(NamedTuple):
    """The output for a batch of dialogues."""

    scores: Tensor
    """(B,T,C), logits."""
    points: Tensor
    """(B,T,Z), on the unit sphere."""
    features: Tensor
    """(B,T,E+Z), of length 1, the features that few-shot labels are learnt from (`features`)."""


class Network(nn.Module):
    """Context encoder, emotion space and classifier (paper, figure 2)."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.context = ContextEncoder(shape)
        self.space = EmotionSpace(self.context.width, shape.space_dim, shape.dropout)
        self.head = Classifier(shape)

    def forward(
        self,
        utterances: Tensor,
        speakers: Tensor,
        is_turn: Tensor,
        *,
        causal: bool = False,
        first_turn: Tensor | None = None,
    ) -> NetworkOutput:
        """(B,T,E), (B,T), (B,T) -> scores (B,T,C), points (B,T,Z), features (B,T,E+Z).

        In causal mode later turns have no influence. Values at padding are undefined.
        """
        points = self.points(utterances, speakers, is_turn, causal=causal, first_turn=first_turn)
        return NetworkOutput(self.head(points), points, features(self.context.standardize(utterances), points))

    def points(
        self,
        utterances: Tensor,
        speakers: Tensor,
        is_turn: Tensor,
        *,
        causal: bool = False,
        first_turn: Tensor | None = None,
    ) -> Tensor:
        """(B,T,E), (B,T), (B,T) -> (B,T,Z), without the head."""
        points: Tensor = self.space(self.context(utterances, speakers, is_turn, causal=causal, first_turn=first_turn))
        return points


def features(utterances: Tensor, points: Tensor) -> Tensor:
    """(...,E) embeddings and (...,Z) points of length 1 -> (...,E+Z) features of length 1.

    Few-shot labels are learnt from them; a point encodes the trained emotions, an embedding everything else.
    """
    both = torch.cat([F.normalize(utterances, dim=-1), POINT_SHARE**0.5 * points], -1)
    return both / float((1 + POINT_SHARE) ** 0.5)
