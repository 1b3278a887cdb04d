"""Read a dialogue as it comes: the tokens of each turn go through the layers once."""

from __future__ import annotations

from collections import deque

import torch
from torch import Tensor

from sentemo.network.reader import SPEAKERS, KeysValues, Reader, ReaderLayer, average


class TurnReader:
    """Give the embeddings that a reader gives in causal mode, one turn after the other.

    What later turns look at is kept: the keys and values of the last turns, as many as the window holds, in each layer
    that reads turns together.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._layers = [layer for layer in reader.layers if isinstance(layer, ReaderLayer)]
        joint = len(self._layers) - reader.shape.alone
        self._kept: list[deque[KeysValues]] = [deque(maxlen=reader.shape.window) for _ in range(joint)]

    @torch.inference_mode()
    def add(self, tokens: Tensor, speaker: int) -> Tensor:
        """(L,) of the next turn -> (E,)."""
        reader, alone = self._reader, self._reader.shape.alone
        device = reader.word.weight.device
        tokens = tokens.to(device)[None]
        states = reader.norm(reader.word(tokens) + reader.place(torch.arange(tokens.shape[1], device=device)))
        for number, layer in enumerate(self._layers):
            if number == alone:
                states = states + reader.speaker.weight[min(speaker, SPEAKERS - 1)]
            query, own = layer.project(states)
            before = self._kept[number - alone] if number >= alone else ()
            seen = [*before, own]
            states = layer.transform(states, query, KeysValues.joined(seen), self._bias(seen))
            if number >= alone:
                self._kept[number - alone].append(own)
        turns = torch.zeros_like(tokens)
        return average(states, turns, 1)[0, 0].float().cpu()

    def _bias(self, seen: list[KeysValues]) -> Tensor:
        """What is added to the logits, (H,1,L of all turns that are seen); the last of them is the own turn."""
        back = [far for far, turn in zip(range(len(seen) - 1, -1, -1), seen, strict=True) for _ in range(turn.tokens)]
        slopes = self._reader.slopes
        return -slopes[:, None, None] * torch.tensor(back, device=slopes.device, dtype=slopes.dtype)
