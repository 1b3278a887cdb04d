"""The classifier, trained on isolated utterances before the dialogue is shown to it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from sentemo.errors import UsageError
from sentemo.network.network import Network
from sentemo.training.dialogues import EncodedDialogues
from sentemo.training.objectives import ClassLoss, check_finite
from sentemo.training.recipe import Recipe


def pretrain(network: Network, data: EncodedDialogues, recipe: Recipe) -> list[float]:
    """Train the classifier on utterance embeddings alone, balanced and weighted (paper, sections 3 and 5.1).

    Utterances are drawn by inverse label frequency where the recipe's batches are, an epoch as many as there are; the
    loss is the recipe's cross-entropy. The classifier stays trainable afterwards. Gives the mean loss of each epoch.
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
