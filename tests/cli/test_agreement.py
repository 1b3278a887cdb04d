from __future__ import annotations

import csv
import json
from pathlib import Path

from sentemo.adaptation.answers import Answer
from sentemo.formats.examples import read_examples
from sentemo.types import Conversation
from tests.cli.conftest import Command

TALK = Conversation.of(("Ann", "The test is back."), ("Bob", "Phew!"), ("Ann", "Oh great."), id="a")


def write(path: Path, *labels: str) -> Path:
    path.write_bytes(b"".join(Answer(TALK, turn, label).line() for turn, label in enumerate(labels)))
    return path


def test_measures_and_writes_all_answers(sentemo: Command, tmp_path: Path) -> None:
    files = [
        write(tmp_path / "ann.jsonl", "none", "relief", "sarcasm"),
        write(tmp_path / "bob.jsonl", "none", "relief", "relief"),
        write(tmp_path / "cy.jsonl", "none", "relief", "none"),
    ]
    result = sentemo("agreement", *files, "--json", "--out", tmp_path / "all.csv")
    found = json.loads(result.out)
    assert found["annotators"] == ["ann", "bob", "cy"] and found["shared"] == 3 and len(found["cohen_kappa"]) == 3
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[2] == {
        "conversation": "a",
        "turn": "3",
        "speaker": "Ann",
        "text": "Oh great.",
        **{"ann": "sarcasm", "bob": "relief", "cy": "none"},
        "majority": "",
    }
    result = sentemo("agreement", *files, "--out", tmp_path / "all.jsonl")
    assert "Krippendorff's alpha" in result.out and "lack of a majority label: 1" in result.err
    labels = [turn.label for talk in read_examples(tmp_path / "all.jsonl") for turn in talk if turn.label]
    assert labels == ["none", "relief"]


def test_refuses_one_annotator_and_files_that_are_missing(sentemo: Command, tmp_path: Path) -> None:
    ann = write(tmp_path / "ann.jsonl", "relief")
    assert sentemo("agreement", ann).code == 2
    assert "No such file" in sentemo("agreement", ann, tmp_path / "bob.jsonl").err
    assert sentemo("agreement", ann, write(tmp_path / "bob.jsonl", "relief"), "--out", tmp_path / "x.txt").code == 2
