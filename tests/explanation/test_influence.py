"""Influences against a reference by hand: leave a turn out and predict."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from sentemo.batching import pieces
from sentemo.explanation import influence
from sentemo.inference import engine as module
from sentemo.inference.engine import Engine
from sentemo.model import SentEmoContext
from sentemo.types import Conversation
from tests.dialogues import template_dialogues
from tests.explanation.explained import BANK, CAUSAL, KINDS, MODEL, TALKS, THREE, UNNAMED, assert_close, changes, told


@KINDS
@CAUSAL
@pytest.mark.parametrize("reach", [8, 2])
def test_influences_are_those_of_leaving_a_turn_out(base: SentEmoContext, causal: bool, reach: int) -> None:
    model = replace(base, causal=causal)
    for talk in (TALKS[0], THREE, UNNAMED):
        explanation = model.explain(talk, reach=reach)
        assert explanation.id == talk.id
        assert tuple(turn.prediction for turn in explanation) == model.predict(talk).turns
        for gone in range(len(talk)):
            assert_close(told(explanation, gone), changes(model, talk, gone, reach))
    assert any(abs(other.change) > 1e-3 for turn in explanation for other in turn.influences)


@KINDS
@CAUSAL
def test_so_they_are_in_a_long_conversation(
    base: SentEmoContext, causal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(influence, "GROUP_TURNS", 500)
    monkeypatch.setattr(module, "pieces", partial(pieces, piece_turns=60))
    model = replace(base, causal=causal)
    said = [turn for talk in template_dialogues(60, seed=1) for turn in talk][:150]
    talk = Conversation("long", (*said[:-1], replace(said[-1], speaker="Eve")))
    steps: list[tuple[int, int]] = []
    explanation = model.explain(talk, reach=4, on_progress=lambda *step: steps.append(step))
    before = model.predict(talk)
    for gone in (0, 2, 59, 60, 63, 64, 121, 149):
        assert_close(told(explanation, gone), changes(model, talk, gone, 4, before))
    assert len(steps) > 5 and steps == sorted(steps)
    assert {total for _, total in steps} == {len(talk)} and steps[-1][0] >= len(talk) - 1


@KINDS
def test_few_turns_are_read_at_once_and_few_in_all(base: SentEmoContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(influence, "GROUP_TURNS", 200)
    model = replace(base)
    said = [turn for talk in template_dialogues(100) for turn in talk][:300]
    read: list[int] = []
    ran: list[int] = []
    monkeypatch.setattr(Engine, "read", watched(Engine.read, read, 1))
    monkeypatch.setattr(Engine, "score", watched(Engine.score, ran, 1))
    model.explain(Conversation("", tuple(said)), bank=BANK[:1])
    assert max(ran[2:]) <= 200 and sum(ran[2:]) <= 300 * 2 * (8 + model.reach)
    assert max(read[3:], default=0) <= 200
    assert sum(read) <= 3 * 300 + 300 * 4 * (model.runner.architecture.reader_reach)


def watched(function: Any, seen: list[int], place: int = 0) -> Any:
    """Note how many turns are given to a function."""

    def noting(*given: Any, **named: Any) -> Any:
        seen.append(sum(map(len, given[place])))
        return function(*given, **named)

    return noting


def test_a_turn_alone_has_no_other_turns() -> None:
    (turn,) = MODEL.explain(Conversation.of("I love Rome"))
    assert turn.influences == () and turn.prediction.text == "I love Rome"


def test_in_causal_mode_later_turns_are_not_told() -> None:
    explanation = replace(MODEL, causal=True).explain(UNNAMED)
    assert all(other.turn < place for place, turn in enumerate(explanation) for other in turn.influences)
    assert [len(turn.influences) for turn in explanation] == [*range(len(UNNAMED))]


@pytest.mark.parametrize("head", ["prototypes", "neighbours"])
def test_the_chosen_head_is_explained(head: Any) -> None:
    model = replace(MODEL, head=head)
    explanation = model.explain(THREE)
    for gone in range(len(THREE)):
        assert_close(told(explanation, gone), changes(model, THREE, gone, 8))


@KINDS
@CAUSAL
@pytest.mark.parametrize("reach", [0, 2, 8, 100])
def test_one_turn_is_told_as_among_all(base: SentEmoContext, causal: bool, reach: int) -> None:
    model = replace(base, causal=causal)
    long = Conversation("long", tuple(turn for talk in TALKS[:8] for turn in talk))
    for talk in (THREE, UNNAMED, long):
        whole = model.explain(talk, reach=reach)
        for place in {0, len(talk) // 2, len(talk) - 1}:
            alone = model.explain(talk, reach=reach, turn=place).turns
            assert [other.turn for other in alone[place].influences] == [
                other.turn for other in whole.turns[place].influences
            ]
            np.testing.assert_allclose(
                [other.change for other in alone[place].influences],
                [other.change for other in whole.turns[place].influences],
                rtol=0,
                atol=1e-5,
            )
            assert not any(turn.influences for number, turn in enumerate(alone) if number != place)
