from __future__ import annotations

import pytest

from sentemo.errors import BadInput, BadModel, UsageError
from sentemo.evaluation.evaluate import evaluate_predictions
from sentemo.evaluation.metrics import NONE
from sentemo.evaluation.protocols import PROTOCOLS, count_abstentions, read_predictions, select
from sentemo.types import ABSTENTION, Conversation, LabelSet

from .talks import THREE, Scripted, sure, talk

TALKS = [talk("calm", None, "joy"), talk("rage", "calm"), talk("joy", None), talk()]
SCRIPT = [
    [sure("calm"), sure("joy"), sure("calm")],
    [sure("rage"), {"calm": 0.6, "joy": 0.1, "rage": 0.3}],
    [{"calm": 0.5, "joy": 0.2, "rage": 0.3}, sure("joy")],
    [],
]


@pytest.mark.parametrize(
    ("protocol", "gold", "places", "predicted", "scores"),
    [
        (
            "standard",
            ["calm", "joy", "rage", "calm", "joy"],
            [(0, 0), (0, 2), (1, 0), (1, 1), (2, 0)],
            ["calm", "calm", "rage", "calm", "calm"],
            [0.8, 0.8, 0.8, 0.6, 0.5],
        ),
        (
            "emotions-only",
            ["joy", "rage", "joy"],
            [(0, 2), (1, 0), (2, 0)],
            ["joy", "rage", "rage"],
            [0.1, 0.8, 0.3],
        ),
        ("last-utterance", ["joy", "calm"], [(0, 2), (1, 1)], ["calm", "calm"], [0.8, 0.6]),
    ],
)
def test_each_protocol_scores_what_it_says(
    protocol: str,
    gold: list[str],
    places: list[tuple[int, int]],
    predicted: list[str],
    scores: list[float],
) -> None:
    selection = select(TALKS, THREE, protocol)
    names = selection.labels.names
    assert [names[label] for label in selection.gold] == gold
    assert list(zip(selection.dialogues, selection.turns, strict=True)) == places
    found, shares = read_predictions(selection, TALKS, Scripted(THREE, SCRIPT).predict(TALKS))
    assert [names[label] for label in found] == predicted
    assert shares == pytest.approx(scores)
    assert protocol in PROTOCOLS


def test_neutral_takes_no_part_in_emotions_only() -> None:
    labels = select(TALKS, THREE, "emotions-only").labels
    assert labels.names == ("joy", "rage") and labels.neutral is None


def test_without_a_neutral_label_emotions_only_scores_everything() -> None:
    labels = LabelSet(("joy", "rage"))
    assert len(select([talk("joy", "rage")], labels, "emotions-only")) == 2


def test_unknown_gold_labels_are_named() -> None:
    with pytest.raises(BadInput, match=r"'bliss', 'ire' are not among .*calm, joy, rage.*Rename them") as caught:
        select([talk("ire", "joy"), talk("bliss")], THREE, "standard")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("talks", "protocol"),
    [
        ([], "standard"),
        ([talk(None), talk()], "standard"),
        ([talk("calm")], "emotions-only"),
        ([talk("joy", None)], "last-utterance"),
    ],
)
def test_nothing_to_score_is_an_error(talks: list[Conversation], protocol: str) -> None:
    with pytest.raises(BadInput, match=f"{protocol} finds no utterance"):
        select(talks, THREE, protocol)


def test_an_unknown_protocol_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="standard, emotions-only, last-utterance, triplet"):
        select(TALKS, THREE, "headline")


def predictions_of(*script: list[dict[str, float]]) -> tuple[list[Conversation], list]:  # type: ignore[type-arg]
    talks = [talk("joy", "calm", id="a"), talk("rage", id="b")]
    return talks, Scripted(THREE, script).predict(talks)


