"""The context encoder: utterance embeddings in the context of their dialogue."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sentemo.network.layer import EncoderLayer, SharedDropout, TurnBias
from sentemo.network.shape import NetworkShape

POSITIONS = 64  # turns beyond share the last position; DailyDialog's longest dialogue has 35
SPEAKERS = 8  # persons beyond share the last number; attention still tells them apart


class Standardize(nn.Module):
    """Shift and scale each dimension by fixed statistics of the training embeddings."""

    mean: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))

    def fit(self, embeddings: Tensor) -> None:
        """(N,E): set mean and standard deviation; a constant dimension is only shifted."""
        self.mean.copy_(embeddings.mean(0))
        spread = embeddings.std(0)
        self.scale.copy_(torch.where(spread > 1e-6, 1 / spread.clamp_min(1e-6), torch.ones_like(spread)))

    def forward(self, embeddings: Tensor) -> Tensor:
        """(...,E) -> (...,E)."""
        return (embeddings - self.mean) * self.scale


class ContextEncoder(nn.Module):
    """Deploy attention over the utterances of a dialogue (paper, section 3, "Contextual representations").

    Where the released code flattens a dialogue into one token, attention here runs between its turns:
    padding is masked, positions and speakers are embedded, and a window allows any length.
    """

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        width = shape.context_dim
        self.keep_own = shape.keep_own
        self.standardize = Standardize(shape.embedding_dim)
        self.input_dropout = SharedDropout(shape.input_dropout)
        self.project = nn.Identity() if shape.embedding_dim == width else nn.Linear(shape.embedding_dim, width)
        if shape.layers:  # without layers, an utterance knows neither its position nor its speaker
            self.position = nn.Embedding(POSITIONS, width)
            self.speaker = nn.Embedding(SPEAKERS, width)
            nn.init.normal_(self.position.weight, std=0.02)
            nn.init.zeros_(self.speaker.weight)
            self.bias = TurnBias(shape.heads, shape.window)
        self.layers = nn.ModuleList(EncoderLayer(width, shape.heads, shape.dropout) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(width)
        self.width = 2 * width if shape.keep_own else width

    def forward(
        self,
        utterances: Tensor,
        speakers: Tensor,
        is_turn: Tensor,
        *,
        causal: bool = False,
        first_turn: Tensor | None = None,
    ) -> Tensor:
        """(B,T,E), (B,T), (B,T) -> (B,T,D), or (B,T,2D) with the utterances' own states kept.

        `speakers` numbers persons in the order in which they first speak. `first_turn` (B,) is the position in its
        dialogue of each row's first turn, if a row is a piece of a longer dialogue.
        """
        own = self.project(self.input_dropout(self.standardize(utterances)))
        turns = self._deploy(own, speakers, is_turn, causal, first_turn) if self.layers else own
        turns = self.norm(turns)
        return torch.cat([turns, F.layer_norm(own, own.shape[-1:])], -1) if self.keep_own else turns

    def _deploy(
        self, own: Tensor, speakers: Tensor, is_turn: Tensor, causal: bool, first_turn: Tensor | None
    ) -> Tensor:
        """Add positions and speakers, and let the turns attend to each other: (B,T,D) -> (B,T,D)."""
        place = torch.arange(own.shape[1], device=own.device).expand_as(speakers)
        if first_turn is not None:
            place = place + first_turn[:, None]
        turns = own + self.position(place.clamp(max=POSITIONS - 1)) + self.speaker(speakers.clamp(max=SPEAKERS - 1))
        bias = self.bias(speakers, is_turn, causal)
        for layer in self.layers:
            turns = layer(turns, bias)
        out: Tensor = turns
        return out
