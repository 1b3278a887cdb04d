"""A sensitivity moves labels and probabilities together; label shares are found in unlabelled turns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentemo.errors import UsageError
from sentemo.shares import (
    MOST_SENSITIVE,
    Floats,
    Reweighed,
    estimate,
    fit_shares,
    reweigh,
    sensitive,
    with_sensitivity,
)
from sentemo.types import ABSTENTION, LabelSet, Prediction, TurnPrediction
from tests.artifacts.models import random_model
from tests.dialogues import FOUR, template_dialogues

MODEL = random_model()
TALKS = template_dialogues(20)
ASSUMED = np.array([0.4, 0.2, 0.2, 0.2])


def turn_of(shares: Sequence[float]) -> TurnPrediction:
    """Give a turn with the most probable label, the first of those that are."""
    named = dict(zip(FOUR.names, (share / sum(shares) for share in shares), strict=True))
    label = max(named, key=named.__getitem__)
    return TurnPrediction("Ida", "hi", label, named[label], named)


TURNS = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(1e-3, 1)).map(turn_of)
TALK = st.lists(TURNS, min_size=1, max_size=5).map(lambda turns: Prediction("talk", tuple(turns)))
SENSITIVITY = st.floats(-MOST_SENSITIVE, MOST_SENSITIVE)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""


def drawn(shares: Floats, turns: int, clear: float, seed: int) -> Floats:
    """Draw turns of a mixture of four classes, and give their probabilities (N,C) under the assumed shares."""
    rng = np.random.default_rng(seed)
    gold = rng.choice(4, p=shares, size=turns)
    seen = rng.normal(size=(turns, 4))
    seen[np.arange(turns), gold] += clear
    weighted = np.exp(clear * seen) * ASSUMED
    found: Floats = weighted / weighted.sum(1, keepdims=True)
    return found


def talks_of(rows: Floats, length: int = 10) -> list[Prediction]:
    turns = [turn_of(row) for row in rows.tolist()]
    return [Prediction(str(start), tuple(turns[start : start + length])) for start in range(0, len(turns), length)]


@unhurried
@given(talk=TALK, sensitivity=SENSITIVITY)
def test_the_label_is_the_most_probable_at_every_sensitivity(talk: Prediction, sensitivity: float) -> None:
    (found,) = with_sensitivity([talk], FOUR, sensitivity)
    for turn in found:
        assert turn.score == max(turn.probabilities.values()) == turn.probabilities[turn.label]
        assert math.isclose(sum(turn.probabilities.values()), 1, abs_tol=1e-9)
        assert all(share >= 0 for share in turn.probabilities.values())


@unhurried
@given(talk=TALK, one=SENSITIVITY, other=SENSITIVITY)
def test_more_sensitivity_never_raises_neutral(talk: Prediction, one: float, other: float) -> None:
    low, high = sorted((one, other))
    (less,), (more,) = (with_sensitivity([talk], FOUR, each) for each in (low, high))
    for before, after in zip(less, more, strict=True):
        assert after.probabilities["neutral"] <= before.probabilities["neutral"] + 1e-12
        for name in FOUR.emotions:
            assert after.probabilities[name] >= before.probabilities[name] - 1e-12
        if before.label != "neutral":
            assert after.label == before.label


@unhurried
@given(turn=TURNS, one=st.floats(-2, 2), other=st.floats(-2, 2))
def test_sensitivities_add_up_and_are_taken_from_the_log_odds(turn: TurnPrediction, one: float, other: float) -> None:
    talk = Prediction("talk", (turn,))
    twice = with_sensitivity(with_sensitivity([talk], FOUR, one), FOUR, other)[0].turns[0]
    once = with_sensitivity([talk], FOUR, one + other)[0].turns[0]
    assert twice.probabilities == pytest.approx(once.probabilities, abs=1e-9)
    before, after = turn.probabilities["neutral"], once.probabilities["neutral"]
    if 1e-6 < before < 1 - 1e-6:
        moved = math.log(before / (1 - before)) - math.log(after / (1 - after))
        assert moved == pytest.approx(one + other, abs=1e-6)


def test_a_labeler_becomes_sensitive_as_predictions_do() -> None:
    found, wanted = sensitive(MODEL, 0.8).predict(TALKS), with_sensitivity(MODEL.predict(TALKS), FOUR, 0.8)
    assert found == wanted != MODEL.predict(TALKS)
    assert sensitive(MODEL, 0.8).predict(TALKS[0]).turns == found[0].turns
    assert sensitive(MODEL, 0.8).labels == MODEL.labels
    assert sensitive(MODEL, 0.0) is MODEL and with_sensitivity(wanted, FOUR, 0) == wanted
    twice = Reweighed(MODEL, {"anger": 3.0, "sadness": 0.0}).predict(TALKS)
    assert all(turn.probabilities["sadness"] == 0 and turn.label != "sadness" for talk in twice for turn in talk)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -5.1, 1e9])
def test_a_number_that_cannot_be_one_is_refused(wrong: float) -> None:
    for call in (lambda: sensitive(MODEL, wrong), lambda: with_sensitivity([], FOUR, wrong)):
        with pytest.raises(UsageError, match="from -5 to 5"):
            call()


def test_without_a_neutral_label_there_is_no_sensitivity() -> None:
    moods = LabelSet(("calm", "haste", "joy", "gloom"))
    with pytest.raises(UsageError, match="neutral"):
        sensitive(replace(MODEL, labels=moods), 0.1)
    assert with_sensitivity([], moods, 0.0) == []


def test_a_turn_without_a_label_stays_so() -> None:
    none = TurnPrediction("Ida", "hi", ABSTENTION, 1.0, {**dict.fromkeys(FOUR.names, 0.0), ABSTENTION: 1.0})
    talk = Prediction("talk", (none,))
    assert reweigh(talk, {"neutral": 0.1}) == talk


@pytest.mark.slow
@settings(unhurried, max_examples=10)
@given(shares=st.lists(st.floats(0.05, 1), min_size=4, max_size=4), seed=st.integers(0, 99))
def test_shares_of_a_mixture_are_recovered(shares: list[float], seed: int) -> None:
    true = np.array(shares) / sum(shares)
    found = fit_shares(talks_of(drawn(true, 4000, 3.0, seed)), dict(zip(FOUR.names, ASSUMED.tolist(), strict=True)))
    assert np.array([*found.shares.values()]) == pytest.approx(true, abs=0.04)
    for name, place in zip(FOUR.names, range(4), strict=True):
        assert found.low[name] <= found.shares[name] <= found.high[name]
        assert found.factors[name] == pytest.approx(found.shares[name] / ASSUMED[place])
    assert sum(found.shares.values()) == pytest.approx(1, abs=1e-5)
    assert str(found).startswith(f"neutral {found.shares['neutral']:.1%} [")


@pytest.mark.slow
def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    true, assumed = np.array([0.7, 0.1, 0.15, 0.05]), dict(zip(FOUR.names, ASSUMED.tolist(), strict=True))
    found = [fit_shares(talks_of(drawn(true, 600, 2.0, seed)), assumed) for seed in range(60)]
    held = [each.low["neutral"] <= 0.7 <= each.high["neutral"] for each in found]
    assert 50 <= sum(held) <= 60


@unhurried
@given(order=st.permutations(range(12)), seed=st.integers(0, 9))
def test_the_order_of_conversations_changes_nothing(order: list[int], seed: int) -> None:
    parts = np.split(drawn(np.array([0.6, 0.1, 0.2, 0.1]), 120, 2.0, seed), 12)
    one, other = estimate(np.concatenate(parts), ASSUMED), estimate(np.concatenate([parts[n] for n in order]), ASSUMED)
    assert other == pytest.approx(one, abs=1e-9)


def test_right_shares_stay_as_they_were_assumed() -> None:
    found = estimate(drawn(ASSUMED, 50_000, 2.0, 0), ASSUMED)
    assert found == pytest.approx(ASSUMED, abs=0.02)


def test_certain_labels_are_counted() -> None:
    rows = np.eye(4)[[0] * 60 + [1] * 30 + [2] * 10]
    found = fit_shares(talks_of(rows), dict.fromkeys(FOUR.names, 0.25))
    assert [*found.shares.values()] == pytest.approx([0.6, 0.3, 0.1, 0.0], abs=1e-5)
    assert all(map(math.isfinite, (*found.low.values(), *found.high.values())))


@pytest.mark.slow
def test_assumed_shares_need_not_sum_to_1_and_more_turns_than_enter_are_no_trouble() -> None:
    talks = talks_of(drawn(np.array([0.7, 0.1, 0.1, 0.1]), 30_000, 3.0, 0))
    one, other = (fit_shares(talks, dict(zip(FOUR.names, (k * ASSUMED).tolist(), strict=True))) for k in (1, 3))
    assert one.shares == pytest.approx(other.shares) and one.shares["neutral"] == pytest.approx(0.7, abs=0.02)


def test_too_few_turns_are_refused() -> None:
    rows = drawn(ASSUMED, 49, 2.0, 0)
    with pytest.raises(UsageError, match=r"49 turns.*50 turns or more"):
        fit_shares(talks_of(rows), dict.fromkeys(FOUR.names, 0.25))
    assert fit_shares(talks_of(drawn(ASSUMED, 50, 2.0, 0)), dict.fromkeys(FOUR.names, 0.25)).shares
