"""A conversation as it goes on."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from sentemo.encoders.encoder import Encoder
from sentemo.encoders.reader import DialogueReader, merged
from sentemo.network.live import LiveNetwork, LiveReader
from sentemo.network.network import Network, NetworkOutput
from sentemo.types import TurnPrediction, Utterance


class LiveConversation:
    """Label each turn when it is said, as `predict` does with `causal=True`; no answer is ever taken back.

    A turn costs one pass of the encoder over its own words; earlier turns are remembered as far as they matter.
    """

    def __init__(
        self, encoder: Encoder, network: Network, label: Callable[[Utterance, NetworkOutput], TurnPrediction]
    ) -> None:
        self._encoder, self._label = encoder, label
        self._reader = LiveReader(encoder.module) if isinstance(encoder, DialogueReader) else None
        self._network = LiveNetwork(network)
        self._numbers: dict[str | int, int] = {}
        self.turns = 0
        """How many were added."""
        self.features = torch.empty(0)
        """Of the newest turn (`network/features.py`), (E+Z,)."""

    def add(self, speaker: str, text: str) -> TurnPrediction:
        """Label the next turn. Raises `BadInput` for text that can't be read; the conversation then stays as it was."""
        turn = Utterance(text, speaker)
        turn.check()
        number = self._numbers.setdefault(speaker or self.turns % 2, len(self._numbers))
        output = self._network.add(self._embed(text, number), number)
        self.turns += 1
        self.features = output.features[0]
        return self._label(turn, output)

    def _embed(self, text: str, speaker: int) -> Tensor:
        if self._reader is not None and isinstance(self._encoder, DialogueReader):
            parts = self._encoder.parts([[text]])[0][0]
            embedding = self._reader.add(parts[0], speaker).cpu()
            if len(parts) == 1:
                return embedding
            rest = self._encoder.read_parts(parts[1:], speaker)
            return merged(torch.cat([embedding[None], rest]), parts)
        return torch.from_numpy(self._encoder.encode([text]))[0]
