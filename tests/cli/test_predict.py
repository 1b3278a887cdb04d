"""`sentemo predict`, from every kind of input."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from sentemo.cli.screen import show
from sentemo.formats.jsonl import read_jsonl, write_jsonl
from sentemo.formats.predictions import as_record
from sentemo.heads import OtherLabels
from sentemo.model import SentEmoContext
from sentemo.shares import fit_shares, reweigh
from sentemo.types import LabelSet, Prediction, TurnPrediction
from tests.cli.conftest import Command
from tests.dialogues import template_dialogues

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
    assert result.code == 4 and "was not found" in result.err
    assert sentemo("predict", tmp_path / "talk.txt", "-m", run_dir, "--head", "oracle").code == 2
    assert sentemo("predict", "--no-such-flag").code == 2


@pytest.fixture(scope="module")
def stating(run_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a model that states the label shares it assumes, and knows another label set."""
    model = SentEmoContext.from_pretrained(run_dir)
    shares = dict.fromkeys(model.labels.names, 0.1) | {"neutral": 0.4}
    width = model.runner.architecture.features
    threshold = np.array([0.4, 0.4, 1.1], np.float32)  # sigmoid(0) is 0.5: two of the three always apply
    nothing = np.zeros((3, width), np.float32), np.zeros(3, np.float32)
    heads = {"goemotions": OtherLabels(LabelSet(("joy", "love", "neutral"), "neutral"), *nothing, threshold)}
    folder = tmp_path_factory.mktemp("stating") / "model"
    replace(model, facts={**model.facts, "label shares": shares}, heads=heads).save_pretrained(folder)
    return folder


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    write_jsonl(template_dialogues(30, seed=5), tmp_path / "talks.jsonl")
    return tmp_path / "talks.jsonl"


def turns_of(out: str) -> list[dict[str, Any]]:
    return [turn for record in records(out) for turn in record["turns"]]


def test_sensitivity_moves_labels_and_probabilities(sentemo: Command, stating: Path, talks: Path) -> None:
    plain, more, fewer = (
        turns_of(sentemo("predict", talks, "-m", stating, *flags).out)
        for flags in ((), ("--sensitivity", "1.5"), ("--sensitivity", "-1.5"))
    )
    counts = [sum(turn["label"] != "neutral" for turn in turns) for turns in (fewer, plain, more)]
    assert counts == sorted(counts) and counts[0] < counts[2]
    for turns in (plain, more, fewer):
        assert all(turn["score"] == max(turn["probabilities"].values()) for turn in turns)
        assert all(turn["label"] == max(turn["probabilities"], key=turn["probabilities"].get) for turn in turns)
    for before, after in zip(plain, more, strict=True):
        assert after["probabilities"]["neutral"] < before["probabilities"]["neutral"]
    for wrong in ("5.1", "nan", "much"):
        assert sentemo("predict", talks, "-m", stating, "--sensitivity", wrong).code == 2


def test_shares_are_fitted_to_the_input(sentemo: Command, stating: Path, run_dir: Path, talks: Path) -> None:
    result = sentemo("predict", talks, "-m", stating, "--fit-shares")
    assert result.code == 0 and result.err.startswith("Label shares, with 95 % intervals: neutral ")
    model = SentEmoContext.from_pretrained(stating)
    found = model.predict(list(read_jsonl(talks)))
    factors = fit_shares(found, model.facts["label shares"]).factors
    wanted = [as_record(reweigh(each, factors)) for each in found]
    for ours, theirs in zip(turns_of(result.out), [turn for each in wanted for turn in each["turns"]], strict=True):
        assert ours["label"] == theirs["label"]
        assert ours["probabilities"] == pytest.approx(theirs["probabilities"], abs=2e-6)
    both = sentemo("predict", talks, "-m", stating, "--fit-shares", "--sensitivity", "1")
    for before, after in zip(turns_of(result.out), turns_of(both.out), strict=True):
        assert after["probabilities"]["neutral"] <= before["probabilities"]["neutral"]


