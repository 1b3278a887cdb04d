from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from sentemo.errors import SentemoError
from sentemo.training.dialogues import UNLABELLED
from sentemo.training.objectives import (
    ClassLoss,
    TripletLoss,
    balanced_subset,
    check_finite,
    class_weights,
    flatten,
)
from sentemo.training.recipe import Objective

MARGIN = 0.5


def cloud(count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    points = normalize(torch.randn(count, 4, generator=generator, dtype=torch.float64), dim=-1)
    return points, torch.randint(3, (count,), generator=generator)


def naive(kind: str, points: Tensor, gold: Tensor, second: Tensor) -> float:
    """The mean of the losses above zero over the triplets that the kind takes, in three loops."""
    if kind == "label-free":
        gold = torch.arange(len(points)).repeat(2)
        points = torch.cat([points, second])
    rows, labels = points.tolist(), gold.tolist()
    losses = []
    for anchor, positive, negative in product(range(len(rows)), repeat=3):
        if anchor == positive or labels[anchor] != labels[positive] or labels[anchor] == labels[negative]:
            continue
        near, far = math.dist(rows[anchor], rows[positive]), math.dist(rows[anchor], rows[negative])
        if kind == "semihard" and not near < far <= near + MARGIN:
            continue
        like = [math.dist(rows[anchor], rows[i]) for i in range(len(rows)) if labels[i] == labels[anchor]]
        unlike = [math.dist(rows[anchor], rows[i]) for i in range(len(rows)) if labels[i] != labels[anchor]]
        if kind == "hard" and (near < max(like) or far > min(unlike)):
            continue
        losses.append(max(near - far + MARGIN, 0))
    above = [loss for loss in losses if loss > 0]
    return sum(above) / len(above) if above else 0.0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["all", "hard", "semihard", "label-free"])
def test_a_triplet_loss_equals_three_loops(kind: str, seed: int) -> None:
    points, gold = cloud(14, seed)
    second, _ = cloud(14, seed + 50)
    loss = TripletLoss(Objective(triplets=kind, margin=MARGIN, per_label=99))  # type: ignore[arg-type]
    assert loss.needs_second_view == (kind == "label-free")
    got = loss(points, gold, second if loss.needs_second_view else None).item()
    assert got == pytest.approx(naive(kind, points, gold, second), abs=1e-6) and got > 0


@pytest.mark.parametrize("kind", ["all", "hard", "semihard"])
def test_a_batch_without_any_triplet_costs_nothing(kind: str) -> None:
    loss = TripletLoss(Objective(triplets=kind))  # type: ignore[arg-type]
    points = normalize(torch.randn(5, 4), dim=-1).requires_grad_()
    for gold in (torch.zeros(5, dtype=torch.long), torch.arange(5)):
        value = loss(points, gold)
        assert value.item() == 0
        if value.requires_grad:
            value.backward()
            assert points.grad is not None and not points.grad.any()


def test_equal_points_have_a_finite_gradient() -> None:
    points = torch.ones(6, 4, requires_grad=True)
    TripletLoss(Objective(triplets="all"))(points, torch.tensor([0, 0, 0, 1, 1, 1])).backward()
    assert points.grad is not None and points.grad.isfinite().all()


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(1, 9))
def test_a_balanced_subset_holds_as_many_of_each_label_as_it_may(labels: list[int], per_label: int) -> None:
    gold = torch.tensor(labels)
    chosen = balanced_subset(gold, per_label).tolist()
    assert len(set(chosen)) == len(chosen)
    taken = [labels[i] for i in chosen]
    for label in set(labels):
        assert taken.count(label) == min(per_label, labels.count(label))


def test_a_balanced_subset_is_drawn_uniformly() -> None:
    torch.manual_seed(0)
    gold = torch.tensor([0] * 8 + [1] * 2)
    drawn = torch.bincount(torch.cat([balanced_subset(gold, 2) for _ in range(2000)]), minlength=10)
    assert drawn[8:].tolist() == [2000, 2000]
    np.testing.assert_allclose(drawn[:8] / 2000, 0.25, atol=0.04)


@pytest.mark.parametrize("power", [0.0, 0.3, 1.0])
def test_class_weights_equal_plain_sums(power: float) -> None:
    counts = [50, 3, 0, 7]
    raw = [count**-power if count else 0.0 for count in counts]
    mean = sum(weight * count for weight, count in zip(raw, counts, strict=True)) / sum(counts)
    for tensor in (torch.tensor(counts), torch.tensor(counts, dtype=torch.float64)):
        np.testing.assert_allclose(class_weights(tensor, power), [weight / mean for weight in raw], rtol=1e-6)
    assert not class_weights(torch.zeros(3), power).any()


@pytest.mark.parametrize("weights_from", ["corpus", "batch"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_class_loss_equals_plain_sums(weights_from: str, smoothing: float) -> None:
    scores = torch.randn(9, 3, generator=torch.Generator().manual_seed(0))
    gold = [0, 0, 0, 0, 0, 0, 1, 1, 2]
    counts = [80, 15, 5] if weights_from == "corpus" else [6, 2, 1]
    settings = Objective(class_weight_power=0.5, weights_from=weights_from, label_smoothing=smoothing)  # type: ignore[arg-type]
    weights = [count**-0.5 for count in counts]
    total = 0.0
    for row, label in zip(scores.double().tolist(), gold, strict=True):
        logarithms = [value - math.log(sum(map(math.exp, row))) for value in row]
        share = sum(weight * value for weight, value in zip(weights, logarithms, strict=True)) / 3
        total -= (1 - smoothing) * weights[label] * logarithms[label] + smoothing * share
    expected = total / sum(weights[label] for label in gold)
    loss = ClassLoss(settings, np.array([80.0, 15, 5]))(scores, torch.tensor(gold))
    assert loss.item() == pytest.approx(expected, abs=1e-5)


def test_flattening_keeps_labelled_turns_in_order() -> None:
    gold = torch.tensor([[1, UNLABELLED, 2], [0, UNLABELLED, UNLABELLED]])
    values = torch.arange(12).view(2, 3, 2)
    flat, taken = flatten(gold, values)
    assert flat.tolist() == [1, 2, 0] and taken.tolist() == [[0, 1], [4, 5], [6, 7]]


@pytest.mark.parametrize(("loss", "norm"), [(math.nan, 1.0), (math.inf, 1.0), (1.0, math.nan), (1.0, math.inf)])
def test_numbers_that_are_none_are_told(loss: float, norm: float) -> None:
    check_finite(torch.tensor(1.0), torch.tensor(1.0), "here")
    with pytest.raises(SentemoError, match=r"(nan|inf).* at epoch 2, step 3"):
        check_finite(torch.tensor(loss), torch.tensor(norm), "epoch 2, step 3")