def test_predictions_that_do_not_fit_are_refused() -> None:
    talks, good = predictions_of([sure("joy"), sure("joy")], [sure("rage")])
    selection = select(talks, THREE, "standard")
    read_predictions(selection, talks, good)
    with pytest.raises(BadModel, match="2 conversations got 1 predictions"):
        read_predictions(selection, talks, good[:1])
    _, short = predictions_of([sure("joy"), sure("joy")], [])
    with pytest.raises(BadModel, match=r"Conversation 1 \('b'\) has 1 turns, its prediction 0"):
        read_predictions(selection, talks, short)
    _, strange = predictions_of([sure("joy"), {"bliss": 1.0}], [sure("rage")])
    with pytest.raises(BadModel, match="predicted 'bliss'"):
        read_predictions(selection, talks, strange)


def test_a_labeler_with_labels_of_its_own_is_told_which_it_lacks() -> None:
    _, other = predictions_of([sure("joy"), {"bliss": 1.0}], [sure("rage")])
    talks, _ = predictions_of([sure("joy"), sure("joy")], [sure("rage")])
    with pytest.raises(BadModel, match="predicted 'bliss' and doesn't know 'calm', 'joy', 'rage'"):
        read_predictions(select(talks, THREE, "standard"), talks, other)


def test_a_label_beside_those_of_the_corpus_is_none_of_them() -> None:
    wider = {"calm": 0.1, "joy": 0.1, "rage": 0.1, "bliss": 0.7}
    talks, predictions = predictions_of([sure("joy"), wider], [sure("rage")])
    selection = select(talks, THREE, "standard")
    positions, scores = read_predictions(selection, talks, predictions)
    assert positions.tolist() == [1, NONE, 2] and scores[1] == 0.7
    report = evaluate_predictions(talks, predictions, THREE, resamples=20)
    assert report.metrics.figures["accuracy"] == pytest.approx(200 / 3)
    assert "(none of these)" in report.to_markdown()


def test_an_abstention_is_none_of_the_labels_under_every_protocol() -> None:
    silent = {"calm": 0.0, "joy": 0.0, "rage": 0.0, ABSTENTION: 1.0}
    talks, predictions = predictions_of([sure("joy"), silent], [silent])
    for protocol, expected in (("standard", [1, NONE, NONE]), ("emotions-only", [0, NONE])):
        selection = select(talks, THREE, protocol)
        assert read_predictions(selection, talks, predictions)[0].tolist() == expected
        assert count_abstentions(selection, predictions) == expected.count(NONE)
    certain = {"calm": 1.0, "joy": 0.0, "rage": 0.0}
    _, sure_of_none = predictions_of([certain, certain], [sure("rage")])
    assert read_predictions(select(talks, THREE, "emotions-only"), talks, sure_of_none)[0].tolist() == [NONE, 1]
    report = evaluate_predictions(talks, predictions, THREE, resamples=20)
    assert report.abstained == 2 and report.to_json()["abstained"] == 2
    assert "No label given: 2 (66.7%), counted as wrong" in report.to_markdown()
    _, strange = predictions_of([sure("joy"), {ABSTENTION: 1.0}], [sure("rage")])
    with pytest.raises(BadModel, match="doesn't know 'calm', 'joy', 'rage'"):
        read_predictions(select(talks, THREE, "standard"), talks, strange)
    with pytest.raises(BadInput, match="is reserved"):
        LabelSet(("joy", ABSTENTION))


@pytest.mark.parametrize("share", [1.1, -0.2, float("nan")])
def test_scores_that_are_no_probabilities_are_refused(share: float) -> None:
    talks, bad = predictions_of([{"joy": share}, sure("joy")], [sure("rage")])
    with pytest.raises(BadModel, match="not between 0 and 1"):
        read_predictions(select(talks, THREE, "standard"), talks, bad)


def test_a_sum_in_float32_may_exceed_one_by_its_rounding() -> None:
    talks, fair = predictions_of([{"joy": 1 + 2e-7}, sure("joy")], [sure("rage")])
    _, scores = read_predictions(select(talks, THREE, "standard"), talks, fair)
    assert scores.max() == 1


def test_emotions_only_needs_every_probability() -> None:
    talks, bad = predictions_of([{"joy": 1.0}, sure("joy")], [sure("rage")])
    with pytest.raises(BadModel, match="no probability for 'rage'"):
        read_predictions(select(talks, THREE, "emotions-only"), talks, bad)
