"""How scores become probabilities, as a part of a model that is saved with it."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Decision(nn.Module):
    """What brings scores from the label shares of the training to those that are assumed when labelling.

    A training that favours rare labels, by their weights in the loss and by the dialogues it draws, gives them too high
    scores, and one on several corpora learns scores that know no shares at all. `prior` (C,) is the logarithm of what
    leads from there to the assumed shares (Saerens et al. 2002; Menon et al. 2021); with it and a temperature (Guo et
    al. 2017) scores become probabilities. `judgement.judge` applies both.
    """

    prior: Tensor
    temperature: Tensor

    def __init__(self, labels: int, temperature: float = 1.0) -> None:
        super().__init__()
        self.register_buffer("prior", torch.zeros(labels))
        self.register_buffer("temperature", torch.tensor(temperature))

    def log_probabilities(self, scores: Tensor) -> Tensor:
        """(...,C) -> (...,C), logarithms of shares that sum to 1."""
        return ((scores.double() + self.prior) / self.temperature).log_softmax(-1)
