"""`sentemo predict`, from every kind of input."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from cli.conftest import Command

TALK = "Ida: I love our cat\nMax: oh, I see\n"


def records(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_prints_one_json_object_a_conversation(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "talk.jsonl"
    lines = [
        {"id": name, "turns": [{"speaker": "Ida", "text": "I love Rome"}, {"text": "tell me more"}]} for name in "ab"
    ]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    result = sentemo("predict", file, "--model", run_dir)
    assert result.code == 0
    first, second = records(result.out)
    assert (first["id"], second["id"]) == ("a", "b")
    assert set(first) == {"id", "turns"}
    turn = first["turns"][0]
    assert set(turn) == {"speaker", "text", "label", "score", "probabilities"}
    assert turn["score"] == max(turn["probabilities"].values()) == turn["probabilities"][turn["label"]]
    assert sum(turn["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert first["turns"] == second["turns"]


def test_abstains_where_it_is_not_sure(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    sure = sentemo("predict", tmp_path / "talk.txt", "-m", run_dir)
    scores = [turn["score"] for turn in records(sure.out)[0]["turns"]]
    least = (min(scores) + max(scores)) / 2
    result = sentemo("predict", tmp_path / "talk.txt", "-m", run_dir, "--abstain-below", str(least))
    turns = records(result.out)[0]["turns"]
    assert min(scores) < max(scores) and [turn["score"] for turn in turns] == scores
    assert [turn["label"] is None for turn in turns] == [score < least for score in scores]
    assert sentemo("predict", tmp_path / "talk.txt", "-m", run_dir, "--abstain-below", "2").code == 2


def test_reads_every_format_alike(
    sentemo: Command, run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = [{"speaker": "Ida", "text": "I love our cat"}, {"speaker": "Max", "text": "oh, I see"}]
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    (tmp_path / "talk.csv").write_text('speaker,text\nIda,I love our cat\nMax,"oh, I see"\n', encoding="utf-8")
    (tmp_path / "talk.jsonl").write_text(json.dumps({"turns": turns}), encoding="utf-8")
    answers = [
        records(sentemo("predict", tmp_path / name, "-m", run_dir).out)[0]["turns"]
        for name in ("talk.txt", "talk.csv", "talk.jsonl")
    ]
    for text in (TALK, json.dumps({"turns": turns})):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        answers.append(records(sentemo("predict", "-", "-m", run_dir).out)[0]["turns"])
    assert all(answer == answers[0] for answer in answers)


def test_causal_mode_ignores_later_turns(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    long, short = tmp_path / "long.txt", tmp_path / "short.txt"
    long.write_text(TALK + "Ida: I hate this soup so much\n", encoding="utf-8")
    short.write_text(TALK, encoding="utf-8")
    whole, part = (
        records(sentemo("predict", file, "-m", run_dir, "--causal").out)[0]["turns"] for file in (long, short)
    )
    assert [turn["label"] for turn in whole[:2]] == [turn["label"] for turn in part]
    assert whole[0]["score"] == pytest.approx(part[0]["score"], abs=1e-5)


@pytest.mark.parametrize("head", ["prototypes", "neighbours"])
def test_other_heads_answer(sentemo: Command, run_dir: Path, tmp_path: Path, head: str) -> None:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    result = sentemo("predict", tmp_path / "talk.txt", "-m", run_dir, "--head", head)
    assert result.code == 0
    assert len(records(result.out)[0]["turns"]) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"turns": []}\n', ":1"),
        (b'{"turns": ["hello"]}\n{"turns": [{"text": ""}]}\n', ":2"),
        (b'{"turns": ["\xff\xfe"]}\n', ":1"),
        (b"not json\n", ":1"),
        (b"", "talk.jsonl"),
    ],
)
def test_bad_input_names_file_and_line(
    sentemo: Command, run_dir: Path, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "talk.jsonl"
    file.write_bytes(content)
    result = sentemo("predict", file, "-m", run_dir)
    assert result.code == 3
    assert result.err.startswith("error: ") and "talk.jsonl" in result.err and said in result.err
    assert "Traceback" not in result.err


def test_missing_file_and_model(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    assert sentemo("predict", tmp_path / "none.txt", "-m", run_dir).code == 3
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    result = sentemo("predict", tmp_path / "talk.txt", "-m", tmp_path / "nowhere")
    assert result.code == 4 and "There is no model" in result.err
    assert sentemo("predict", tmp_path / "talk.txt", "-m", run_dir, "--head", "oracle").code == 2
    assert sentemo("predict", "--no-such-flag").code == 2
