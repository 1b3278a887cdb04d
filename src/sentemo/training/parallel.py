"""Data-parallel training with `torchrun`; each process takes a part of every batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import distributed, nn

from sentemo.errors import UsageError
from sentemo.network.network import Network
from sentemo.training.dialogues import UNLABELLED, EncodedDialogues, LabelledDialogues
from sentemo.training.objectives import ClassLoss, check_finite
from sentemo.training.recipe import BatchRules, Recipe


@contextmanager
def joined(device: str) -> Iterator[str]:
    """Join the processes started by `torchrun` and yield this one's device; without them, yield `device` unchanged."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield device
        return
    if device.startswith("cuda"):
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield device
        distributed.barrier()
    finally:
        distributed.destroy_process_group()


def processes() -> int:
    """Return the number of training processes, 1 by default."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def number() -> int:
    """Return the rank of this process, from 0; only the first writes files and reports progress."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def divide(items: Sequence[int], parts: int) -> list[Sequence[int]]:
    """Divide into at most `parts` parts of similar size."""
    size = -(-len(items) // parts)
    return [items[start : start + size] for start in range(0, len(items), size)]


def add(value: torch.Tensor) -> torch.Tensor:
    """Sum a number over the processes."""
    if processes() > 1:
        distributed.all_reduce(value)
    return value


def add_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Sum each gradient over the processes; one without a part of the batch adds nothing."""
    if processes() == 1:
        return
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        distributed.all_reduce(parameter.grad)


class DialogueSampler:
    """Draw dialogues for each epoch, in batches of similar length and random order.

    The batches of an epoch depend only on the seed and the epoch's number, so a resumed run draws the same ones.
    """

    def __init__(self, data: LabelledDialogues, rules: BatchRules, seed: int, neutral: int | None) -> None:
        self.rules = rules
        self.seed = seed
        self.lengths = data.lengths
        self.weights = dialogue_weights(data, rules, neutral)
        self.drawn = len(data) if rules.inverse_frequency else max(1, round(self.weights.sum()))

    @property
    def batches_per_epoch(self) -> int:
        """The number of steps in an epoch."""
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
    """Draw positions by systematic sampling: each as often as its weight, rounded up or down."""
    shuffled = rng.permutation(len(weights))
    passed = np.cumsum(weights[shuffled])
    marks = (np.arange(drawn) + rng.random()) * passed[-1] / drawn
    return rng.permutation(shuffled[np.searchsorted(passed, marks)])


def dialogue_weights(data: LabelledDialogues, rules: BatchRules, neutral: int | None) -> NDArray[np.float64]:
    """Weight dialogues by the mean inverse frequency of their labels, or equally; neutral-only ones less."""
    weights = np.ones(len(data))
    inverse = 1 / np.maximum(data.label_counts(), 1)
    for place, gold in enumerate(data.gold):
        labels = gold[gold != UNLABELLED].numpy()
        if rules.inverse_frequency:
            weights[place] = inverse[labels].mean() if len(labels) else inverse.min()
        if neutral is not None and (labels == neutral).all():
            weights[place] *= rules.neutral_only_weight
    return weights


def pretrain(network: Network, data: EncodedDialogues, recipe: Recipe) -> list[float]:
    """Train the classifier on utterance embeddings alone, balanced and weighted (paper, sections 3 and 5.1).

    Utterances are drawn by inverse label frequency if the recipe's batches are, as many per epoch as there are; the
    loss is the recipe's cross-entropy. The classifier stays trainable afterwards. Returns the mean loss of each epoch.
    """
    settings = recipe.pretraining
    shape = network.shape
    if shape.space_dim != shape.embedding_dim:
        raise UsageError(
            f"Pre-training needs an emotion space as wide as an embedding ({shape.embedding_dim})",
            f"Set network.space_dim = {shape.embedding_dim}, or pretraining.epochs = 0",
        )
    rows, gold = data.labelled()
    weights = torch.ones(len(gold), dtype=torch.double)
    if recipe.batches.inverse_frequency:
        weights = (1 / torch.bincount(gold, minlength=data.n_labels).clamp_min(1).double())[gold]
    loss_of = ClassLoss(recipe.objective, data.label_counts())
    optimiser = torch.optim.AdamW(network.head.parameters(), lr=settings.learning_rate)
    network.head.train()
    means = []
    for epoch in range(settings.epochs):
        drawn = torch.multinomial(weights, len(gold), replacement=True)
        total = 0.0
        for batch in drawn.split(settings.batch):
            points = F.normalize(data.embeddings[rows[batch]], dim=-1)
            loss = loss_of(network.head(points), gold[batch])
            optimiser.zero_grad()
            loss.backward()
            norm = nn.utils.get_total_norm([p.grad for p in network.head.parameters() if p.grad is not None])
            check_finite(loss, norm, f"epoch {epoch + 1} of pre-training")
            optimiser.step()
            total += loss.item() * len(batch)
        means.append(total / len(gold))
    return means
