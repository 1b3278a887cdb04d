"""What words do to a label, against a reference by hand: leave a word out and predict."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentemo.explanation.influence import AROUND, CLOSE, MOST, cut, weigh_words
from sentemo.types import Conversation, TurnPrediction
from tests.explanation.explained import MODEL, TALKS


def nearest(talk: Conversation, turn: int, told: TurnPrediction) -> int:
    """Find the fewest turns around with which the turn is told as in the whole."""
    for around in AROUND:
        near = Conversation("", talk.turns[max(0, turn - around) : turn + around + 1])
        found = MODEL.predict(near).turns[min(turn, around)]
        if found.label == told.label and abs(found.score - told.score) <= CLOSE:
            return around
    return AROUND[-1]


@pytest.mark.parametrize("turn", range(len(TALKS[0])))
def test_changes_are_those_of_leaving_a_word_out(turn: int) -> None:
    talk = TALKS[0]
    told = MODEL.predict(talk).turns[turn]
    around = nearest(talk, turn, told)
    near = talk.turns[max(0, turn - around) : turn + around + 1]
    place = min(turn, around)

    def share(text: str) -> float:
        turns = [*near[:place], replace(near[place], text=text), *near[place + 1 :]]
        return MODEL.predict(Conversation("", tuple(turns))).turns[place].probabilities[told.label]

    words = talk.turns[turn].text.split()
    found = weigh_words(MODEL, talk, told, turn)
    assert [each.text.strip() for each in found] == (words if len(words) > 1 else [])
    for gone, each in enumerate(found):
        rest = " ".join(word for at, word in enumerate(words) if at != gone)
        assert each.change == pytest.approx(share(" ".join(words)) - share(rest), abs=1e-5)


@given(st.text(min_size=1).filter(str.strip))
def test_parts_together_are_the_text(text: str) -> None:
    parts = cut(text)
    assert "".join(parts) == text and 1 <= len(parts) <= MOST
    assert all("".join(parts[:at] + parts[at + 1 :]).strip() for at in range(len(parts))) or len(parts) == 1


def test_a_long_turn_is_cut_into_parts_of_several_words() -> None:
    text = " ".join(f"word{number}" for number in range(100))
    parts = cut(text)
    assert len(parts) == 20 and parts[0].split() == [f"word{number}" for number in range(5)]
