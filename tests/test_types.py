from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentemo.errors import BadInput, BadModel, MissingExtra, SentemoError, UsageError
from sentemo.types import Conversation, Labeler, LabelSet, Prediction, TurnPrediction, Utterance

names = st.lists(st.sampled_from(["", "Ann", "Bob", "Cyd"]), max_size=12)


def talk(speakers: list[str]) -> Conversation:
    return Conversation("", tuple(Utterance("hm", speaker) for speaker in speakers))


def test_a_conversation_is_made_from_pairs_or_texts() -> None:
    made = Conversation.of(("Ann", "Hi"), "Hm", id="c")
    assert made == Conversation("c", (Utterance("Hi", "Ann"), Utterance("Hm", "")))
    assert len(made) == 2 and [turn.text for turn in made] == ["Hi", "Hm"]


@pytest.mark.parametrize(
    ("speakers", "numbers"),
    [
        ([], []),
        (["", "", "", ""], [0, 1, 0, 1]),
        (["Bob", "Ann", "Bob", "Cyd"], [0, 1, 0, 2]),
        (["Bob", "Bob"], [0, 0]),
        (["", "", "Ann", "", "Ann"], [0, 1, 2, 1, 2]),
        (["Ann", "", "", "Bob"], [0, 1, 2, 3]),
    ],
)
def test_speakers_are_numbered_as_they_come(speakers: list[str], numbers: list[int]) -> None:
    assert talk(speakers).speaker_numbers() == numbers


@given(names)
def test_numbers_grow_one_by_one_and_tell_the_named_apart(speakers: list[str]) -> None:
    numbers = talk(speakers).speaker_numbers()
    seen = [number for place, number in enumerate(numbers) if number not in numbers[:place]]
    assert seen == list(range(len(seen)))
    for one, first in zip(speakers, numbers, strict=True):
        for other, second in zip(speakers, numbers, strict=True):
            assert not one or (one == other) == (first == second)


@given(names, st.permutations(["Ann", "Bob", "Cyd"]), st.data())
def test_neither_names_nor_later_turns_change_a_number(
    speakers: list[str], others: list[str], data: st.DataObject
) -> None:
    renamed = dict(zip(["Ann", "Bob", "Cyd"], others, strict=True)) | {"": ""}
    numbers = talk(speakers).speaker_numbers()
    assert talk([renamed[speaker] for speaker in speakers]).speaker_numbers() == numbers
    known = data.draw(st.integers(0, len(speakers)))
    assert talk(speakers[:known]).speaker_numbers() == numbers[:known]


def test_a_label_set_keeps_its_order_and_knows_its_emotions() -> None:
    labels = LabelSet(("calm", "joy", "rage"), "calm")
    assert len(labels) == 3 and labels.index("rage") == 2 and labels.emotions == ("joy", "rage")
    assert LabelSet(("joy", "rage")).emotions == ("joy", "rage")
    with pytest.raises(BadInput, match=r"Unknown label 'fear'.*calm, joy, rage"):
        labels.index("fear")


@pytest.mark.parametrize(("names", "neutral"), [((), None), (("joy", "joy"), None), (("joy",), "calm")])
def test_a_label_set_that_can_not_be_is_refused(names: tuple[str, ...], neutral: str | None) -> None:
    with pytest.raises(BadInput):
        LabelSet(names, neutral)


def test_a_labeler_is_known_by_what_it_does() -> None:
    class Blind:
        labels = LabelSet(("joy",))

        def predict(self, conversations: list[Conversation]) -> list[Prediction]:
            return []

    assert isinstance(Blind(), Labeler) and not isinstance("text", Labeler)


def test_a_prediction_is_a_sequence_of_turns() -> None:
    turn = TurnPrediction("Ann", "Hi", "joy", 0.9, {"joy": 0.9, "rage": 0.1})
    assert list(Prediction("c", (turn,))) == [turn] and len(Prediction("c", (turn,))) == 1


@pytest.mark.parametrize(
    ("error", "message", "exit_code"),
    [
        (SentemoError("It broke", "Fix it"), "It broke. Fix it.", 1),
        (UsageError("No such thing.", "Name one."), "No such thing. Name one.", 2),
        (BadInput("Odd", "Fix it", path="a.csv", line=3), "a.csv:3: Odd. Fix it.", 3),
        (BadInput("Odd", "Fix it", path="a.csv"), "a.csv: Odd. Fix it.", 3),
        (BadModel("Damaged", "Get it again"), "Damaged. Get it again.", 4),
        (MissingExtra("umap", "umap"), "umap is not installed. Install it with: pip install 'sentemo[umap]'.", 5),
    ],
)
def test_an_error_says_what_and_what_next(error: SentemoError, message: str, exit_code: int) -> None:
    assert isinstance(error, SentemoError) and (str(error), error.exit_code) == (message, exit_code)


def test_tags_stand_beside_the_label() -> None:
    turn = TurnPrediction("Ann", "Bye!", "rage", 0.9, {"joy": 0.1, "rage": 0.9}, tags={"leaving": 0.75})
    assert turn.to_dict()["tags"] == {"leaving": 0.75} and turn.said == "rage #leaving"
    assert "rage #leaving" in str(Prediction("", (turn,)))
    assert "tags" not in TurnPrediction("Ann", "Bye!", "rage", 0.9, {"rage": 1.0}).to_dict()
