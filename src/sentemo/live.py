"""A conversation as it comes: each new turn is labelled at once, and costs the same at any length."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from sentemo.network.decision import Judgement
from sentemo.network.inference import run
from sentemo.network.network import Network, NetworkOutput
from sentemo.types import Conversation, TurnPrediction, check


class LiveTalk:
    """Label turns one by one, as causal reading of the whole conversation would.

    Only what can reach a new turn is kept; an encoder reads each turn once.
    """

    features: Tensor
    """Those of the last turn, (E+Z,)."""

    def __init__(
        self,
        network: Network,
        embed: Callable[[str, int], Tensor],
        judge: Callable[[NetworkOutput], Judgement],
        labels: Sequence[str],
    ) -> None:
        """Start; `embed` turns the next text and its speaker's number into an embedding (E,)."""
        self._network, self._embed, self._judge, self._labels = network, embed, judge, labels
        self._numbers: dict[str | int, int] = {}
        within = network.shape.reach + 1
        self._speakers: deque[int] = deque(maxlen=within)
        self._embeddings: deque[Tensor] = deque(maxlen=within)
        self.turns = 0
        """How many have been said."""

    @torch.inference_mode()
    def add(self, speaker: str, text: str) -> TurnPrediction:
        """Label the next turn; raise `BadInput` where it is empty or no Unicode.

        A speaker without a name is one of two who alternate.
        """
        check(Conversation.of((speaker, text)))
        number = self._numbers.setdefault(speaker or self.turns % 2, len(self._numbers))
        self._embeddings.append(self._embed(text, number))
        self._speakers.append(number)
        self.turns += 1
        output = self._read()
        self.features = output.features[0]
        probabilities, labels = self._judge(output)
        shares = dict(zip(self._labels, probabilities[0].tolist(), strict=True))
        label = self._labels[int(labels)]
        return TurnPrediction(speaker, text, label, shares[label], shares)

    def _read(self) -> NetworkOutput:
        """Run the network over what is kept; give the last turn's output, (1,C), (1,Z), (1,E+Z)."""
        (output,) = run(
            self._network,
            [torch.stack([*self._embeddings])],
            [torch.tensor([*self._speakers])],
            causal=True,
            first_turns=[self.turns - len(self._embeddings)],
        )
        return NetworkOutput(*(tensor[-1:] for tensor in output))
