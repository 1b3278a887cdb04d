"""A conversation as it comes: each new turn is labelled at once, and costs the same at any length."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import torch
from torch import Tensor

from sentemo.explanation.influence import Engine
from sentemo.network.inference import run
from sentemo.network.network import NetworkOutput
from sentemo.types import Conversation, TurnPrediction, check


class LiveTalk:
    """Label turns one by one, as causal reading of the whole conversation would.

    Only what can reach a new turn is kept: the last texts that its embedding depends on, and the last embeddings.
    """

    features: Tensor
    """Those of the last turn, (F,)."""

    def __init__(self, engine: Engine, labels: Sequence[str]) -> None:
        self._engine, self._labels = engine, labels
        self._numbers: dict[str | int, int] = {}
        self._texts: deque[str] = deque(maxlen=engine.reading_reach + 1)
        self._speakers: deque[int] = deque(maxlen=engine.reach + 1)
        self._embeddings: deque[Tensor] = deque(maxlen=engine.network.shape.reach + 1)
        self.turns = 0
        """How many have been said."""

    @torch.inference_mode()
    def add(self, speaker: str, text: str) -> TurnPrediction:
        """Label the next turn; raise `BadInput` where it is empty or no Unicode.

        A speaker without a name is one of two who alternate.
        """
        check(Conversation.of((speaker, text)))
        self._texts.append(text)
        self._speakers.append(self._numbers.setdefault(speaker or self.turns % 2, len(self._numbers)))
        self._embeddings.append(self._engine.read([[*self._texts]], [self._last_speakers(len(self._texts))])[0][-1])
        self.turns += 1
        read = len(self._embeddings)
        (output,) = run(
            self._engine.network,
            [torch.stack([*self._embeddings])],
            [self._last_speakers(read)],
            causal=True,
            first_turns=[self.turns - read],
        )
        last = NetworkOutput(*(tensor[-1:] for tensor in output))
        self.features = last.features[0]
        probabilities, (label,) = self._engine.judge(last)
        shares = dict(zip(self._labels, probabilities[0].tolist(), strict=True))
        name = self._labels[label]
        return TurnPrediction(speaker, text, name, shares[name], shares)

    def _last_speakers(self, count: int) -> Tensor:
        return torch.tensor([*self._speakers][-count:])
