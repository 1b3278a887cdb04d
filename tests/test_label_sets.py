"""Other label sets: sentiment from emotions, several labels at once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentemo.errors import UsageError
from sentemo.label_sets import SENTIMENT, as_sentiment, check_known, several
from sentemo.labeler import InSentiment
from sentemo.types import ABSTENTION, Conversation, LabelSet, Prediction, TurnPrediction
from tests.artifacts.models import random_model
from tests.dialogues import FOUR, template_dialogues

MODEL = random_model()
SEVEN = ("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(row=st.lists(st.floats(0.01, 1), min_size=7, max_size=7))
def test_sentiment_adds_up_what_the_emotions_mean(row: list[float]) -> None:
    shares = dict(zip(SEVEN, (each / sum(row) for each in row), strict=True))
    turn = TurnPrediction("Ida", "hi", max(shares, key=shares.__getitem__), max(shares.values()), shares)
    (found,) = as_sentiment(Prediction("talk", (turn,))).turns
    said = 1 - shares["surprise"]
    assert found.probabilities["positive"] == pytest.approx(shares["happiness"] / said)
    assert found.probabilities["neutral"] == pytest.approx(shares["neutral"] / said)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert found.score == max(found.probabilities.values()) == found.probabilities[found.label]


def test_a_labeler_of_emotions_tells_sentiment() -> None:
    talks = template_dialogues(8)
    found = InSentiment(MODEL)
    assert found.labels == SENTIMENT
    assert found.predict(talks) == [as_sentiment(each) for each in MODEL.predict(talks)]
    assert found.predict(talks[0]) == as_sentiment(MODEL.predict(talks[0]))


def test_no_label_stays_none_and_what_are_no_emotions_are_refused() -> None:
    none = TurnPrediction("Ida", "hi", ABSTENTION, 1.0, {**dict.fromkeys(FOUR.names, 0.0), ABSTENTION: 1.0})
    assert as_sentiment(Prediction("1", (none,))).turns[0].label == ABSTENTION
    other = TurnPrediction("Ida", "hi", "haste", 0.6, {"haste": 0.6, "calm": 0.4})
    with pytest.raises(UsageError, match="haste, calm have no sentiment"):
        as_sentiment(Prediction("1", (other,)))


def test_several_labels_come_the_likeliest_first() -> None:
    labels = LabelSet(("joy", "love", "neutral"), "neutral")
    talk = Conversation.of(("Ida", "I love it!"), ("Max", "ok"))
    found = several(talk, labels, [[0.6, 0.9, 0.1], [0.1, 0.2, 0.3]], [0.5, 0.5, 0.4])
    assert [turn.labels for turn in found] == [("love", "joy"), ()]
    assert [turn.label for turn in found] == ["love", "neutral"]


def test_an_unknown_set_is_refused() -> None:
    check_known("sentiment", [])
    with pytest.raises(UsageError, match="no label set 'moods'"):
        check_known("moods", ["goemotions"])
