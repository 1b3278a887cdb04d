from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sentemo.adaptation.candidates import fit, train_label_free, train_metric
from sentemo.adaptation.choice import choose, folds, left_out_scores, tryable, wilson
from sentemo.network.adapted import Method
from tests.adaptation.naive import neighbour_scores, prototype_scores

METHODS: tuple[Method, ...] = ("prototypes", "linear", "neighbours", "metric")


def clouds(
    per_label: int, labels: int = 3, width: int = 12, seed: int = 0, noise: float = 0.2
) -> tuple[Tensor, Tensor]:
    """Unit vectors around one direction a label."""
    generator = torch.Generator().manual_seed(seed)
    gold = torch.arange(labels).repeat_interleave(per_label)
    noisy = torch.eye(width)[gold] + noise * torch.randn(len(gold), width, generator=generator)
    return torch.nn.functional.normalize(noisy, dim=-1), gold


@given(seed=st.integers(0, 10**6), per_label=st.integers(1, 5), labels=st.integers(2, 4))
@settings(max_examples=30, deadline=None)
def test_prototypes_and_neighbours_are_what_they_are_by_hand(seed: int, per_label: int, labels: int) -> None:
    features, gold = clouds(per_label, labels, seed=seed)
    asked = clouds(2, labels, seed=seed + 1)[0]
    by_hand = {"prototypes": prototype_scores, "neighbours": neighbour_scores}
    for method, naive in by_hand.items():
        found = fit(method, features, gold, labels)(asked)  # type: ignore[arg-type]
        wanted = [naive(features.double().numpy(), gold.tolist(), labels, x) for x in asked.double().numpy()]
        shared = found - torch.tensor(wanted)
        np.testing.assert_allclose(shared - shared.mean(1, keepdim=True), np.zeros(shared.shape), atol=2e-4)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("labels", [2, 5])
def test_every_method_learns_what_is_plain(method: Method, labels: int) -> None:
    features, gold = clouds(6, labels)
    asked, right = clouds(20, labels, seed=1)
    chosen = fit(method, features, gold, labels)(asked).argmax(1)
    assert (chosen == right).float().mean() > 0.9


def test_the_metric_draws_like_examples_together() -> None:
    features, gold = clouds(8, noise=0.8)
    mapping = train_metric(features, gold)
    like = gold[:, None] == gold
    before, after = (torch.cdist(x, x) for x in (features, features @ mapping.T))
    assert (after[~like].mean() / after[like].mean()) > (before[~like].mean() / before[like].mean())


def test_unlabelled_views_drop_what_differs_between_them() -> None:
    generator = torch.Generator().manual_seed(0)
    same = torch.randn(200, 4, generator=generator)
    views, others = (
        torch.nn.functional.normalize(torch.cat([same, 2 * torch.randn(200, 4, generator=generator)], 1), dim=1)
        for _ in range(2)
    )
    mapping = train_label_free(views, others)
    kept, dropped = mapping[:, :4].norm(), mapping[:, 4:].norm()
    assert kept > 1.02 * dropped
    assert torch.equal(mapping, train_label_free(views, others))  # nothing of it is left to chance


def test_label_free_is_prototypes_after_its_map() -> None:
    features, gold = clouds(4)
    mapping = torch.randn(12, 12, generator=torch.Generator().manual_seed(1))
    found = fit("label-free", features, gold, 3, mapping)(features)
    wanted = fit("prototypes", features @ mapping.T, gold, 3)(features @ mapping.T)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)
    adapted, trials = choose(features, gold, 3, mapping=torch.eye(12))
    scores = {trial.method: trial.log_loss for trial in trials}
    assert scores["label-free"] == pytest.approx(scores["prototypes"], abs=1e-5)
    assert adapted.shape.features == 12


def test_the_count_of_a_labels_examples_gives_it_no_lead() -> None:
    """One label with one example and one with many: half of each side of the middle go to each."""
    generator = torch.Generator().manual_seed(0)
    right = []
    for _ in range(200):
        points = torch.randn(21, 30, generator=generator)
        gold = torch.tensor([0] + [1] * 20)
        asked = torch.randn(10, 30, generator=generator)  # of no label: neither should win by its count
        right.append((fit("prototypes", points, gold, 2)(asked).argmax(1) == 0).float().mean())
    assert 0.4 < torch.stack(right).mean() < 0.6


@pytest.mark.parametrize("method", METHODS)
def test_a_left_out_example_does_not_matter_to_its_own_score(method: Method) -> None:
    features, gold = clouds(5)
    scores = left_out_scores(method, features, gold, 3)
    changed = features.clone()
    changed[7] = -features[7]
    keep = torch.arange(len(gold)) != 7
    by_hand = fit(method, changed[keep], gold[keep], 3)(features[7:8])
    torch.testing.assert_close(scores[7], by_hand[0], atol=1e-4, rtol=1e-4)


def test_a_label_with_one_example_is_never_chosen_when_it_is_left_out() -> None:
    features, gold = clouds(2)
    scores = left_out_scores("prototypes", features[1:], gold[1:], 3)
    assert scores[0].argmax() != 0 and scores.isfinite().all()


@given(st.lists(st.integers(0, 4), min_size=1, max_size=120))
def test_folds_spread_every_label(labels: list[int]) -> None:
    gold = torch.tensor(labels)
    fold = folds(gold)
    assert fold.shape == gold.shape
    if len(labels) <= 25:
        assert len(fold.unique()) == len(labels)
        return
    for label in gold.unique():
        counts = torch.bincount(fold[gold == label], minlength=10)
        assert counts.max() - counts.min() <= 1


def test_the_choice_has_the_least_loss_of_those_tried() -> None:
    features, gold = clouds(6)
    adapted, trials = choose(features, gold, 3)
    assert [trial.method for trial in trials] == list(METHODS)
    assert adapted.shape.method == min(trials, key=lambda trial: trial.log_loss).method
    only, trials = choose(features, gold, 3, "neighbours")
    assert only.shape.method == "neighbours" and [trial.method for trial in trials] == ["neighbours"]


def test_what_can_be_tried_follows_from_the_rarest_label() -> None:
    assert tryable(torch.tensor([0, 0, 1]), 2) == ()
    assert tryable(torch.tensor([0, 0, 1, 1]), 2) == ("prototypes", "linear", "neighbours")
    assert tryable(torch.arange(2).repeat(5), 2) == METHODS
    features, gold = clouds(1)
    adapted, trials = choose(features, gold, 3)
    assert adapted.shape.method == "prototypes" and not trials


def test_wilsons_interval() -> None:
    low, high = wilson(0.5, 10)
    assert (round(low, 4), round(high, 4)) == (0.2366, 0.7634)  # published tables
    assert wilson(1.0, 20)[1] == pytest.approx(1.0)
