from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.adaptation.candidates import fit, linear, train_label_free, train_metric
from sentemo.adaptation.choice import choose, folds, left_out_scores, tryable, wilson
from sentemo.heads import Floats, Method, Rows, distances, unit
from tests.adaptation.naive import neighbour_scores, prototype_scores

METHODS: tuple[Method, ...] = ("prototypes", "linear", "neighbours", "metric")


def clouds(per_label: int, labels: int = 3, width: int = 12, seed: int = 0, noise: float = 0.2) -> tuple[Floats, Rows]:
    """Unit vectors around one direction a label."""
    gold = np.repeat(np.arange(labels), per_label)
    noisy = np.eye(width)[gold] + noise * np.random.default_rng(seed).standard_normal((len(gold), width))
    return unit(noisy.astype(np.float32)), gold


@given(seed=st.integers(0, 10**6), per_label=st.integers(1, 5), labels=st.integers(2, 4))
@settings(max_examples=30, deadline=None)
def test_prototypes_and_neighbours_are_what_they_are_by_hand(seed: int, per_label: int, labels: int) -> None:
    features, gold = clouds(per_label, labels, seed=seed)
    asked = clouds(2, labels, seed=seed + 1)[0]
    by_hand = {"prototypes": prototype_scores, "neighbours": neighbour_scores}
    for method, naive in by_hand.items():
        found = fit(method, features, gold, labels)(asked)  # type: ignore[arg-type]
        wanted = [naive(features.astype(float), gold.tolist(), labels, x) for x in asked.astype(float)]
        shared = found - np.array(wanted)
        np.testing.assert_allclose(shared - shared.mean(1, keepdims=True), np.zeros(shared.shape), atol=2e-4)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("labels", [2, 5])
def test_every_method_learns_what_is_plain(method: Method, labels: int) -> None:
    features, gold = clouds(6, labels)
    asked, right = clouds(20, labels, seed=1)
    chosen = fit(method, features, gold, labels)(asked).argmax(1)
    assert (chosen == right).mean() > 0.9


def test_the_metric_draws_like_examples_together() -> None:
    features, gold = clouds(8, noise=0.8)
    mapping = train_metric(features, gold)
    like = gold[:, None] == gold
    before, after = (distances(x, x) for x in (features, features @ mapping.T))
    assert (after[~like].mean() / after[like].mean()) > (before[~like].mean() / before[like].mean())


def test_unlabelled_views_drop_what_differs_between_them() -> None:
    rng = np.random.default_rng(0)
    same = rng.standard_normal((200, 4))
    pairs = (np.concatenate([same, 2 * rng.standard_normal((200, 4))], 1).astype(np.float32) for _ in range(2))
    views, others = map(unit, pairs)
    mapping = train_label_free(views, others)
    kept, dropped = np.linalg.norm(mapping[:, :4]), np.linalg.norm(mapping[:, 4:])
    assert kept > 1.02 * dropped
    assert np.array_equal(mapping, train_label_free(views, others))  # nothing of it is left to chance


def test_label_free_is_prototypes_after_its_map() -> None:
    features, gold = clouds(4)
    mapping = np.random.default_rng(1).standard_normal((12, 12)).astype(np.float32)
    found = fit("label-free", features, gold, 3, mapping)(features)
    wanted = fit("prototypes", features @ mapping.T, gold, 3)(features @ mapping.T)
    np.testing.assert_allclose(found, wanted, atol=1e-3, rtol=1e-4)
    adapted, trials = choose(features, gold, 3, mapping=np.eye(12, dtype=np.float32))
    scores = {trial.method: trial.log_loss for trial in trials}
    assert scores["label-free"] == pytest.approx(scores["prototypes"], abs=1e-5)
    assert adapted.weight.shape == (3, 12)


def test_the_count_of_a_labels_examples_gives_it_no_lead() -> None:
    """One label with one example and one with many: half of each side of the middle go to each."""
    rng = np.random.default_rng(0)
    right = []
    for _ in range(200):
        points = rng.standard_normal((21, 30)).astype(np.float32)
        gold = np.array([0] + [1] * 20)
        asked = rng.standard_normal((10, 30)).astype(np.float32)  # of no label: neither should win by its count
        right.append((fit("prototypes", points, gold, 2)(asked).argmax(1) == 0).mean())
    assert 0.4 < np.mean(right) < 0.6


