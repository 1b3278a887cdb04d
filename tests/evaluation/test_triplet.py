from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sentemo.errors import BadInput, BadModel, UsageError
from sentemo.evaluation.baselines import UniformLabeler
from sentemo.evaluation.evaluate import evaluate, evaluate_predictions
from sentemo.evaluation.metrics import figures_of_counts
from sentemo.evaluation.protocols import select
from sentemo.evaluation.triplet import (
    Triplets,
    chance_figures,
    draw_triplets,
    embed_selected,
    judge,
    measure_triplets,
)
from sentemo.types import Conversation, LabelSet

from .talks import SEVEN, THREE, random_talks, talk

STARRED = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")


class Gaussian:
    """Embed each turn at a random place."""

    def embed(self, conversations: Sequence[Conversation]) -> list[NDArray[Any]]:
        rng = np.random.default_rng(1)
        return [rng.normal(size=(len(talk), 6)) for talk in conversations]


def test_draws_obey_the_rules_and_are_uniform() -> None:
    gold = np.repeat([0, 1, 2, 4], [500, 3, 20, 1])
    drawn = draw_triplets(gold, 60_000, np.random.default_rng(0))
    own, other = gold[drawn.anchors], gold[drawn.negatives]
    assert (own == gold[drawn.positives]).all() and (own != other).all()
    assert (drawn.anchors != drawn.positives).all()
    assert set(own) == {0, 1, 2}  # one utterance is too few for an anchor and a positive
    for label in (0, 1, 2):
        assert (own == label).mean() == pytest.approx(1 / 3, abs=0.01)
        for negative in {0, 1, 2, 4} - {label}:
            assert (other[own == label] == negative).mean() == pytest.approx(1 / 3, abs=0.015)
    pairs = [(a, p) for a, p in zip(drawn.anchors, drawn.positives, strict=True) if gold[a] == 1]
    _, count = np.unique(pairs, axis=0, return_counts=True)
    assert len(count) == 6 and count.min() > 0.9 * len(pairs) / 6


def test_judging_equals_the_naive_loop() -> None:
    rng = np.random.default_rng(3)
    points = rng.integers(0, 3, size=(50, 2)).astype(np.float32)  # few places, so that ties come up
    drawn = Triplets(*rng.integers(50, size=(3, 10_000)))
    right, tied = judge(points, drawn)
    for place in range(0, 10_000, 97):
        a, p, n = (points[index[place]] for index in (drawn.anchors, drawn.positives, drawn.negatives))
        near, far = np.linalg.norm(a - p), np.linalg.norm(a - n)
        assert right[place] == (near <= far) and tied[place] == (near == far)
    assert len(right) == 10_000 and 0 < tied.mean() < 1


def test_success_is_credited_to_the_anchor_and_failure_to_the_negative() -> None:
    # Label 0 lies together; label 1 lies on both sides of it, nearer to 0 than to itself.
    points = np.array([[0.0], [0.1], [-1.0], [1.1]])
    result = measure_triplets(points, np.array([0, 0, 1, 1]), THREE, triplets=1000)
    counts = result.counts.sum(axis=0)
    assert result.counts.sum(axis=(1, 2)).tolist() == [1000] * 10
    assert counts[0, 1] == counts[1, 1] == 0  # 0 is always right, 1 always wrong and credited to 0
    assert counts[0, 0] + counts[1, 0] == 10_000


def test_chance_is_50_50_0417_in_theory_and_in_simulation() -> None:
    talks = random_talks([400] * 7, SEVEN)
    gold = select(talks, SEVEN, "standard").gold
    theory = chance_figures(gold, SEVEN)
    assert [theory[name] for name in STARRED] == pytest.approx([50, 50, 5 / 12])
    report = evaluate(Gaussian(), talks, protocol="triplet", labels=SEVEN, corpus="x", split="y")
    assert [report.metrics.figures[name] for name in STARRED[:2]] == pytest.approx([50, 50], abs=0.7)
    assert report.metrics.figures["mcc"] == pytest.approx(0.417, abs=0.008)
    assert dict(report.baselines) == {"chance": theory}


def test_chance_follows_the_labels_that_are_there() -> None:
    gold = np.array([0, 0, 1, 1, 2])  # three classes of which one can't be an anchor
    rng = np.random.default_rng(0)
    drawn = draw_triplets(gold, 200_000, rng)
    credited = np.where(rng.random(200_000) < 0.5, gold[drawn.anchors], gold[drawn.negatives])
    counts = np.zeros((3, 3))
    np.add.at(counts, (gold[drawn.anchors], credited), 1)
    simulated = {name: float(value) for name, value in figures_of_counts(counts, THREE).items()}
    assert simulated == pytest.approx(chance_figures(gold, THREE), abs=0.5)


