from __future__ import annotations

import numpy as np
import pytest

from sentemo.judgement import PLAIN, Rule, judge

SCORES = np.array([[1.0, 2.5, 0.0], [1.0, 1.5, 0.0]], np.float32)


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores.astype(float))
    return powers / powers.sum(-1, keepdims=True)


def test_prior_and_temperature_make_probabilities_and_the_label_is_the_most_probable() -> None:
    expected = softmax((SCORES + np.array([0.0, -1.0, 0.0])) / 2)
    found = judge(SCORES, None, Rule((0.0, -1.0, 0.0), 2.0))
    np.testing.assert_allclose(found.probabilities, expected)
    assert found.labels.tolist() == [1, 0] == expected.argmax(-1).tolist()


def test_without_a_prior_it_is_a_softmax() -> None:
    np.testing.assert_allclose(judge(SCORES, None, PLAIN).probabilities, softmax(SCORES))


def test_added_labels_compete_by_their_odds_above_the_threshold() -> None:
    rule = Rule([0.0], 1.0, label_of=(0, 1, 0, 2), threshold=1.0)
    found = judge(SCORES, np.array([[3.0], [-3.0]]), rule)
    for row, (scores, odds) in enumerate(zip(SCORES.astype(float), [2.0, -4.0], strict=True)):
        shares = [*(np.exp(scores) / np.exp(scores).sum()), np.exp(odds)]
        merged = np.array([shares[0] + shares[2], shares[1], shares[3]])
        np.testing.assert_allclose(found.probabilities[row], merged / merged.sum())
    assert found.labels.tolist() == found.probabilities.argmax(-1).tolist()
    assert found.probabilities.sum(-1).tolist() == pytest.approx([1, 1])