def test_shares_that_cannot_be_fitted_are_refused(
    sentemo: Command, stating: Path, run_dir: Path, talks: Path, tmp_path: Path
) -> None:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    for words, said in (
        ((talks, "-m", run_dir), "doesn't state the label shares that it assumes"),
        ((tmp_path / "talk.txt", "-m", stating), "2 turns"),
        ((talks, "-m", stating, "--head", "prototypes"), "assumes no label shares"),
    ):
        result = sentemo("predict", *words, "--fit-shares")
        assert result.code == 2 and said in result.err and not result.out


def test_sentiment_comes_from_the_same_probabilities(sentemo: Command, stating: Path, talks: Path) -> None:
    for flags in ((), ("--sensitivity", "1.2"), ("--fit-shares",)):
        base = turns_of(sentemo("predict", talks, "-m", stating, *flags).out)
        told = turns_of(sentemo("predict", talks, "-m", stating, *flags, "--labels", "sentiment").out)
        for emotion, sentiment in zip(base, told, strict=True):
            shares = emotion["probabilities"]
            said = 1 - shares["surprise"]
            wanted = {"positive": shares["happiness"] / said, "neutral": shares["neutral"] / said}
            assert {name: sentiment["probabilities"][name] for name in wanted} == pytest.approx(wanted, abs=1e-4)
            assert list(sentiment["probabilities"]) == ["positive", "neutral", "negative"]
            assert "labels" not in sentiment


def test_a_set_of_several_labels_gives_their_list(sentemo: Command, stating: Path, talks: Path) -> None:
    turns = turns_of(sentemo("predict", talks, "-m", stating, "--labels", "goemotions").out)
    assert all(turn["labels"] == ["joy", "love"] and turn["label"] == "joy" for turn in turns)
    surer = sentemo("predict", talks, "-m", stating, "--labels", "goemotions", "--abstain-below", "0.6")
    assert all(turn["labels"] == [] and turn["label"] is None for turn in turns_of(surer.out))
    for flags, said in (
        (("--labels", "goemotions", "--sensitivity", "1"), "don't apply to the labels 'goemotions'"),
        (("--labels", "goemotions", "--fit-shares"), "don't apply to the labels 'goemotions'"),
        (("--labels", "goemotions", "--convokit", talks.parent / "out"), "exactly one label per turn"),
        (("--labels", "moods"), "no label set 'moods'"),
    ):
        result = sentemo("predict", talks, "-m", stating, *flags)
        assert result.code == 2 and said in result.err and not result.out
    result = sentemo("predict", talks, "-m", "static", "--labels", "goemotions")
    assert result.code == 2 and "no label set 'goemotions'" in result.err


def test_a_corpus_gets_what_is_printed(sentemo: Command, stating: Path, talks: Path, tmp_path: Path) -> None:
    flags = ("-m", stating, "--fit-shares", "--sensitivity", "0.5", "--labels", "sentiment")
    assert sentemo("predict", talks, *flags, "--convokit", tmp_path / "corpus").code == 0
    lines = (tmp_path / "corpus" / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [json.loads(line)["meta"]["predicted_label"] for line in lines]
    assert labels == [turn["label"] for turn in turns_of(sentemo("predict", talks, *flags).out)]


def test_the_table_names_all_labels() -> None:
    turns = (
        TurnPrediction("Ida", "I love it!", "joy", 0.9, {"joy": 0.9, "love": 0.6}, ("joy", "love")),
        TurnPrediction("Max", "ok", "love", 0.2, {"joy": 0.1, "love": 0.2}),
    )
    told = io.StringIO()
    show(Prediction("", turns), Console(file=told, width=80), several=True)
    rows = told.getvalue().splitlines()
    assert "joy, love" in rows[3] and "–" in rows[4] and "20%" in rows[4]
