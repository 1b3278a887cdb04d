"""`sentemo evaluate`: what a report holds, and every way to get one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sentemo.corpora.registry import get_corpus
from sentemo.evaluation.evaluate import evaluate
from sentemo.model import SentEmoContext
from tests.cli.conftest import SMALL, Command

FLAGS = [word for setting in SMALL for word in ("--set", setting)]
FIGURES = ("macro_f1_no_neutral", "micro_f1_no_neutral", "macro_f1", "weighted_f1", "mcc")


def test_json_holds_every_promised_key(sentemo: Command, run_dir: Path, corpus_dir: Path) -> None:
    result = sentemo("evaluate", run_dir, "dailydialog", "-d", corpus_dir, "--split", "validation", "--json")
    assert result.code == 0
    report = json.loads(result.out)
    assert {"protocol", "corpus", "split", "n", "per_label", *FIGURES} <= set(report)
    assert (report["protocol"], report["corpus"], report["split"]) == ("standard", "dailydialog", "validation")
    for figure in FIGURES:
        low, high = report[f"{figure}_interval"]
        assert low <= report[figure] <= high


def test_agrees_with_the_library(sentemo: Command, run_dir: Path, corpus_dir: Path) -> None:
    report = json.loads(sentemo("evaluate", run_dir, "dailydialog", "-d", corpus_dir, "--json").out)
    model = SentEmoContext.from_pretrained(run_dir)
    ours = evaluate(model, get_corpus("dailydialog").read(corpus_dir, "validation"))
    assert report["mcc"] == pytest.approx(ours.metrics.figures["mcc"], abs=1e-4)


def test_goes_on_without_a_cache_that_cannot_be_written(
    sentemo: Command, run_dir: Path, corpus_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("SENTEMO_CACHE", str(tmp_path / "file" / "cache"))
    result = sentemo("evaluate", run_dir, "dailydialog", "-d", corpus_dir, "--json")
    assert result.code == 0 and "are not cached" in result.err
    assert json.loads(result.out)["n"]


def test_needs_only_the_asked_split(sentemo: Command, run_dir: Path, corpus_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus_dir / "validation", tmp_path / "data" / "validation")
    assert sentemo("evaluate", run_dir, "dailydialog", "-d", tmp_path / "data", "--split", "dev", "--json").code == 0
    missing = sentemo("evaluate", run_dir, "dailydialog", "-d", tmp_path / "data", "--split", "test")
    assert missing.code == 3 and "test" in missing.err


@pytest.mark.parametrize("protocol", ["standard", "emotions-only", "last-utterance", "triplet"])
def test_every_protocol_names_itself(sentemo: Command, run_dir: Path, corpus_dir: Path, protocol: str) -> None:
    result = sentemo("evaluate", run_dir, "dailydialog", "-d", corpus_dir, "--protocol", protocol)
    assert result.code == 0, result.err
    assert protocol in result.out


def test_writes_report_and_pictures(sentemo: Command, run_dir: Path, corpus_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    assert sentemo("evaluate", run_dir, "dailydialog", "-d", corpus_dir, "--out", out).code == 0
    assert {path.name for path in out.iterdir()} == {"report.json", "report.md", "confusion.png", "reliability.png"}


def test_seeds_train_and_give_mean_and_sd(sentemo: Command, run_dir: Path, corpus_dir: Path) -> None:
    result = sentemo("evaluate", run_dir, "dailydialog", "-d", corpus_dir, "--seeds", "2", "--json")
    assert result.code == 0, result.err
    summary = json.loads(result.out)
    assert summary["runs"] == 2
    assert {"mean", "sd"} <= set(summary["figures"]["mcc"]) if "figures" in summary else "mcc" in summary


def test_folds_pool_held_out_predictions(sentemo: Command, run_dir: Path, corpus_dir: Path) -> None:
    words = ("evaluate", run_dir, "dailydialog", "-d", corpus_dir, "--split", "train", "--folds", "3", "--json")
    result = sentemo(*words)
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert report["dialogues"] == 60 and "cross-validation" in report["model"]


def test_drop_neutral_is_measured_on_emotions(sentemo: Command, corpus_dir: Path) -> None:
    result = sentemo(
        "evaluate", "default", "dailydialog", "-d", corpus_dir, "--protocol", "emotions-only", "--seeds", "1",
        "--recipe", "default", *FLAGS, "--set", "batches.drop_neutral=true", "--json",
    )  # fmt: skip
    assert result.code == 0, result.err


def test_calls_that_cannot_be_meant(sentemo: Command, run_dir: Path, corpus_dir: Path) -> None:
    def code(*words: str) -> int:
        return sentemo("evaluate", run_dir, "dailydialog", "-d", corpus_dir, *words).code

    assert code("--seeds", "1", "--folds", "2") == 2
    assert code("--recipe", "paper") == 2
    assert code("--protocol", "hopeful") == 2
    assert code("--folds", "2", "--protocol", "triplet") == 2
    assert sentemo("evaluate", run_dir, "nonesuch", "-d", corpus_dir).code == 2


def test_one_labelled_file_is_enough(sentemo: Command, tmp_path: Path) -> None:
    turns = [{"text": "I got the job!!", "label": "happiness"}, {"text": "It arrives on Monday.", "label": "neutral"}]
    (tmp_path / "mine.jsonl").write_text(json.dumps({"turns": turns}), encoding="utf-8")
    report = json.loads(sentemo("evaluate", "static", tmp_path / "mine.jsonl", "--json").out)
    assert (report["corpus"], report["split"], report["n"]) == ("files", "mine.jsonl", 2)
    assert len(report["per_label"]) == 7  # the model's labels, whichever of them the file has
    nowhere = sentemo("evaluate", "static", tmp_path / "none.jsonl")
    assert nowhere.code == 2 and "add --data" in nowhere.err
    turns[0]["label"] = "bliss"
    (tmp_path / "mine.jsonl").write_text(json.dumps({"turns": turns}), encoding="utf-8")
    unknown = sentemo("evaluate", "static", tmp_path / "mine.jsonl")
    assert unknown.code == 3 and "'bliss'" in unknown.err