def test_the_report_gives_means_deviations_and_the_draw() -> None:
    talks = random_talks([30, 30, 30], THREE)
    report = evaluate(Gaussian(), talks, protocol="triplet", labels=THREE, model_name="noise", seed=7)
    raw = report.to_json()
    points = np.concatenate(Gaussian().embed(talks))
    result = measure_triplets(points, select(talks, THREE, "standard").gold, THREE, seed=7)
    each = figures_of_counts(result.counts, THREE)["mcc"]
    assert each.shape == (10,)
    assert raw["mcc"] == pytest.approx(each.mean()) and raw["mcc_sd"] == pytest.approx(each.std(ddof=1))
    assert raw["mcc_interval"] == pytest.approx(
        [each.mean() - 1.96 * raw["mcc_sd"] / 10**0.5, each.mean() + 1.96 * raw["mcc_sd"] / 10**0.5]
    )
    assert (raw["triplets"], raw["resamplings"], raw["n"]) == (10_000, 10, 90)
    assert sum(map(sum, raw["confusion_matrix"]["counts"])) == 100_000
    assert "ece" not in raw and "forced choice" in report.to_markdown() and "| sd |" in report.to_markdown()
    assert raw == evaluate(Gaussian(), talks, protocol="triplet", labels=THREE, model_name="noise", seed=7).to_json()


def test_as_many_triplets_as_utterances_where_these_are_more_than_ten_thousand() -> None:
    gold = np.arange(12_000) % 3
    assert measure_triplets(np.zeros((12_000, 1)), gold, THREE, resamplings=1).triplets == 12_000


def test_a_collapsed_space_wins_by_ties_and_the_report_shows_it() -> None:
    class Collapsed:
        labels = THREE

        def embed(self, conversations: Sequence[Conversation]) -> list[NDArray[Any]]:
            return [np.ones((len(talk), 3), dtype=np.float32) for talk in conversations]

    report = evaluate(Collapsed(), [talk("calm", "calm", "joy", "joy")], protocol="triplet")
    assert report.metrics.figures["accuracy"] == 100
    assert report.to_json()["tie_percent"] == 100
    assert "ties, which count as right: 100.00 %" in report.to_markdown()


def test_points_are_those_of_the_labelled_turns() -> None:
    class Counting:
        def embed(self, conversations: Sequence[Conversation]) -> list[NDArray[Any]]:
            return [
                10.0 * place + np.arange(len(talk), dtype=float)[:, None] for place, talk in enumerate(conversations)
            ]

    talks = [talk("joy", None, "calm"), talk(), talk(None, "joy")]
    points = embed_selected(Counting(), talks, select(talks, THREE, "triplet"))
    assert points.ravel().tolist() == [0, 2, 21]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ([np.zeros((2, 3))], "don't fit"),
        ([np.zeros((2, 3)), np.zeros((2, 3))], "don't fit"),
        ([np.zeros((2, 3)), np.zeros((1, 4))], "don't fit"),
        ([np.zeros(2), np.zeros(1)], "don't fit"),
        ([np.zeros((2, 3)), np.full((1, 3), np.nan)], "not finite"),
    ],
)
def test_embeddings_that_do_not_fit_are_refused(arrays: list[NDArray[Any]], message: str) -> None:
    class Fixed:
        def embed(self, conversations: Sequence[Conversation]) -> list[NDArray[Any]]:
            return arrays

    with pytest.raises(BadModel, match=message):
        evaluate(Fixed(), [talk("joy", "calm"), talk("joy")], protocol="triplet", labels=THREE)


@pytest.mark.parametrize("labels", [("joy", "joy"), ("joy", "calm")])
def test_too_few_utterances_for_triplets_are_an_error(labels: tuple[str, str]) -> None:
    with pytest.raises(BadInput, match="utterances of two labels"):
        evaluate(Gaussian(), [talk(*labels)], protocol="triplet", labels=THREE)


def test_calls_that_cannot_be_meant_are_refused() -> None:
    talks = [talk("joy", "joy", "calm")]
    with pytest.raises(UsageError, match="no label set"):
        evaluate(Gaussian(), talks, protocol="triplet")
    with pytest.raises(UsageError, match="can't embed"):
        evaluate(UniformLabeler(THREE), talks, protocol="triplet")
    with pytest.raises(UsageError, match="can't predict"):
        evaluate(Gaussian(), talks, labels=THREE)
    with pytest.raises(UsageError, match="reads points"):
        evaluate_predictions(talks, UniformLabeler(THREE).predict(talks), THREE, protocol="triplet")


def test_a_label_set_without_neutral_has_its_own_chance() -> None:
    pair = LabelSet(("joy", "rage"))
    assert chance_figures(np.array([0, 0, 1, 1]), pair)["mcc"] == pytest.approx(0)
