from __future__ import annotations

import json
import statistics

import pytest

from sentemo.errors import UsageError
from sentemo.evaluation.baselines import UniformLabeler
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.report import Report
from sentemo.evaluation.seeds import summarise

from .talks import THREE, random_talks

TALKS = random_talks([60, 30, 30], THREE)


def report(seed: int, **other: str) -> Report:
    return evaluate(UniformLabeler(THREE, seed), TALKS, corpus="mine", model_name=f"run {seed}", resamples=2, **other)


def test_means_and_sample_deviations() -> None:
    reports = [report(seed) for seed in range(4)]
    summary = summarise(reports)
    for name, spread in summary.figures.items():
        values = [x.metrics.figures[name] for x in reports]
        assert (spread.mean, spread.sd) == pytest.approx((statistics.mean(values), statistics.stdev(values)))
        assert spread.n == 4
    recall = [x.metrics.emotions.recall for x in reports]
    assert summary.to_json()["micro_recall_no_neutral"] == pytest.approx(statistics.mean(recall))
    assert summary.to_json()["micro_recall_no_neutral_sd"] == pytest.approx(statistics.stdev(recall))
    assert summary.to_json()["abstained"] == 0
    joy = [x.metrics.per_label["joy"].f1 for x in reports]
    assert summary.label_f1["joy"].mean == pytest.approx(statistics.mean(joy))
    raw = summary.to_json()
    assert json.loads(json.dumps(raw, allow_nan=False)) == raw
    assert raw["runs"] == 4 and raw["protocol"] == "standard" and raw["convention"] == reports[0].convention
    assert raw["mcc_sd"] == summary.figures["mcc"].sd and raw["models"][3] == "run 3"
    assert raw["per_label"]["joy"]["f1_sd"] == pytest.approx(statistics.stdev(joy))
    text = summary.to_markdown()
    assert "# Evaluation of 4 runs" in text and "| figure | mean | sd | runs | majority | uniform |" in text
    assert f"| MCC | {raw['mcc']:.3f} | {raw['mcc_sd']:.3f} | 4 |" in text


def test_one_run_has_no_deviation() -> None:
    summary = summarise([report(0)])
    assert summary.figures["mcc"].sd is None and summary.to_json()["mcc_sd"] is None
    assert "|  | 1 |" in summary.to_markdown()


def test_reports_that_are_no_repetitions_are_refused() -> None:
    with pytest.raises(UsageError, match="differ in protocol: 'last-utterance', 'standard'"):
        summarise([report(0), report(1, protocol="last-utterance")])
    with pytest.raises(UsageError, match="differ in split"):
        summarise([report(0), report(1, split="other")])
    with pytest.raises(UsageError, match="differ in n"):
        summarise([report(0), evaluate(UniformLabeler(THREE), TALKS[:3], corpus="mine", resamples=2)])
    with pytest.raises(UsageError, match="No reports"):
        summarise([])
