"""The reader: a BERT encoder whose upper layers read each utterance together with its neighbours."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sentemo.network.layer import NEVER, not_later
from sentemo.network.network import Classifier, Network, NetworkOutput
from sentemo.network.shape import NetworkShape, ReaderShape

SPEAKERS = 8  # persons beyond share the last number


class ReaderLayer(nn.Module):
    """The layer of BERT (Devlin et al. 2019): attend, then transform each token, with post-normalisation."""

    def __init__(self, shape: ReaderShape) -> None:
        super().__init__()
        if shape.width % shape.heads:
            raise ValueError(f"a width of {shape.width} can't be divided among {shape.heads} heads")
        self.heads = shape.heads
        self.query_key_value = nn.Linear(shape.width, 3 * shape.width)
        self.attention_out = nn.Linear(shape.width, shape.width)
        self.attention_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.widen = nn.Linear(shape.width, shape.inner)
        self.narrow = nn.Linear(shape.inner, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)

    def forward(self, states: Tensor, bias: Tensor | None) -> Tensor:
        """(B,L,E), (B,1 or H,L,L) added to the attention logits -> (B,L,E)."""
        query, key, value = self.project(states)
        return self.finish(states, F.scaled_dot_product_attention(query, key, value, attn_mask=bias))

    def project(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B,L,E) -> queries, keys and values, each (B,H,L,E/H)."""
        b, length, e = states.shape
        projected = self.query_key_value(states).view(b, length, 3, self.heads, e // self.heads)
        query, key, value = projected.permute(2, 0, 3, 1, 4)
        return query, key, value

    def finish(self, states: Tensor, seen: Tensor) -> Tensor:
        """(B,L,E), what was attended to (B,H,L,E/H) -> (B,L,E)."""
        states = self.attention_norm(states + self.attention_out(seen.transpose(1, 2).reshape(states.shape)))
        out: Tensor = self.norm(states + self.narrow(F.gelu(self.widen(states))))
        return out


class Reader(nn.Module):
    """Encode the tokens of a dialogue as one embedding per utterance.

    The lower layers read each utterance alone, long ones piece by piece, like the sentence encoder that they are
    initialised from. In the upper layers a token also attends to neighbouring turns, less the farther away they are:
    the logits of head h decrease by slope h per turn of distance (as Press et al. 2022 do for tokens), so that some
    heads hardly leave the utterance and others see the whole window. Positions count from 0 in each piece.
    """

    def __init__(self, shape: ReaderShape) -> None:
        super().__init__()
        self.shape = shape
        self.word = nn.Embedding(shape.vocabulary, shape.width)
        self.place = nn.Embedding(shape.places, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.layers = nn.ModuleList(ReaderLayer(shape) for _ in range(shape.layers))
        self.speaker = nn.Embedding(SPEAKERS, shape.width)
        nn.init.zeros_(self.speaker.weight)

    def forward(
        self, tokens: Tensor, places: Tensor, turns: Tensor, speakers: Tensor, *, causal: bool = False
    ) -> Tensor:
        """(B,L), (B,L), (B,L), (B,T) -> (B,T,E), each the mean of the utterance's token states.

        If tokens are states (B,L,E) of utterances that were read alone, they only go through the upper layers. In
        causal mode later turns have no influence. Values at padding are undefined.
        """
        if tokens.is_floating_point():
            return self.join(tokens, turns, speakers, causal=causal)
        states = self.norm(self.word(tokens) + self.place(places))
        piece = (places == 0).cumsum(1)  # (B, L)
        own = (piece[:, None, :] == piece[:, :, None])[:, None]  # (B, 1, L, L)
        bias = torch.zeros(own.shape, device=own.device, dtype=attention_type(states)).masked_fill(~own, NEVER)
        for layer in self.layers[: self.shape.alone]:
            states = layer(states, bias)
        return self.join(states, turns, speakers, causal=causal)

    def join(self, states: Tensor, turns: Tensor, speakers: Tensor, *, causal: bool | Tensor) -> Tensor:
        """(B,L,E) states of utterances read alone, (B,L), (B,T) -> (B,T,E), through the upper layers."""
        if self.shape.alone < self.shape.layers:
            bias = self._joint_bias(turns, causal).to(attention_type(states))
            said_by = speakers.clamp(max=SPEAKERS - 1).gather(1, turns.clamp_min(0))  # (B, L)
            states = states + self.speaker(said_by)
            for layer in self.layers[self.shape.alone :]:
                states = layer(states, bias)
        return average(states, turns, speakers.shape[1])

    def slopes(self) -> Tensor:
        """Return the decrease in each head's logits (H,) per turn of distance."""
        return 2.0 ** torch.linspace(3, -2.5, self.shape.heads, device=self.word.weight.device)

    def _joint_bias(self, turns: Tensor, causal: bool | Tensor) -> Tensor:
        """(B,L) -> (B,H,L,L)."""
        # A token always sees its own turn, at no cost. It sees other turns within the window, each head at its own
        # slope: a steep one hardly leaves the turn, a flat one averages the window. No position crosses turns, so
        # that BERT's position embeddings keep the meaning that they were trained with.
        ahead = turns[:, None, :] - turns[:, :, None]  # (B, L, L), positive if the other token's turn comes later
        is_token = turns >= 0
        near = (ahead.abs() <= self.shape.window) & is_token[:, None, :] & is_token[:, :, None]
        near = near & not_later(ahead, causal)
        far = ahead.abs().float().masked_fill(~(near | (ahead == 0)), -NEVER)  # (B, L, L), in turns
        return -self.slopes()[:, None, None] * far[:, None]


def attention_type(states: Tensor) -> torch.dtype:
    """Return the type of queries and keys: that of the states, or autocast's."""
    kind = states.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else states.dtype


def average(states: Tensor, turns: Tensor, n_turns: int) -> Tensor:
    """(B,L,E), (B,L) -> (B,T,E), the mean state of each turn's tokens; zeros for a turn without tokens."""
    is_of = turns[:, None, :] == torch.arange(n_turns, device=turns.device)[None, :, None]  # (B, T, L)
    share = is_of / is_of.sum(-1, keepdim=True).clamp_min(1)
    return share.to(states.dtype) @ states


class ReadingNetwork(nn.Module):
    """A reader followed by a network, with the network's interface but on tokens."""

    def __init__(self, reader: Reader, network: Network) -> None:
        super().__init__()
        self.reader = reader
        self.network = network

    @property
    def head(self) -> Classifier:
        """The network's classifier."""
        return self.network.head

    @property
    def shape(self) -> NetworkShape:
        """The network's sizes."""
        return self.network.shape

    def forward(
        self, tokens: Tensor, places: Tensor, turns: Tensor, speakers: Tensor, is_turn: Tensor, *, causal: bool = False
    ) -> NetworkOutput:
        """(B,L), (B,L), (B,L), (B,T), (B,T) -> scores (B,T,C), points (B,T,Z), features (B,T,E+Z)."""
        utterances = self.reader(tokens, places, turns, speakers, causal=causal)
        output: NetworkOutput = self.network(utterances, speakers, is_turn, causal=causal)
        return output

    def points(
        self, tokens: Tensor, places: Tensor, turns: Tensor, speakers: Tensor, is_turn: Tensor, *, causal: bool = False
    ) -> Tensor:
        """(B,L), (B,L), (B,L), (B,T), (B,T) -> (B,T,Z), without the head."""
        utterances = self.reader(tokens, places, turns, speakers, causal=causal)
        return self.network.points(utterances, speakers, is_turn, causal=causal)
