from __future__ import annotations

from collections.abc import Sequence

import pytest

import sentemo
from sentemo.errors import BadInput
from sentemo.inputs import as_conversations
from sentemo.labeler import Predicting
from sentemo.types import ABSTENTION, Conversation, LabelSet, Prediction, TurnPrediction, Utterance

TALK = Conversation("", (Utterance("hi", "Ann"), Utterance("No way!", "Bob")))


class Echo(Predicting):
    """Says of every turn how many turns its conversation has."""

    labels = LabelSet(("calm", "joy"), "calm")

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        return [Prediction.of(talk, self.labels, [[0.25, 0.75]] * len(talk), [1] * len(talk)) for talk in conversations]


@pytest.mark.parametrize(
    ("given", "talks", "is_one"),
    [
        ("I got the job!", [Conversation("", (Utterance("I got the job!"),))], True),
        (["a", "b"], [Conversation("", (Utterance("a"),)), Conversation("", (Utterance("b"),))], False),
        ([("Ann", "hi"), ("Bob", "No way!")], [TALK], True),
        ([["Ann", "hi"], ("Bob", "No way!")], [TALK], True),
        ([("Ann", "hi", "joy")], [Conversation("", (Utterance("hi", "Ann", "joy"),))], True),
        (
            {"id": "7", "turns": [{"speaker": "Ann", "text": "hi"}]},
            [Conversation("7", (Utterance("hi", "Ann"),))],
            True,
        ),
        ({"turns": [("Ann", "hi"), ("Bob", "No way!")]}, [TALK], True),
        ([{"turns": [("Ann", "hi")]}, {"text": "b"}], [Conversation.of(("Ann", "hi")), Conversation.of("b")], False),
        ([[("Ann", "hi"), ("Bob", "No way!")], TALK], [TALK, TALK], False),
        ([Utterance("hi", "Ann"), Utterance("No way!", "Bob")], [TALK], True),
        ((each for each in [TALK]), [TALK], False),
        (TALK, [TALK], True),
        ([], [], False),
    ],
)
def test_what_people_pass_is_understood(given: object, talks: list[Conversation], is_one: bool) -> None:
    assert as_conversations(given) == (talks, is_one)


@pytest.mark.parametrize(
    "given", [None, 3, b"hi", [3], [None], {"messages": []}, {"text": 3}, [("Ann", 3)], {"turns": "x"}]
)
def test_anything_else_is_refused_with_a_next_step(given: object) -> None:
    with pytest.raises(BadInput, match=r"is not a (conversation|turn).*(Pass|Write)"):
        Echo().predict(given)  # type: ignore[call-overload]


def test_one_gives_one_and_many_give_many() -> None:
    assert Echo().predict("hi").turns[0].label == "joy"
    assert [len(each) for each in Echo().predict(["hi", "ho"])] == [1, 1]
    assert len(Echo().predict([("Ann", "hi"), ("Bob", "ho")])) == 2
    with pytest.raises(BadInput, match="is empty"):
        Echo().predict(["hi", " "])


def test_a_conversation_is_made_of_labelled_turns_or_of_a_list() -> None:
    assert Conversation.of(("Ann", "Phew!", "relief")).turns[0].label == "relief"
    assert Conversation.of([("Ann", "hi"), ("Bob", "No way!")]) == TALK
    with pytest.raises(BadInput, match="is not a turn"):
        Conversation.of(("Ann", "hi", "joy", "x"))


def test_a_label_set_is_a_sequence() -> None:
    labels = LabelSet(("calm", "joy", "rage"), "calm")
    assert labels[0] == "calm" and labels[1:] == ("joy", "rage") and [*labels] == ["calm", "joy", "rage"]
    assert "joy" in labels and "fear" not in labels and labels.index("rage") == 2


def test_a_prediction_shows_itself() -> None:
    turn = TurnPrediction("Ann", "<b>hi</b>", "joy", 0.75, {"calm": 0.25, "joy": 0.75})
    none = TurnPrediction("Bob", "hm", ABSTENTION, 1.0, {ABSTENTION: 1.0})
    found = Prediction("7", (turn, none))
    assert str(found).splitlines()[0] == "Ann  joy      75%  <b>hi</b>"
    assert found.to_dict()["turns"][0] == {
        "speaker": "Ann",
        "text": "<b>hi</b>",
        "label": "joy",
        "score": 0.75,
        "probabilities": {"calm": 0.25, "joy": 0.75},
    }
    assert found.to_dict()["turns"][1]["label"] is None
    assert "<b>" not in found._repr_html_() and "&lt;b&gt;hi" in found._repr_html_()


def test_what_the_package_offers() -> None:
    assert dir(sentemo) == sentemo.__all__ and "load" in dir(sentemo)
    assert sentemo.load("static").predict("I got the job!").turns[0].label in sentemo.load("static").labels


def test_evaluation_and_the_client_are_a_short_way_off() -> None:
    from sentemo.evaluation import Report, evaluate
    from sentemo.evaluation.evaluate import evaluate as as_before
    from sentemo.serve import Client

    report = evaluate(Echo(), [Conversation.of(("Ann", "hi", "joy"), ("Bob", "ho", "calm"))], resamples=5)
    assert isinstance(report, Report) and report.n == 2 and evaluate is as_before
    assert isinstance(Client, type)
