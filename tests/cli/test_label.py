"""`sentemo label`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from sentemo.formats.jsonl import write_jsonl
from tests.cli.conftest import Command
from tests.dialogues import template_dialogues


def test_labels_as_predict_does_and_sums_up(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    write_jsonl(template_dialogues(5), tmp_path / "talks.jsonl")
    result = sentemo("label", tmp_path / "*.jsonl", "-o", tmp_path / "out", "-m", run_dir, "--processes", 1)
    assert result.code == 0 and "5 conversations" in result.out and "mean score" in result.out and not result.err
    wanted = map(json.loads, sentemo("predict", tmp_path / "talks.jsonl", "-m", run_dir, "--json").out.splitlines())
    lines = (tmp_path / "out" / "part-000000.jsonl").read_text().splitlines()
    assert list(map(json.loads, lines)) == [{"file": str(tmp_path / "talks.jsonl")} | row for row in wanted]
    words = ("label", tmp_path / "talks.jsonl", "-o", tmp_path / "csv", "-m", run_dir, "--processes", 1, "--to", "csv")
    summary = json.loads(sentemo(*words, "--json").out)
    with (tmp_path / "csv" / "part-000000.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == summary["turns"]
    assert summary == json.loads((tmp_path / "csv" / "summary.json").read_text())


def test_sensitivity_is_that_of_predict(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    write_jsonl(template_dialogues(5), tmp_path / "talks.jsonl")
    flags = ("-m", run_dir, "--sensitivity", "-1.2")
    assert sentemo("label", tmp_path / "talks.jsonl", "-o", tmp_path / "out", *flags, "--processes", 1).code == 0
    wanted = map(json.loads, sentemo("predict", tmp_path / "talks.jsonl", *flags).out.splitlines())
    lines = (tmp_path / "out" / "part-000000.jsonl").read_text().splitlines()
    assert list(map(json.loads, lines)) == [{"file": str(tmp_path / "talks.jsonl")} | row for row in wanted]
    again = sentemo("label", tmp_path / "talks.jsonl", "-o", tmp_path / "out", "-m", run_dir, "--processes", 1)
    assert again.code == 2 and "another run's labels" in again.err and '"sensitivity": -1.2' in again.err


def test_rows_that_fail_make_the_exit_code_3_and_the_rest_is_labelled(
    sentemo: Command, run_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "talks.csv").write_text("id,text\na,hello\nb,\nc,bye\n")
    words = ("label", tmp_path / "talks.csv", "-o", tmp_path / "out", "-m", run_dir, "--processes", 1)
    result = sentemo(*words)
    assert result.code == 3 and "2 conversations" in result.out
    assert result.err.startswith("1 failure, listed in ") and "failures.jsonl" in result.err
    (tmp_path / "one.csv").write_text("id,text\na,hello\n")
    one = sentemo("label", tmp_path / "one.csv", "-o", tmp_path / "one", "-m", run_dir, "--processes", 1)
    assert one.out.startswith("1 conversation, 1 turn\n")
    again = sentemo(*words, "--strict")
    assert again.code == 3 and "talks.csv:3: Empty utterance" in again.err


def test_what_cannot_be_meant_is_refused(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "talks.csv").write_text("id,text\na,hello\n")
    words = ("label", tmp_path / "talks.csv", "-o", tmp_path / "out", "-m", run_dir)
    for flags, said in (
        (("--engine", "spark"), "nknown engine"),
        (("--address", "127.0.0.1:1"), "--engine ray"),
        (("--to", "xml"), "can't be written as"),
        (("--head", "oracle"), "nknown head"),
    ):
        result = sentemo(*words, *flags)
        assert result.code == 2 and said in result.err
    assert sentemo("label", tmp_path / "none.csv", "-o", tmp_path / "out", "-m", run_dir).code == 2
