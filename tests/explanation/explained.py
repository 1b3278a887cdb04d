"""Small models and talks to explain, and the influence of a turn by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sentemo.explanation.explanation import Explanation
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, Prediction, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import template_dialogues
from tests.encoders.readers import tiny_reader

TALKS = template_dialogues(40)
BANK = template_dialogues(20, seed=7)
MODEL = random_model()
TUNED = random_model(encoder=tiny_reader())
KINDS = pytest.mark.parametrize("base", [MODEL, TUNED], ids=["frozen", "tuned"])
CAUSAL = pytest.mark.parametrize("causal", [False, True], ids=["whole", "causal"])
THREE = Conversation("three", tuple(replace(turn, speaker="AABCA"[n % 5]) for n, turn in enumerate(TALKS[3].turns)))
UNNAMED = Conversation("unnamed", tuple(replace(turn, speaker="") for turn in max(TALKS, key=len)))


def without(talk: Conversation, gone: int) -> Conversation:
    """Leave a turn out; who speaks the others stays."""
    numbers = talk.speaker_numbers()
    rest = [place for place in range(len(talk)) if place != gone]
    return Conversation("", tuple(Utterance(talk.turns[place].text, str(numbers[place])) for place in rest))


def changes(
    model: SentEmoContext, talk: Conversation, gone: int, reach: int, before: Prediction | None = None
) -> dict[int, float]:
    """Predict without a turn and tell, for each other one within reach, what became of its label's probability."""
    before, after = before or model.predict(talk), model.predict(without(talk, gone))
    others = [place for place in range(len(talk)) if place != gone]
    return {
        place: before.turns[place].score - turn.probabilities[before.turns[place].label]
        for place, turn in zip(others, after, strict=True)
        if abs(place - gone) <= reach and (place > gone or not model.causal)
    }


def told(explanation: Explanation, gone: int) -> dict[int, float]:
    """What an explanation says of one turn's influence on the others."""
    return {
        place: other.change for place, turn in enumerate(explanation) for other in turn.influences if other.turn == gone
    }


def assert_close(ours: dict[Any, float], theirs: dict[Any, float]) -> None:
    assert ours.keys() == theirs.keys()
    np.testing.assert_allclose([ours[key] for key in theirs], [*theirs.values()], rtol=0, atol=1e-5)
