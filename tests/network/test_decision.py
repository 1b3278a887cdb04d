from __future__ import annotations

import numpy as np
import pytest
import torch

from sentemo.judgement import PLAIN, Rule, judge
from sentemo.network.decision import Decision

SCORES = torch.tensor([[1.0, 2.5, 0.0], [1.0, 1.5, 0.0]])


def test_prior_and_temperature_make_probabilities_and_the_label_is_the_most_probable() -> None:
    decision = Decision(3, temperature=2.0)
    decision.prior.copy_(torch.tensor([0.0, -1.0, 0.0]))
    expected = ((SCORES.double() + decision.prior) / 2).softmax(-1)
    found = judge(SCORES.numpy(), None, Rule(decision.prior.tolist(), decision.temperature.item()))
    np.testing.assert_allclose(found.probabilities, expected.numpy())
    assert found.labels.tolist() == [1, 0] == expected.argmax(-1).tolist()
    torch.testing.assert_close(decision.log_probabilities(SCORES), expected.log())


def test_without_a_prior_it_is_a_softmax() -> None:
    found = judge(SCORES.numpy(), None, PLAIN)
    np.testing.assert_allclose(found.probabilities, SCORES.double().softmax(-1).numpy())


def test_added_labels_compete_by_their_odds_above_the_threshold() -> None:
    rule = Rule([0.0], 1.0, label_of=(0, 1, 0, 2), threshold=1.0)
    added = np.array([[3.0], [-3.0]])
    found = judge(SCORES.numpy(), added, rule)
    for row, (scores, odds) in enumerate(zip(SCORES.double().numpy(), [2.0, -4.0], strict=True)):
        shares = [*(np.exp(scores) / np.exp(scores).sum()), np.exp(odds)]
        merged = np.array([shares[0] + shares[2], shares[1], shares[3]])
        np.testing.assert_allclose(found.probabilities[row], merged / merged.sum())
    assert found.labels.tolist() == found.probabilities.argmax(-1).tolist()
    assert found.probabilities.sum(-1).tolist() == pytest.approx([1, 1])
