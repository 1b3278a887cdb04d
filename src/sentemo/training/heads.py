"""Fit heads on a trained network's features: prototypes, neighbours, a head for another label set."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sentemo.errors import UsageError
from sentemo.heads import Neighbours, OtherLabels, Prototypes
from sentemo.judgement import Rule
from sentemo.network.reader import ReadingNetwork
from sentemo.training.dialogues import UNLABELLED, LabelledDialogues
from sentemo.training.mixture import MixedDialogues
from sentemo.training.objectives import class_weights
from sentemo.training.parallel import dialogue_weights
from sentemo.training.rates import Trainable
from sentemo.training.recipe import Recipe
from sentemo.types import LabelSet

STORED_PER_LABEL = 100  # examples of each label stored by the nearest-neighbour head
PENALTY = 3e-6  # on the squared weights, added to the mean loss
GRID = torch.linspace(0.02, 0.9, 89)


def fit_heads(network: Trainable, data: LabelledDialogues, seed: int) -> tuple[Prototypes, Neighbours]:
    """Fit prototypes on all training points, and neighbours on a seeded, balanced sample of them."""
    network.eval()
    gold = torch.cat(data.gold)
    [labelled] = torch.where(gold != UNLABELLED)
    order = labelled[torch.randperm(len(labelled), generator=torch.Generator().manual_seed(seed))]
    chosen = torch.cat([order[gold[order] == label][:STORED_PER_LABEL] for label in range(data.n_labels)])
    means, features, scores = _passed_through(network, data, chosen)
    return Prototypes(means.numpy()), Neighbours(features.numpy(), gold[chosen].numpy(), scores.numpy())


def _passed_through(network: Trainable, data: LabelledDialogues, chosen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return mean points per label (C,Z), and features (N,F) and scores (N,C) of the chosen turns, part by part."""
    sums = torch.zeros(data.n_labels, network.shape.space_dim, dtype=torch.double)
    features = torch.empty(len(chosen), data.embedding_dim + network.shape.space_dim)
    scores = torch.empty(len(chosen), data.n_labels)
    in_order, places = chosen.sort()
    first = 0
    for output, gold in zip(data.outputs(network), data.gold, strict=True):
        is_labelled = gold != UNLABELLED
        sums.index_add_(0, gold[is_labelled], output.points[is_labelled].double())
        low, high = torch.searchsorted(in_order, torch.tensor([first, first + len(gold)])).tolist()
        rows = in_order[low:high] - first
        features[places[low:high]] = output.features[rows].float()
        scores[places[low:high]] = output.scores[rows].float()
        first += len(gold)
    means = sums / torch.from_numpy(data.label_counts()).clamp_min(1)[:, None]
    return means.float(), features, scores


def own_features(network: ReadingNetwork, data: MixedDialogues, name: str) -> tuple[Tensor, Tensor]:
    """Run a network over a multi-label corpus; return features (N,F) and which of its labels apply (N,M)."""
    columns = data.own_sets[name]
    [places] = np.nonzero(data.corpus.numpy() == data.names.index(name))
    features, applies = [], []
    for start in range(0, len(places), 4096):
        part = places[start : start + 4096].tolist()
        for dialogue, output in zip(part, data.run(network, part), strict=True):
            rows = data.gold[dialogue]
            features.append(output.features[rows >= 0].float())
            applies.append(data.targets.own[rows[rows >= 0], columns])
    return torch.cat(features), torch.cat(applies)


def fit_label_head(
    labels: LabelSet,
    features: Tensor,
    applies: Tensor,
    dev: tuple[Tensor, Tensor] | None = None,
    penalty: float = PENALTY,
) -> OtherLabels:
    """(N,F) features, (N,M) which labels apply -> a logistic regression for each label.

    A threshold is the probability with a label's best F1 on `dev`, or else on the data it was fitted on.
    """
    weight = torch.zeros(applies.shape[1], features.shape[1], requires_grad=True)
    share = applies.mean(0).clamp(1e-6, 1 - 1e-6)
    bias = (share / (1 - share)).log().requires_grad_()
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=200, history_size=20, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(F.linear(features, weight, bias), applies)
        loss = loss + penalty * weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    measured, truth = dev if dev is not None else (features, applies)
    found = F.linear(measured, weight, bias).sigmoid().detach()
    return OtherLabels(labels, weight.detach().numpy(), bias.detach().numpy(), best_thresholds(found, truth).numpy())


def best_thresholds(probabilities: Tensor, applies: Tensor) -> Tensor:
    """(N,M), (N,M) -> (M,): for each label the threshold with the best F1, the middle one of ties."""
    found = probabilities[None] >= GRID[:, None, None]  # (G, N, M)
    right = (found & applies.bool()).sum(1)
    f1 = 2 * right / (found.sum(1) + applies.sum(0)).clamp_min(1)  # (G, M)
    best = f1 >= f1.amax(0) - 1e-9
    return torch.stack([GRID[column].median() for column in best.T])


def fit_decision(recipe: Recipe, data: LabelledDialogues, neutral: int | None) -> Rule | None:
    """Fit the decision from the label shares in the split and in training; None if the recipe doesn't request it.

    A label's share in training is its number of utterances, each weighted by how often its dialogue is drawn, times the
    label's weight in the loss.
    """
    rules = recipe.decision
    if not rules.temperature:
        return None
    counts = torch.from_numpy(data.label_counts())
    drawn = torch.zeros_like(counts)
    for weight, gold in zip(dialogue_weights(data, recipe.batches, neutral).tolist(), data.gold, strict=True):
        drawn += weight * torch.bincount(gold[gold != UNLABELLED], minlength=data.n_labels)
    seen = drawn * class_weights(counts, recipe.objective.class_weight_power)
    there = counts > 0
    taken_back = (counts / counts.sum()).log() - (seen / seen.sum()).log()
    prior = torch.zeros(data.n_labels)
    prior[there] = rules.undo * taken_back[there].float()
    return Rule(tuple(prior.tolist()), rules.temperature)


def stated_decision(recipe: Recipe, labels: int) -> Rule:
    """Apply the recipe's label shares to scores without a prior, as learnt by training on several corpora."""
    shares = torch.tensor(recipe.decision.shares)
    if len(shares) != labels or (shares <= 0).any() or not recipe.decision.temperature:
        raise UsageError(
            f"Training on several corpora needs a share above 0 of each of the {labels} labels, and a temperature",
            "Set decision.shares and decision.temperature, or use --recipe everyday",
        )
    temperature = recipe.decision.temperature
    return Rule(tuple(((shares / shares.sum()).log() * temperature).tolist()), temperature)
