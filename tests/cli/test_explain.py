"""`sentemo explain`, piped and in a terminal."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from sentemo.cli import explain as module
from sentemo.model import SentEmoContext
from sentemo.types import Conversation
from tests.cli.conftest import Command
from tests.dialogues import FOUR

TALK = "Ida: I love our cat\nMax: oh, I see\nIda: sadly we lost the old garden\n"
BANK = [{"turns": [{"text": "hooray, my bicycle at last", "label": "joy"}, {"text": "I cried", "label": "grief"}]}]


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    return tmp_path / "talk.txt"


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    (tmp_path / "bank.jsonl").write_text("".join(json.dumps(each) + "\n" for each in BANK), encoding="utf-8")
    return tmp_path / "bank.jsonl"


def test_prints_one_json_object_a_conversation(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "talks.jsonl"
    turns = [{"speaker": "Ida", "text": "I love Rome"}, {"speaker": "Max", "text": "tell me more"}]
    file.write_text("".join(json.dumps({"id": name, "turns": turns}) + "\n" for name in "ab"), encoding="utf-8")
    result = sentemo("explain", file, "-m", run_dir, "--neighbours", "2")
    assert result.code == 0 and result.err == ""
    first, second = map(json.loads, result.out.splitlines())
    assert (first["id"], second["id"]) == ("a", "b") and first["turns"] == second["turns"]
    said = Conversation.of(*((turn["speaker"], turn["text"]) for turn in turns), id="a")
    assert first == SentEmoContext.from_pretrained(run_dir).explain(said, neighbours=2).to_json()
    predicted = json.loads(sentemo("predict", file, "-m", run_dir).out.splitlines()[0])
    for ours, theirs in zip(first["turns"], predicted["turns"], strict=True):
        probabilities, score = theirs.pop("probabilities"), theirs.pop("score")
        assert ours | theirs == ours and len(ours["nearest"]) == 2
        assert ours["probabilities"] == pytest.approx(probabilities, abs=2e-6)  # each is rounded to six digits
        assert ours["score"] == pytest.approx(score, abs=2e-6)
        assert set(ours["prototypes"]) == {*FOUR.names}  # of which alone training had examples
        assert [other["turn"] for other in ours["influences"]] in ([0], [1])


def test_takes_examples_from_a_file(sentemo: Command, run_dir: Path, talk: Path, bank: Path) -> None:
    result = sentemo("explain", talk, "-m", run_dir, "--bank", bank)
    for turn in json.loads(result.out)["turns"]:
        assert {near["label"] for near in turn["nearest"]} == {"joy", "grief"}


def test_causal_mode_has_no_later_turns(sentemo: Command, run_dir: Path, talk: Path) -> None:
    turns = json.loads(sentemo("explain", talk, "-m", run_dir, "--causal").out)["turns"]
    assert [[other["turn"] for other in turn["influences"]] for turn in turns] == [[], [0], [0, 1]]


def test_a_terminal_gets_text(
    sentemo: Command, run_dir: Path, talk: Path, bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST", 0.0)
    monkeypatch.setenv("COLUMNS", "80")
    turns = json.loads(sentemo("explain", talk, "-m", run_dir, "--bank", bank).out)["turns"]
    # rich asks the stream, pytest's replaced one too
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    result = sentemo("explain", talk, "-m", run_dir, "--bank", bank)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", result.out)
    assert max(map(len, shown.splitlines())) <= 80
    for number, turn in enumerate(turns, 1):
        assert re.search(rf"^ +{number} {turn['speaker']}: {turn['text']} +{turn['label']} \d+%$", shown, re.MULTILINE)
        for near in turn["nearest"]:
            assert f"{near['distance']:.2f} {near['label']} {near['text']}" in shown
        nearest = min(turn["prototypes"].items(), key=lambda each: each[1])
        assert f"labels {nearest[1]:.2f} {nearest[0]}, " in shown
        most = max(turn["influences"], key=lambda other: abs(other["change"]))
        assert f"turns  turn {most['turn'] + 1} {most['change']:+.2f}, " in shown
        assert f" towards {turn['label']}" in shown
    assert json.loads(sentemo("explain", talk, "-m", run_dir, "--bank", bank, "--json").out)["turns"] == turns


def test_a_terminal_is_told_where_nothing_mattered(
    sentemo: Command, run_dir: Path, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    monkeypatch.setattr(module, "LEAST", 2.0)
    result = sentemo("explain", talk, "-m", run_dir, "--neighbours", "0")
    assert result.out.count("no other turn mattered") == 3 and "near" not in result.out


def test_no_text_steers_a_terminal(
    sentemo: Command, run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"speaker": "I\x1b[2Jda", "text": "oh,\n\x1b[31m[bold]I see", "label": "x\x1by"}
    (tmp_path / "odd.jsonl").write_text(json.dumps({"id": "a\x07b", "turns": [said]}), encoding="utf-8")
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    shown = sentemo("explain", tmp_path / "odd.jsonl", "-m", run_dir, "--bank", tmp_path / "odd.jsonl").out
    assert shown.startswith("a b") and "I [2Jda: oh,  [31m[bold]I see" in shown and "0.00 x y oh," in shown
    assert "\x1b" not in shown and "\x07" not in shown


def test_bad_input_and_usage(sentemo: Command, run_dir: Path, talk: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text('{"turns": []}\n', encoding="utf-8")
    result = sentemo("explain", tmp_path / "empty.jsonl", "-m", run_dir)
    assert result.code == 3 and "empty.jsonl:1" in result.err
    result = sentemo("explain", talk, "-m", run_dir, "--bank", talk)
    assert result.code == 3 and "talk.txt" in result.err and "No turn has a label" in result.err
    assert sentemo("explain", talk, "-m", run_dir, "--bank", tmp_path / "none.jsonl").code == 3
    assert sentemo("explain", talk, "-m", tmp_path / "nowhere").code == 4
    assert sentemo("explain", talk, "-m", run_dir, "--neighbours", "-1").code == 2
