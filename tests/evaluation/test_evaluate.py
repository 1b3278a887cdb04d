from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from sentemo.errors import BadInput, BadModel, UsageError
from sentemo.evaluation.baselines import MajorityLabeler, UniformLabeler
from sentemo.evaluation.bootstrap import bootstrap_intervals
from sentemo.evaluation.evaluate import evaluate, evaluate_predictions
from sentemo.evaluation.metrics import FIGURES, measure
from sentemo.evaluation.protocols import select
from sentemo.types import Conversation, LabelSet, Prediction

from .talks import SEVEN, THREE, Scripted, random_talks, sure, talk

TALKS = [talk("calm", "joy", id="x"), talk("joy", "rage", None, id="x"), talk("calm", id="y")]
SCRIPT = [[sure("calm"), sure("joy")], [sure("rage"), sure("rage"), sure("rage")], [sure("joy")]]


def test_the_report_holds_every_figure_on_the_scored_utterances() -> None:
    labeler = Scripted(THREE, SCRIPT)
    report = evaluate(labeler, TALKS, corpus="mine", split="held-out", model_name="script", resamples=50, seed=3)
    gold, predicted, dialogues = [0, 1, 1, 2, 0], [0, 1, 2, 2, 1], [0, 0, 1, 1, 2]
    assert report.metrics == measure(gold=gold, predicted=predicted, labels=THREE)
    assert report.intervals == bootstrap_intervals(gold, predicted, dialogues, THREE, resamples=50, seed=3)
    assert (report.n, report.dialogues) == (5, 3)  # dialogues with the same id stay two
    assert report.calibration is not None and report.calibration.ece == pytest.approx(0.2)
    majority = measure(gold=gold, predicted=[0] * 5, labels=THREE).figures
    assert report.baselines["majority"] == majority
    assert labeler.calls == 1


def test_the_json_names_protocol_and_convention_and_has_all_keys() -> None:
    raw = evaluate(Scripted(THREE, SCRIPT), TALKS, corpus="mine", split="held-out", resamples=50).to_json()
    assert json.loads(json.dumps(raw, allow_nan=False)) == raw
    assert (raw["protocol"], raw["corpus"], raw["split"], raw["model"]) == (
        "standard",
        "mine",
        "held-out",
        "Scripted",
    )
    assert "(joy, rage)" in raw["convention"] and "50 resamples" in raw["interval_method"]
    for name in FIGURES:
        low, high = raw[f"{name}_interval"]
        assert low <= raw[name] <= high
        assert set(raw["baselines"]) == {"majority", "uniform"}
        assert all(name in row for row in raw["baselines"].values())
    assert raw["per_label"]["joy"] == {"precision": 50, "recall": 50, "f1": 50, "support": 2}
    assert raw["confusion_matrix"] == {
        "labels": ["calm", "joy", "rage"],
        "counts": [[1, 1, 0], [0, 1, 1], [0, 0, 1]],
    }
    assert raw["micro_precision_no_neutral"] == 50 and raw["micro_recall_no_neutral"] == pytest.approx(200 / 3)
    assert raw["abstained"] == 0
    assert raw["ece"] == pytest.approx(0.2) and len(raw["calibration_bins"]) == 15


def test_the_uniform_row_follows_the_seed_only() -> None:
    talks = random_talks([60, 20, 20], THREE)
    labeler = MajorityLabeler(THREE, "calm")
    rows = [evaluate(labeler, talks, resamples=1, seed=seed).baselines["uniform"] for seed in (0, 0, 1)]
    assert rows[0] == rows[1] != rows[2]
    alone = evaluate(UniformLabeler(THREE, 1), talks, resamples=1, seed=1)
    assert alone.metrics.figures == alone.baselines["uniform"]


def test_emotions_only_is_a_task_of_its_own() -> None:
    talks = random_talks([300, 30, 30, 30, 30, 30, 30], SEVEN)
    report = evaluate(UniformLabeler(SEVEN), talks, protocol="emotions-only", resamples=5)
    assert report.n == 180 and "neutral" not in report.metrics.per_label
    assert report.metrics.figures["accuracy"] == pytest.approx(100 / 6, abs=9)
    assert report.calibration is None and "ece" not in report.to_json()
    assert report.baselines["majority"]["accuracy"] == pytest.approx(100 / 6)
    assert "none of them is neutral" in report.convention


def test_pooled_predictions_give_the_report_of_one_run() -> None:
    labeler = Scripted(THREE, SCRIPT)
    pooled = evaluate_predictions(TALKS, labeler.predict(TALKS), THREE, model_name="Scripted", resamples=9)
    assert pooled == evaluate(labeler, TALKS, resamples=9)


def test_bad_data_is_found_before_the_model_runs() -> None:
    labeler = Scripted(THREE, SCRIPT)
    with pytest.raises(BadInput, match="'bliss'"):
        evaluate(labeler, [*TALKS, talk("bliss")])
    with pytest.raises(UsageError, match="Unknown protocol"):
        evaluate(labeler, TALKS, protocol="best")
    assert labeler.calls == 0


def test_a_labeler_that_drops_a_turn_is_caught() -> None:
    class Dropping(UniformLabeler):
        def predict(self, conversations: Sequence[Conversation]) -> list[Prediction]:  # type: ignore[override]
            return [Prediction(x.id, x.turns[:-1]) for x in super().predict(conversations)]

    with pytest.raises(BadModel, match="has 2 turns, its prediction 1") as caught:
        evaluate(Dropping(THREE), TALKS)
    assert caught.value.exit_code == 4


def test_other_labels_may_be_given_and_decide_what_is_neutral() -> None:
    plain = LabelSet(THREE.names)
    report = evaluate(Scripted(THREE, SCRIPT), TALKS, labels=plain, resamples=1)
    assert report.metrics.figures["macro_f1_no_neutral"] == report.metrics.figures["macro_f1"]
    assert select(TALKS, plain, "standard").labels == plain
