"""The whole network: context, space, head."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from sentemo.network.context import ContextEncoder
from sentemo.network.features import features
from sentemo.network.heads import Classifier
from sentemo.network.shape import NetworkShape
from sentemo.network.space import EmotionSpace


class NetworkOutput(NamedTuple):
    """What a dialogue becomes."""

    scores: Tensor
    """(B,T,C), logits."""
    points: Tensor
    """(B,T,Z), on the unit sphere."""
    features: Tensor
    """(B,T,E+Z), of length 1, what few-shot labels are learnt on (`features.py`)."""


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

        In causal mode no later turn matters. What stands at padding means nothing.
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
