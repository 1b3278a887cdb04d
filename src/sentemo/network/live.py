"""Read a dialogue as it goes on: a new turn costs its own tokens alone, what it may look back at is remembered."""

from __future__ import annotations

from collections import deque
from typing import Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from sentemo.network.attention import NEVER
from sentemo.network.context import POSITIONS
from sentemo.network.context import SPEAKERS as TURN_SPEAKERS
from sentemo.network.features import features
from sentemo.network.network import Network, NetworkOutput
from sentemo.network.reader import SPEAKERS, Reader
from sentemo.network.tokens import places_of


class Layer(Protocol):
    """What an `EncoderLayer` and a `ReaderLayer` have in common."""

    def project(self, states: Tensor, /) -> tuple[Tensor, Tensor, Tensor]: ...
    def finish(self, states: Tensor, seen: Tensor, /) -> Tensor: ...


class Memory:
    """The keys and values of the last turns in one layer; in causal mode no later turn changes them."""

    def __init__(self, window: int) -> None:
        self._turns: deque[tuple[Tensor, Tensor]] = deque(maxlen=window + 1)  # the new turn sees itself too

    def attend(self, layer: Layer, states: Tensor, bias: Tensor) -> Tensor:
        """(1,L,E) of the new turn, (H,1,S) for the S places remembered and its own -> (1,L,E); remembers the turn."""
        query, key, value = layer.project(states)
        self._turns.append((key, value))
        keys, values = (torch.cat(parts, 2) for parts in zip(*self._turns, strict=True))
        return layer.finish(states, F.scaled_dot_product_attention(query, keys, values, attn_mask=bias))


class LiveReader:
    """Embed the turns of a dialogue one after the other, as a `Reader` does in causal mode."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._memories = [Memory(reader.shape.window) for _ in reader.layers[reader.shape.alone :]]
        self._lengths: deque[int] = deque(maxlen=reader.shape.window + 1)

    @torch.inference_mode()
    def add(self, tokens: Tensor, speaker: int) -> Tensor:
        """(L,) -> (E,), the embedding of the new turn."""
        reader, alone = self._reader, self._reader.shape.alone
        tokens = tokens.to(reader.word.weight.device)
        self._lengths.append(len(tokens))
        places = places_of(tokens)
        piece = (places == 0).cumsum(0)
        states = reader.norm(reader.word(tokens) + reader.place(places))[None]
        own = torch.where(piece[:, None] == piece, 0.0, NEVER)[None, None]  # (1, 1, L, L)
        for layer in reader.layers[:alone]:
            states = layer(states, own)
        states = states + reader.speaker.weight[min(speaker, SPEAKERS - 1)]
        bias = self._bias()
        for memory, layer in zip(self._memories, reader.layers[alone:], strict=True):
            states = memory.attend(cast(Layer, layer), states, bias)
        embedding: Tensor = states[0].mean(0)
        return embedding

    def _bias(self) -> Tensor:
        """The less, the more turns lie between: (H,1,S)."""
        slopes = self._reader.slopes()
        back = _back(self._lengths, slopes.device)
        return -slopes[:, None, None] * back.float()


class LiveNetwork:
    """Give each new turn's scores, point and features, as a `Network` does in causal mode."""

    def __init__(self, network: Network) -> None:
        self._network = network
        window = network.shape.window
        self._memories = [Memory(window) for _ in network.context.layers]
        self._speakers: deque[int] = deque(maxlen=window + 1)
        self._place = 0

    @torch.inference_mode()
    def add(self, utterance: Tensor, speaker: int) -> NetworkOutput:
        """(E,) -> (1,C), (1,Z), (1,E+Z)."""
        network, context = self._network, self._network.context
        utterance = context.standardize(utterance.to(next(network.parameters()).device))
        own = context.project(utterance)[None, None]
        turn = self._deploy(own, speaker) if self._memories else own
        turn = context.norm(turn)
        if context.keep_own:
            turn = torch.cat([turn, F.layer_norm(own, own.shape[-1:])], -1)
        points = network.space(turn)[0]
        return NetworkOutput(network.head(points), points, features(utterance[None], points))

    def _deploy(self, own: Tensor, speaker: int) -> Tensor:
        """(1,1,D) -> (1,1,D)."""
        context = self._network.context
        self._speakers.append(speaker)
        place, number = min(self._place, POSITIONS - 1), min(speaker, TURN_SPEAKERS - 1)
        self._place += 1
        turn = own + context.position.weight[place] + context.speaker.weight[number]
        back = _back([1] * len(self._speakers), own.device)
        same = (torch.tensor(self._speakers, device=own.device) == speaker).long()
        bias = context.bias.distance.weight[context.bias.window - back] + context.bias.same_speaker.weight[same]
        for memory, layer in zip(self._memories, context.layers, strict=True):
            turn = memory.attend(cast(Layer, layer), turn, bias.T[:, None])
        return turn


def _back(lengths: deque[int] | list[int], device: torch.device) -> Tensor:
    """How many turns ago each place (S,) was said."""
    turns = torch.arange(len(lengths) - 1, -1, -1, device=device)
    return turns.repeat_interleave(torch.tensor(lengths, device=device))
