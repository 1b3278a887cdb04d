"""The parts of a model, which run in sequence; each is exported as a graph (`export/`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sentemo.network.context import POSITIONS
from sentemo.network.context import SPEAKERS as TURN_SPEAKERS
from sentemo.network.layer import NEVER
from sentemo.network.network import Network, features
from sentemo.network.reader import SPEAKERS, Reader


class Alone(nn.Module):
    """The lower layers of a reader, which read each utterance alone, so that equal texts are read once."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.word, self.place, self.norm = reader.word, reader.place, reader.norm
        self.layers = nn.ModuleList(list(reader.layers)[: reader.shape.alone])

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """(N,L) tokens, (N,) tokens per utterance -> (N,L,E) states."""
        return self.states(tokens, lengths)[-1]

    def states(self, tokens: Tensor, lengths: Tensor) -> list[Tensor]:
        """(N,L), (N,) -> the states (N,L,E) before the first layer and after each layer."""
        places = torch.arange(tokens.shape[1], device=tokens.device)
        states = [self.norm(self.word(tokens) + self.place(places))]
        beyond = (places[None] >= lengths[:, None])[:, None, None]  # (N, 1, 1, L)
        bias = torch.where(beyond, NEVER, 0.0).expand(-1, 1, tokens.shape[1], -1)
        for layer in self.layers:
            states.append(layer(states[-1], bias.to(states[-1].dtype)))
        return states


class Joint(nn.Module):
    """The upper layers of a reader, in which tokens of neighbouring turns attend to each other."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, states: Tensor, turns: Tensor, speakers: Tensor, causal: Tensor) -> Tensor:
        """(B,L,E) states of the lower layers, (B,L) the turn of each token, (B,T), () -> (B,T,E)."""
        out: Tensor = self.reader.join(states, turns, speakers, causal=causal)
        return out


class Pooled(nn.Module):
    """A frozen sentence encoder that is a BERT: mean of the token states, then those of lower layers."""

    def __init__(self, reader: Reader, layers: Sequence[int], normalize: bool) -> None:
        super().__init__()
        self.alone, self.taken, self.normalize = Alone(reader), tuple(layers), normalize

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """(N,L), (N,) -> (N,E)."""
        states = self.alone.states(tokens, lengths)
        is_token = (torch.arange(tokens.shape[1])[None] < lengths[:, None])[..., None].float()  # (N, L, 1)
        top, *lower = ((states[k] * is_token).sum(1) / is_token.sum(1) for k in (-1, *self.taken))
        return torch.cat([F.normalize(top, dim=-1) if self.normalize else top, *lower], -1)


class Scores(nn.Module):
    """The network."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, utterances: Tensor, speakers: Tensor, lengths: Tensor, first_turn: Tensor, causal: Tensor
    ) -> tuple[Tensor, Tensor]:
        """(B,T,E), (B,T), (B,), (B,), () -> features (B,T,F), scores (B,T,C)."""
        is_turn = torch.arange(utterances.shape[1], device=lengths.device)[None] < lengths[:, None]
        output = self.network(utterances, speakers, is_turn, causal=causal, first_turn=first_turn)
        return output.features, output.scores


class ReaderTurn(nn.Module):
    """The upper layers of a reader for the newest turn of a dialogue.

    In causal mode later turns don't change the keys and values of earlier ones, which are cached, so that a turn costs
    only its own tokens. P is the number of cached positions, S includes the turn's own.
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, states: Tensor, speaker: Tensor, back: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """(L,E), (), (S,) how many turns ago each place was said, (N,2,H,P,E/H) of N layers -> (E,), (N,2,H,L,E/H)."""
        reader = self.reader
        turn = (states + reader.speaker(speaker.clamp(max=SPEAKERS - 1)))[None]
        bias = -reader.slopes()[:, None, None] * back.float()  # (H, 1, S)
        new = []
        for number, layer in enumerate(list(reader.layers)[reader.shape.alone :]):
            turn, seen = _attend(cast(Layer, layer), turn, bias, past[number])
            new.append(seen)
        return turn[0].mean(0), torch.stack(new)


class NetworkTurn(nn.Module):
    """The network for the newest turn of a dialogue, with a cache as in `ReaderTurn`."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, utterance: Tensor, speaker: Tensor, place: Tensor, back: Tensor, same: Tensor, past: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(E,), (), (), (S,), (S,) whether the speaker said it, (N,2,H,P,D/H) -> (F,), (C,), (N,2,H,1,D/H)."""
        network, context = self.network, self.network.context
        utterance = context.standardize(utterance[None])
        own = context.project(utterance)[None]  # (1, 1, D)
        turn, new = own, []
        if len(context.layers):
            number = speaker.clamp(max=TURN_SPEAKERS - 1)
            turn = own + context.position(place.clamp(max=POSITIONS - 1)) + context.speaker(number)
            bias = context.bias.distance(context.bias.window - back) + context.bias.same_speaker(same)  # (S, H)
            for depth, layer in enumerate(context.layers):
                turn, seen = _attend(cast(Layer, layer), turn, bias.T[:, None], past[depth])
                new.append(seen)
        turn = context.norm(turn)
        if context.keep_own:
            turn = torch.cat([turn, F.layer_norm(own, own.shape[-1:])], -1)
        points = network.space(turn)[0]  # (1, Z)
        return features(utterance, points)[0], network.head(points)[0], torch.stack(new) if new else past + 0.0


class Layer(Protocol):
    """The common interface of `EncoderLayer` and `ReaderLayer`."""

    def project(self, states: Tensor, /) -> tuple[Tensor, Tensor, Tensor]: ...
    def finish(self, states: Tensor, seen: Tensor, /) -> Tensor: ...


def _attend(layer: Layer, turn: Tensor, bias: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
    """(1,L,D), (H,1,S), (2,H,P,D/H) -> (1,L,D), and the turn's own keys and values (2,H,L,D/H)."""
    query, key, value = layer.project(turn)
    keys, values = torch.cat([past[:1], key], 2), torch.cat([past[1:], value], 2)
    mask = bias[None].expand(1, -1, turn.shape[1], -1)
    seen = F.scaled_dot_product_attention(query, keys, values, attn_mask=mask)
    return layer.finish(turn, seen), torch.cat([key, value])
