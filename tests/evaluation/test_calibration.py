from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput
from sentemo.evaluation.bootstrap import draw_weights
from sentemo.evaluation.calibration import BINS, calibrate, error_interval


def by_hand(scores: list[float], correct: list[bool]) -> float:
    """Compute the error bin by bin, in loops."""
    total = 0.0
    for place in range(BINS):
        inside = [
            (score, hit)
            for score, hit in zip(scores, correct, strict=True)
            if place < score * BINS <= place + 1 or (place == 0 and score == 0)
        ]
        if inside:
            sure = sum(score for score, _ in inside) / len(inside)
            right = sum(hit for _, hit in inside) / len(inside)
            total += len(inside) / len(scores) * abs(sure - right)
    return total


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
@settings(max_examples=100, deadline=None)
def test_the_error_equals_the_naive_one(pairs: list[tuple[float, bool]]) -> None:
    scores, correct = [s for s, _ in pairs], [c for _, c in pairs]
    found = calibrate(scores, correct)
    assert found.ece == pytest.approx(by_hand(scores, correct), abs=1e-12)
    assert sum(part.count for part in found.bins) == len(pairs) and len(found.bins) == 15


def test_honest_scores_have_no_error_and_boastful_ones_all_of_it() -> None:
    assert calibrate([0.5] * 10, [True, False] * 5).ece == 0
    assert calibrate([1.0] * 4, [False] * 4).ece == 1
    assert calibrate([0.9] * 10, [True] * 5 + [False] * 5).ece == pytest.approx(0.4)


def test_a_score_on_an_edge_belongs_to_the_bin_below_it() -> None:
    assert [place for place, part in enumerate(calibrate([0.2, 0.4], [True, False]).bins) if part.count] == [2, 5]


@pytest.mark.parametrize("scores", [[1.2], [-0.1], [np.nan], [], [0.5, 0.5]])
def test_what_is_no_probability_is_refused(scores: list[float]) -> None:
    with pytest.raises(BadInput):
        calibrate(scores, [True])


def test_the_interval_equals_that_of_resampling_utterance_by_utterance() -> None:
    rng = np.random.default_rng(2)
    scores, dialogues = rng.random(90), np.sort(rng.integers(12, size=90))
    correct = rng.random(90) < scores
    owners = np.unique(dialogues, return_inverse=True)[1]
    errors = []
    for weights in np.concatenate(list(draw_weights(owners.max() + 1, 30, 5))):
        taken = [place for place, owner in enumerate(owners) for _ in range(weights[owner])]
        errors.append(by_hand(scores[taken].tolist(), correct[taken].tolist()))
    found = error_interval(scores, correct, dialogues, resamples=30, seed=5)
    assert found == pytest.approx(tuple(np.percentile(errors, (2.5, 97.5))))
