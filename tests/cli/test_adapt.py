"""`sentemo adapt`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

LINES = [
    {"text": text, "label": label}
    for label, texts in {
        "travel": ("on the pier", "in the harbour", "a train by the lighthouse"),
        "food": ("with cheese", "in the soup", "a train for breakfast"),
    }.items()
    for text in texts
]


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(map(json.dumps, LINES)), encoding="utf-8")
    return file


def test_adapts_and_the_result_is_a_model(sentemo: Command, run_dir: Path, examples: Path, tmp_path: Path) -> None:
    result = sentemo("adapt", "--examples", examples, "--model", run_dir, "--out", tmp_path / "own")
    assert result.code == 0 and "Expected accuracy" in result.out and "food, travel" in result.out
    assert f"sentemo predict FILE --model {tmp_path / 'own'}" in result.err
    (tmp_path / "talk.txt").write_text("Ida: we met on the pier\nMax: with cheese\n", encoding="utf-8")
    labelled = sentemo("predict", tmp_path / "talk.txt", "--model", tmp_path / "own")
    assert [turn["label"] for turn in json.loads(labelled.out)["turns"]] == ["travel", "food"]


def test_says_it_for_machines(sentemo: Command, run_dir: Path, examples: Path, tmp_path: Path) -> None:
    words = ("adapt", "-e", examples, "-m", run_dir, "--labels", "extend", "--rename", "anger=rage", "--json")
    result = sentemo(*words, "-o", tmp_path / "own")
    told = json.loads(result.out)
    assert told["tags"] == ["food", "travel"] and "rage" in told["labels"] and len(told["labels"]) == 7
    assert told["adaptation"]["tags"]["food"]["examples"] == 3
    assert told["adaptation"]["examples"] == {"food": 3, "travel": 3}


def test_labels_that_are_only_described_or_renamed(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    words = ("--label", "travel=on the pier", "--label", "food=with cheese")
    assert sentemo("adapt", "-m", run_dir, *words, "-o", tmp_path / "a").code == 0
    only = sentemo("adapt", "-m", run_dir, "--rename", "anger=bad", "--rename", "disgust=bad", "-o", tmp_path / "b")
    assert only.code == 0 and "bad" in only.out and "Expected" not in only.out


def test_refuses_what_cannot_be_meant(sentemo: Command, run_dir: Path, examples: Path, tmp_path: Path) -> None:
    def run(*words: str | Path) -> tuple[int, str]:
        result = sentemo("adapt", "-m", run_dir, "-o", tmp_path / "own", *words)
        return result.code, result.err

    assert run()[0] == 2
    assert run("-e", examples, "--labels", "keep")[0] == 2
    assert run("-e", examples, "--method", "magic")[0] == 2
    assert run("-e", examples, "--rename", "anger")[0] == 2
    assert run("-e", tmp_path / "none.jsonl")[0] == 3
    code, told = run("-e", examples, "--label", "sport")
    assert code == 3 and "'sport' has no example" in " ".join(told.split())
    assert not (tmp_path / "own").exists()
