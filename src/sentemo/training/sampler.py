"""Which dialogues make the batches of an epoch: a seeded sampler of whole conversations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sentemo.training.dialogues import UNLABELLED, LabelledDialogues
from sentemo.training.recipe import BatchRules


class DialogueSampler:
    """Draw dialogues for each epoch; batches hold dialogues of like length, in random order.

    The batches of an epoch follow from the seed and the epoch's number alone, so a resumed run draws the same ones.
    """

    def __init__(self, data: LabelledDialogues, rules: BatchRules, seed: int, neutral: int | None) -> None:
        self.rules = rules
        self.seed = seed
        self.lengths = data.lengths
        self.weights = dialogue_weights(data, rules, neutral)
        self.drawn = len(data) if rules.inverse_frequency else max(1, round(self.weights.sum()))

    @property
    def batches_per_epoch(self) -> int:
        """Steps of an epoch."""
        return -(-self.drawn // self.rules.dialogues)

    def epoch(self, number: int) -> list[list[int]]:
        """Return the batches of an epoch, each a list of dialogue indices.

        Uniform weights take every dialogue once; others draw with replacement, unless the recipe says otherwise.
        """
        rng = np.random.default_rng([self.seed, number])
        if np.ptp(self.weights) == 0:
            order = rng.permutation(len(self.weights))[: self.drawn]
        elif self.rules.replacement:
            order = rng.choice(len(self.weights), self.drawn, p=self.weights / self.weights.sum())
        else:
            order = thin_out(self.weights, self.drawn, rng)
        near_length = self.lengths[order] + 4 * rng.random(len(order))  # blurred, so that batches differ
        order = order[np.argsort(near_length, kind="stable")]
        size = self.rules.dialogues
        batches = [order[start : start + size].tolist() for start in range(0, len(order), size)]
        return [batches[place] for place in rng.permutation(len(batches))]


def thin_out(weights: NDArray[np.float64], drawn: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw positions, each as often as its share of the weights says, up or down to a whole number (systematically)."""
    shuffled = rng.permutation(len(weights))
    passed = np.cumsum(weights[shuffled])
    marks = (np.arange(drawn) + rng.random()) * passed[-1] / drawn
    return rng.permutation(shuffled[np.searchsorted(passed, marks)])


def dialogue_weights(data: LabelledDialogues, rules: BatchRules, neutral: int | None) -> NDArray[np.float64]:
    """Weigh each dialogue by the mean inverse frequency of its labels, or alike; fewer of the neutral-only ones."""
    weights = np.ones(len(data))
    inverse = 1 / np.maximum(data.label_counts(), 1)
    for place, gold in enumerate(data.gold):
        labels = gold[gold != UNLABELLED].numpy()
        if rules.inverse_frequency:
            weights[place] = inverse[labels].mean() if len(labels) else inverse.min()
        if neutral is not None and (labels == neutral).all():
            weights[place] *= rules.neutral_only_weight
    return weights
