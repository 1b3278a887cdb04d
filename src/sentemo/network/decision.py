"""From scores to probabilities and a label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Decision(nn.Module):
    """Make calibrated probabilities of scores, and choose a label.

    A training that favours rare labels, by their weights in the loss and by the dialogues it draws, gives them too high
    scores. `prior` (C,) is the logarithm of what takes that back (Saerens et al. 2002); with it and a temperature (Guo
    et al. 2017) scores become probabilities that are right as often as they say. A label is chosen with only the share
    `undo` of it (logit adjustment, Menon et al. 2021): averages over labels want rare ones named more often than when
    they are the most probable. So the label's probability need not be the highest.
    """

    prior: Tensor
    temperature: Tensor
    undo: Tensor

    def __init__(self, labels: int, temperature: float = 1.0, undo: float = 1.0) -> None:
        super().__init__()
        self.register_buffer("prior", torch.zeros(labels))
        self.register_buffer("temperature", torch.tensor(temperature))
        self.register_buffer("undo", torch.tensor(undo))

    def probabilities(self, scores: Tensor) -> Tensor:
        """(...,C) -> (...,C), which sum to 1."""
        return ((scores.double() + self.prior) / self.temperature).softmax(-1)

    def ranks(self, scores: Tensor) -> Tensor:
        """(...,C) -> (...,C), logarithms of shares that sum to 1, by which a label is chosen."""
        return (scores.double() + self.undo * self.prior).log_softmax(-1)

    def choose(self, scores: Tensor) -> Tensor:
        """(...,C) -> (...), positions of labels."""
        return (scores.double() + self.undo * self.prior).argmax(-1)

    def judge(
        self, scores: Tensor, added: Tensor | None = None, label_of: Sequence[int] = (), threshold: float = 0.0
    ) -> Judgement:
        """(T,O) scores, (T,A) log odds of added outputs against all others -> (T,C) probabilities, (T,) labels.

        `label_of` names the label that each of the O + A outputs stands for, where it isn't its own. An added one is
        chosen only where its log odds are above `threshold`.
        """
        if added is None and not label_of:
            return Judgement(self.probabilities(scores), self.choose(scores))
        probable, ranks = self.probabilities(scores).log(), self.ranks(scores)
        if added is not None:
            probable = torch.cat([probable, added.double()], -1)
            ranks = torch.cat([ranks, added.double() - threshold], -1)
        if label_of:
            probable, ranks = merge(probable, label_of), merge(ranks, label_of)
        return Judgement(probable.softmax(-1), ranks.argmax(-1))


class Judgement(NamedTuple):
    """What is said of T turns."""

    probabilities: Tensor
    """(T,C), which sum to 1."""
    labels: Tensor
    """(T,), positions of labels."""


def merge(logs: Tensor, label_of: Sequence[int]) -> Tensor:
    """(...,O) logarithms of outputs' shares -> (...,C), those of the labels that they stand for."""
    owner = torch.tensor(label_of)
    return torch.stack([logs[..., owner == label].logsumexp(-1) for label in range(max(label_of) + 1)], -1)
