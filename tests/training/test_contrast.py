from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sentemo.training import run_folder
from sentemo.training.fitting import Watchers, fit
from sentemo.training.objectives import ContrastLoss
from sentemo.training.recipe import Contrast, Recipe
from tests.dialogues import FOUR

from .small import ENCODER, TRAIN, VALIDATION, assert_same_weights, small_recipe, stop_after, train_small


def points_of(count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    points = F.normalize(torch.randn(count, 5, generator=generator), dim=-1)
    return points, torch.randint(0, 3, (count,), generator=generator)


def naive_supervised(points: Tensor, gold: Tensor, temperature: float) -> float:
    """Khosla et al. 2020, equation 2, in loops; anchors without a positive don't count."""
    values = []
    for i, anchor in enumerate(points):
        cosines = [math.exp(float(anchor @ other) / temperature) for other in points]
        among = sum(cosines) - cosines[i]
        alike = [j for j in range(len(points)) if j != i and gold[j] == gold[i]]
        if alike:
            values.append(-sum(math.log(cosines[j] / among) for j in alike) / len(alike))
    return sum(values) / len(values)


def test_supervised_contrast_equals_loops() -> None:
    points, gold = points_of(12)
    loss = ContrastLoss(Contrast(weight=1, temperature=0.2), 3, 5, per_label=99)
    assert loss(points, gold).item() == pytest.approx(naive_supervised(points, gold, 0.2), rel=1e-4)


def test_a_memory_holds_the_last_points_of_each_label() -> None:
    loss = ContrastLoss(Contrast(weight=1, temperature=0.2, memory=4), 3, 5, per_label=99)
    (first, gold), (second, later) = points_of(7, 1), points_of(6, 2)
    loss(first, gold)
    together = naive_supervised(torch.cat([second, first]), torch.cat([later, gold]), 0.2)
    assert loss(second, later).item() == pytest.approx(together, rel=1e-4)
    for seed in range(3, 9):
        loss(*points_of(40, seed))
    points, labels = loss._remembered()
    assert points.shape == (12, 5) and torch.bincount(labels).tolist() == [4, 4, 4]
    newest, theirs = points_of(40, 8)
    for label in range(3):
        kept = {tuple(row) for row in points[labels == label].tolist()}
        assert kept <= {tuple(row) for row in newest[theirs == label].tolist()}


@pytest.mark.parametrize("kind", ["supervised", "proxy-anchor"])
def test_a_training_with_it_goes_on_as_if_it_never_stopped(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folder, "SAVE_EVERY_S", 0.0)
    recipe = small_recipe(contrast__weight=0.5, contrast__kind=kind, contrast__memory=3)
    whole = train_small(recipe)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fit(recipe, FOUR, TRAIN, VALIDATION, folder=tmp_path, encoder=ENCODER, watchers=stop_after(1))
    again = fit(recipe, FOUR, TRAIN, VALIDATION, folder=tmp_path, encoder=ENCODER)
    plain = train_small(replace(recipe, contrast=Contrast()))
    weights, others = (model.runner.network.state_dict() for model in (whole, plain))
    same = [torch.equal(tensor, others[name]) for name, tensor in weights.items()]
    assert not all(same)
    assert_same_weights(again, whole)


def test_proxies_are_trained() -> None:
    recipe: Recipe = small_recipe(contrast__weight=0.5, contrast__kind="proxy-anchor")
    rows: list[dict[str, float]] = []
    fit(recipe, FOUR, TRAIN, encoder=ENCODER, watchers=Watchers(on_epoch=rows.append))
    assert rows[-1]["loss"] < rows[0]["loss"]
