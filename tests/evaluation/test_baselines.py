from __future__ import annotations

import pytest

from sentemo.errors import BadInput
from sentemo.evaluation.baselines import MajorityLabeler, UniformLabeler
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.metrics import measure
from sentemo.evaluation.protocols import read_predictions, select
from sentemo.types import Conversation, Labeler, LabelSet

from .talks import SEVEN, THREE, random_talks

TEST_TOTALS = [6321, 118, 47, 17, 1019, 102, 116]
VALIDATION_TOTALS = [7108, 77, 3, 11, 684, 79, 107]
CHAT = Conversation.of(("Ann", "the boat left"), ("Bob", "without us"), ("Ann", "Ünfair indeed 😀"), id="harbour")


@pytest.mark.parametrize("labeler", [MajorityLabeler(THREE, "joy"), UniformLabeler(THREE, seed=4)])
def test_baselines_are_labelers_whose_answers_hold_together(labeler: Labeler) -> None:
    assert isinstance(labeler, Labeler) and labeler.labels == THREE
    prediction = labeler.predict(CHAT)
    assert prediction.id == "harbour"
    assert [(turn.speaker, turn.text) for turn in prediction] == [(turn.speaker, turn.text) for turn in CHAT]
    for turn in prediction:
        assert sum(turn.probabilities.values()) == pytest.approx(1, abs=1e-12)
        assert turn.score == turn.probabilities[turn.label] == max(turn.probabilities.values())
    assert labeler.predict([CHAT, Conversation.of("ahoy")])[0] == prediction
    assert labeler.predict([]) == []


def test_the_majority_labeler_gives_one_label() -> None:
    assert {turn.label for turn in MajorityLabeler(THREE, "joy").predict(CHAT)} == {"joy"}
    with pytest.raises(BadInput):
        MajorityLabeler(THREE, "bliss")


def test_guesses_do_not_depend_on_batch_speaker_or_what_follows() -> None:
    labeler = UniformLabeler(SEVEN, seed=2)
    whole = labeler.predict(CHAT)
    head = labeler.predict(Conversation("other", CHAT.turns[:2]))
    assert [turn.probabilities for turn in head] == [turn.probabilities for turn in whole.turns[:2]]
    renamed = labeler.predict(Conversation.of(*(("X", turn.text) for turn in CHAT)))
    assert [turn.probabilities for turn in renamed] == [turn.probabilities for turn in whole]
    assert UniformLabeler(SEVEN, seed=3).predict(CHAT) != whole
    one, other = (labeler.predict(Conversation.of(*texts)) for texts in (("ab", "c"), ("a", "bc")))
    assert one.turns[1].probabilities != other.turns[1].probabilities


def test_guesses_stay_the_same_on_every_machine() -> None:
    first = UniformLabeler(THREE, seed=0).predict(Conversation.of("hello there")).turns[0]
    assert first.label == "calm"
    assert first.score == pytest.approx(0.46010532895444184, abs=1e-12)


@pytest.mark.parametrize("size", [2, 7, 28])
def test_every_label_is_guessed_equally_often(size: int) -> None:
    labels = LabelSet(tuple(f"label{place}" for place in range(size)))
    guesses = UniformLabeler(labels).predict(Conversation.of(*(f"line {place}" for place in range(5000))))
    count = [sum(turn.label == name for turn in guesses) for name in labels.names]
    expected = 5000 / size
    assert max(abs(n - expected) for n in count) < 4.5 * expected**0.5


@pytest.mark.slow
def test_majority_and_uniform_rows_on_the_real_totals() -> None:
    talks = random_talks(TEST_TOTALS, SEVEN)
    report = evaluate(MajorityLabeler(SEVEN, "neutral"), talks, resamples=10)
    for name in ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc"):
        assert report.metrics.figures[name] == report.baselines["majority"][name] == 0
    selection = select(talks, SEVEN, "standard")
    uniform = []
    for seed in range(6):
        predicted, _ = read_predictions(selection, talks, UniformLabeler(SEVEN, seed).predict(talks))
        uniform.append(measure(gold=selection.gold, predicted=predicted, labels=SEVEN).figures["macro_f1_no_neutral"])
    assert sum(uniform) / 6 == pytest.approx(3.87, abs=0.3)  # one draw has a deviation of 0.27


def test_the_majority_row_on_the_validation_totals_is_zero_too() -> None:
    talks = random_talks(VALIDATION_TOTALS, SEVEN)
    majority = evaluate(UniformLabeler(SEVEN), talks, resamples=1).baselines["majority"]
    assert [majority[name] for name in ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")] == [0, 0, 0]
