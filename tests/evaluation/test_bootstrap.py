from __future__ import annotations

import numpy as np
import pytest

from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.bootstrap import (
    RESAMPLES_AT_ONCE,
    bootstrap_intervals,
    dialogue_counts,
    draw_weights,
    paired_bootstrap,
)
from sentemo.evaluation.metrics import FIGURES, measure

from .talks import SEVEN, THREE

rng = np.random.default_rng(5)
DIALOGUES = np.repeat(np.arange(60), 6)
GOLD = rng.choice(3, size=360, p=[0.6, 0.3, 0.1])
PREDICTED = np.where(rng.random(360) < 0.7, GOLD, rng.integers(3, size=360))


@pytest.mark.slow
def test_intervals_equal_those_of_resampling_utterance_by_utterance() -> None:
    resamples = RESAMPLES_AT_ONCE + 10  # more than one block
    intervals = bootstrap_intervals(GOLD, PREDICTED, DIALOGUES, THREE, resamples=resamples, seed=3)
    drawn: dict[str, list[float]] = {name: [] for name in FIGURES}
    for weights in np.concatenate(list(draw_weights(60, resamples, 3))):
        rows = [row for d, times in enumerate(weights) for row in np.flatnonzero(d == DIALOGUES).tolist() * times]
        metrics = measure(gold=GOLD[rows], predicted=PREDICTED[rows], labels=THREE)
        for name, value in metrics.figures.items():
            drawn[name].append(value)
    for name in FIGURES:
        assert intervals[name] == pytest.approx(tuple(np.percentile(drawn[name], (2.5, 97.5))))


def test_each_resample_draws_as_many_dialogues_as_there_are_evenly() -> None:
    weights = np.concatenate(list(draw_weights(20, 2530, 0)))
    assert weights.shape == (2530, 20)
    assert (weights.sum(axis=1) == 20).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(20), abs=0.1)
    assert weights.var() == pytest.approx(0.95, abs=0.05)  # multinomial: 1 - 1/20


def test_dialogue_counts_add_up_and_keep_dialogues_apart() -> None:
    counts = dialogue_counts([0, 1, 2, 1], [0, 2, 2, 1], ["b", "a", "a", "b"], THREE)
    assert counts.shape == (2, 3, 3)
    assert counts[0].tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 1]]
    assert counts[1].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_dialogues_that_hang_together_widen_the_interval() -> None:
    right = np.repeat(np.arange(60) % 2, 6)
    gold, predicted = np.ones(360, dtype=int), np.where(right, 1, 2)
    low, high = bootstrap_intervals(gold, predicted, DIALOGUES, THREE)["accuracy"]
    low_alone, high_alone = bootstrap_intervals(gold, predicted, np.arange(360), THREE)["accuracy"]
    assert high - low == pytest.approx(6**0.5 * (high_alone - low_alone), rel=0.15)
    assert low < 50 < high


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draws = np.random.default_rng(0)
    covered = 0
    for trial in range(120):
        correct = np.repeat(draws.random(80) < 0.4, 3) ^ (draws.random(240) < 0.2)  # truth: 0.4*0.8 + 0.6*0.2
        gold = np.ones(240, dtype=int)
        intervals = bootstrap_intervals(
            gold, np.where(correct, 1, 2), np.repeat(np.arange(80), 3), THREE, resamples=300, seed=trial
        )
        low, high = intervals["accuracy"]
        covered += low <= 44 <= high
    assert 105 <= covered <= 119  # 95 % of 120 is 114


def test_the_seed_fixes_the_intervals() -> None:
    first, again, other = (
        bootstrap_intervals(GOLD, PREDICTED, DIALOGUES, THREE, resamples=50, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_one_dialogue_gives_an_interval_without_width() -> None:
    low, high = bootstrap_intervals([0, 1], [0, 2], [7, 7], THREE, resamples=20)["accuracy"]
    assert low == high == 50


def test_pairing_finds_a_difference_that_separate_intervals_hide() -> None:
    better = PREDICTED.copy()
    wrong = np.flatnonzero(PREDICTED != GOLD)[::3]
    better[wrong] = GOLD[wrong]
    found = paired_bootstrap(GOLD, PREDICTED, better, DIALOGUES, THREE)["accuracy"]
    assert found.value == pytest.approx(100 * len(wrong) / 360)
    assert 0 < found.low < found.value < found.high and found.is_clear
    apart = [bootstrap_intervals(GOLD, x, DIALOGUES, THREE)["accuracy"] for x in (PREDICTED, better)]
    assert apart[0][1] > apart[1][0]


def test_a_prediction_does_not_differ_from_itself_and_the_sign_is_b_minus_a() -> None:
    same = paired_bootstrap(GOLD, PREDICTED, PREDICTED, DIALOGUES, THREE, resamples=20)
    assert all((x.value, x.low, x.high) == (0, 0, 0) and not x.is_clear for x in same.values())
    worse = paired_bootstrap(GOLD, GOLD, PREDICTED, DIALOGUES, THREE, resamples=20)
    assert all(x.high < 0 and x.is_clear for x in worse.values())


def test_a_split_of_the_real_size_takes_seconds() -> None:
    dialogues = np.repeat(np.arange(11_118), 8)[:87_170]
    gold = np.random.default_rng(0).integers(7, size=87_170)
    low, high = bootstrap_intervals(gold, np.roll(gold, 1), dialogues, SEVEN, resamples=200)["accuracy"]
    assert low < 100 / 7 < high


def test_bad_calls_are_refused() -> None:
    with pytest.raises(BadInput, match="dialogue ids"):
        bootstrap_intervals([0, 1], [0, 1], [0], THREE)
    with pytest.raises(UsageError, match="0 resamples"):
        bootstrap_intervals([0, 1], [0, 1], [0, 1], THREE, resamples=0)
