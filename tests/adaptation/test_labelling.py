"""A session of labelling, without a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sentemo.adaptation import labelling
from sentemo.adaptation.answers import Answer, AnswerFile
from sentemo.adaptation.labelling import Labelling
from sentemo.heads import Floats, unit
from sentemo.types import Conversation

WORDS = ("sea", "ship", "sail", "bread", "soup", "cheese")
TALKS = [Conversation.of(*(f"{word} {number}" for word in WORDS), id=f"t{number}") for number in range(3)]


def by_topic(conversations: Sequence[Conversation]) -> list[Floats]:
    """Features by what a text is about, with a little of the text itself."""
    rng = np.random.default_rng(0)
    rows = [
        [np.eye(2)[int(turn.text.split()[0] in WORDS[3:])] + 0.1 * rng.standard_normal(2) for turn in t]
        for t in conversations
    ]
    return [unit(np.stack(row).astype(np.float32)) for row in rows]


def topic(session: Labelling, place: int) -> str:
    number, turn = session.places[place]
    return "food" if session.conversations[number].turns[turn].text.split()[0] in WORDS[3:] else "travel"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


def test_learns_from_each_answer_and_measures_every_five(path: Path) -> None:
    session = Labelling(TALKS, by_topic, AnswerFile(path), ["travel", "food"])
    measured, right = [], []
    while (place := session.next()) is not None:
        guess = session.guess(place)
        if guess is not None:
            right.append(guess.label == topic(session, place))
            assert 0.5 <= guess.probability <= 1
        measured.append(session.answer(place, topic(session, place)))
    assert len(right) >= 15 and all(right)
    assert [number for number, each in enumerate(measured, 1) if each] == [5, 10, 15]
    assert session.curve == {5: 1.0, 10: 1.0, 15: 1.0}


def test_asks_about_both_topics_first(path: Path) -> None:
    session = Labelling(TALKS, by_topic, AnswerFile(path))
    places = [session.next(), session.next()]
    assert {topic(session, place) for place in places if place is not None} == {"travel", "food"}


def test_a_single_example_of_a_label_counts_as_wrong(path: Path) -> None:
    session = Labelling(TALKS, by_topic, AnswerFile(path))
    for place, label in zip((0, 1, 2, 3, 4), ("travel", "travel", "travel", "food", "bread"), strict=True):
        session.answer(place, label)
    assert session.curve == {5: pytest.approx(0.6, abs=0.21)} and session.labels == ["travel", "food", "bread"]


def test_undo_forgets_the_example_and_its_measure(path: Path) -> None:
    session = Labelling(TALKS, by_topic, AnswerFile(path))
    for place in range(5):
        session.answer(place, topic(session, place))
    assert session.undo() == 4 and session.curve == {} and len(session.file.answers) == 4
    assert session.answer(4, "food") and [*session.curve] == [5]
    again = Labelling(TALKS, by_topic, AnswerFile(path))
    assert again.curve == session.curve and again.guess(5) == session.guess(5)


def test_answers_about_other_conversations_are_examples(path: Path) -> None:
    file = AnswerFile(path)
    file.add(Answer(Conversation.of("bread and butter"), 0, "food"))
    file.add(Answer(Conversation.of("and then", "sea and sand"), 1, "travel"))
    session = Labelling(TALKS, by_topic, file)
    guess = session.guess(3)
    assert guess is not None and guess.label == "food" and session.undo() is None
    places = []
    while (place := session.next()) is not None:
        places.append(place)
    assert len(places) == len(session.places)


def test_the_same_text_elsewhere_is_told_apart_by_its_context(path: Path) -> None:
    talks = [Conversation.of("sea", "ship"), Conversation.of("soup", "ship"), Conversation.of("ship", "ship")]
    file = AnswerFile(path)
    for talk, turn in ((talks[1], 1), (talks[2], 1), (talks[2], 0)):
        file.add(Answer(talk, turn, "travel"))
    session = Labelling(talks, by_topic, file)
    assert [session.undo() for _ in range(4)] == [4, 5, 3, None]


def test_the_models_doubts_count_once_there_are_answers_enough(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelling, "ENOUGH_TO_DOUBT", 2)
    session = Labelling(TALKS, by_topic, AnswerFile(path))
    given: list[bool] = []
    monkeypatch.setattr(session._suggester, "next", lambda shares: given.append(shares is not None))
    session.next()
    session.answer(0, "travel")
    session.answer(3, "food")
    session.next()
    assert given == [False, True]
