"""What takes back the favour that a training gives to rare labels."""

from __future__ import annotations

import torch

from sentemo.errors import UsageError
from sentemo.judgement import Rule
from sentemo.training.dialogues import UNLABELLED, LabelledDialogues
from sentemo.training.objectives import class_weights
from sentemo.training.recipe import Recipe
from sentemo.training.sampler import dialogue_weights


def fit_decision(recipe: Recipe, data: LabelledDialogues, neutral: int | None) -> Rule | None:
    """Compare the labels' shares in the split with those that the training saw; None where the recipe asks for none.

    What the training saw of a label is its utterances, each as often as its dialogue is drawn, times its weight in the
    loss.
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
    """Bring scores that know no label shares, as training on several corpora leaves them, to the recipe's."""
    shares = torch.tensor(recipe.decision.shares)
    if len(shares) != labels or (shares <= 0).any() or not recipe.decision.temperature:
        raise UsageError(
            f"Training on several corpora needs a share above 0 of each of the {labels} labels, and a temperature",
            "Set decision.shares and decision.temperature, or use --recipe everyday",
        )
    temperature = recipe.decision.temperature
    return Rule(tuple(((shares / shares.sum()).log() * temperature).tolist()), temperature)