@pytest.mark.parametrize("method", METHODS)
def test_a_left_out_example_does_not_matter_to_its_own_score(method: Method) -> None:
    features, gold = clouds(5)
    scores = left_out_scores(method, features, gold, 3)
    changed = features.copy()
    changed[7] = -features[7]
    keep = np.arange(len(gold)) != 7
    by_hand = fit(method, changed[keep], gold[keep], 3)(features[7:8])
    np.testing.assert_allclose(scores[7], by_hand[0], atol=1e-3, rtol=1e-3)


def test_a_label_with_one_example_is_never_chosen_when_it_is_left_out() -> None:
    features, gold = clouds(2)
    scores = left_out_scores("prototypes", features[1:], gold[1:], 3)
    assert scores[0].argmax() != 0 and np.isfinite(scores).all()


@given(st.lists(st.integers(0, 4), min_size=1, max_size=120))
def test_folds_spread_every_label(labels: list[int]) -> None:
    gold = np.array(labels)
    fold = folds(gold)
    assert fold.shape == gold.shape
    if len(labels) <= 25:
        assert len(np.unique(fold)) == len(labels)
        return
    for label in np.unique(gold):
        counts = np.bincount(fold[gold == label], minlength=10)
        assert counts.max() - counts.min() <= 1


def test_the_choice_has_the_least_loss_of_those_tried() -> None:
    features, gold = clouds(6)
    adapted, trials = choose(features, gold, 3)
    assert [trial.method for trial in trials] == list(METHODS)
    assert adapted.method == min(trials, key=lambda trial: trial.log_loss).method
    only, trials = choose(features, gold, 3, "neighbours")
    assert only.method == "neighbours" and [trial.method for trial in trials] == ["neighbours"]


def test_what_can_be_tried_follows_from_the_rarest_label() -> None:
    assert tryable(np.array([0, 0, 1]), 2) == ()
    assert tryable(np.array([0, 0, 1, 1]), 2) == ("prototypes", "linear", "neighbours")
    assert tryable(np.tile(np.arange(2), 5), 2) == METHODS
    features, gold = clouds(1)
    adapted, trials = choose(features, gold, 3)
    assert adapted.method == "prototypes" and not trials


def test_wilsons_interval() -> None:
    low, high = wilson(0.5, 10)
    assert (round(low, 4), round(high, 4)) == (0.2366, 0.7634)  # published tables
    assert wilson(1.0, 20)[1] == pytest.approx(1.0)


@pytest.mark.parametrize(("labels", "per_label"), [(2, 3), (3, 10), (5, 40)])
def test_the_logistic_regression_is_scikit_learns(labels: int, per_label: int) -> None:
    from sklearn.linear_model import LogisticRegression

    features, gold = clouds(per_label, labels, noise=0.5)
    keep = np.arange(len(gold)) % 4 != 1  # labels of different counts
    features, gold = features[keep], gold[keep]
    known = LogisticRegression(C=5.0, class_weight="balanced", tol=1e-8, max_iter=5000).fit(features, gold)
    weight, bias = linear(features, gold, labels)
    asked = clouds(20, labels, seed=3)[0]
    scores = asked @ weight.T + bias
    found = np.exp(scores - scores.max(1, keepdims=True))
    found /= found.sum(1, keepdims=True)
    # for two labels scikit-learn fits one row, whose penalty is half of that of two
    np.testing.assert_allclose(found, known.predict_proba(asked), atol=0.1 if labels == 2 else 0.01)


def test_the_metrics_slope_is_that_of_its_loss() -> None:
    from sentemo.adaptation.candidates import MARGIN, _apart, _triplet_slope

    rng = np.random.default_rng(0)
    features = rng.standard_normal((6, 4)).astype(np.float32)
    like, unlike = np.array([1, 0, 3, 2, 5, 4]), np.array([2, 3, 4, 5, 0, 1])
    rows = np.arange(6)

    def loss(mapping: Floats) -> float:
        apart = _apart(features @ mapping.T, features @ mapping.T)
        return float(np.maximum(apart[rows, like] - apart[rows, unlike] + MARGIN, 0).mean())

    mapping = np.eye(4) + 0.1 * rng.standard_normal((4, 4))
    points = features @ mapping.T
    apart = _apart(points, points)
    lost = apart[rows, like] - apart[rows, unlike] + MARGIN > 0
    slope = _triplet_slope(points, points, like, unlike, lost, features, features, 6)
    for row in range(4):
        for column in range(4):
            step = np.zeros((4, 4))
            step[row, column] = 1e-5
            by_hand = (loss(mapping + step) - loss(mapping - step)) / 2e-5
            assert slope[row, column] == pytest.approx(by_hand, abs=2e-3)
