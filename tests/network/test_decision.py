from __future__ import annotations

import torch

from sentemo.network.decision import Decision


def test_a_label_is_chosen_with_a_share_of_the_prior_alone() -> None:
    decision = Decision(3, temperature=2.0, undo=0.5)
    decision.prior.copy_(torch.tensor([0.0, -2.0, 0.0]))
    scores = torch.tensor([[1.0, 2.5, 0.0], [1.0, 1.5, 0.0]])
    expected = ((scores.double() + decision.prior) / 2).softmax(-1)
    torch.testing.assert_close(decision.probabilities(scores), expected)
    assert decision.choose(scores).tolist() == [1, 0]
    assert expected.argmax(-1).tolist() == [0, 0]  # the most probable label need not be chosen


def test_without_a_prior_it_is_a_softmax() -> None:
    scores = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
    plain = Decision(4)
    torch.testing.assert_close(plain.probabilities(scores), scores.double().softmax(-1))
    assert torch.equal(plain.choose(scores), scores.argmax(-1))
