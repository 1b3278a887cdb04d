"""From scores to probabilities and a label."""

from __future__ import annotations

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

    def choose(self, scores: Tensor) -> Tensor:
        """(...,C) -> (...), positions of labels."""
        return (scores.double() + self.undo * self.prior).argmax(-1)
