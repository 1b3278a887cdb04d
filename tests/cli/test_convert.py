"""`sentemo convert`, and ConvoKit corpora out of `sentemo predict`."""

from __future__ import annotations

import json
from pathlib import Path

from sentemo.formats import read_conversations
from tests.cli.conftest import Command
from tests.formats.exports import ANDROID, CONVOKIT, unpacked, zipped


def test_an_export_to_lines_and_to_a_corpus_and_back(sentemo: Command, tmp_path: Path) -> None:
    (tmp_path / "chat.zip").write_bytes(zipped({"_chat.txt": ANDROID}))
    first = sentemo("convert", tmp_path / "chat.zip", tmp_path / "chat.jsonl")
    assert (first.code, first.out) == (0, "") and "Conversations: 2." in first.err
    assert sentemo("convert", tmp_path / "chat.jsonl", tmp_path / "corpus").code == 0
    assert sentemo("convert", tmp_path / "corpus", tmp_path / "again.jsonl").code == 0
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "chat.jsonl").read_bytes()


def test_lines_to_stdout(sentemo: Command, tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text(ANDROID, encoding="utf-8")
    assert sentemo("convert", tmp_path / "chat.txt", tmp_path / "chat.jsonl").code == 0
    printed = sentemo("convert", tmp_path / "chat.txt", "-")
    assert printed.code == 0 and printed.out == (tmp_path / "chat.jsonl").read_text(encoding="utf-8")
    assert not printed.err


def test_labels_under_a_key(sentemo: Command, tmp_path: Path) -> None:
    corpus = unpacked(CONVOKIT, tmp_path / "corpus")
    assert sentemo("convert", corpus, tmp_path / "out.jsonl", "--label", "toxic").code == 0
    labels = {turn.label for talk in read_conversations(tmp_path / "out.jsonl") for turn in talk}
    assert labels == {None, "true", "false"}
    refused = sentemo("convert", corpus, tmp_path / "out.jsonl", "--label", "toxic", "--format", "slack")
    assert refused.code == 2 and "--label only works with ConvoKit" in refused.err


def test_errors_are_sentences(sentemo: Command, tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text(ANDROID + "1/1/24, 9:00 AM - Ida: \0\n", encoding="utf-8")
    result = sentemo("convert", tmp_path / "chat.txt", tmp_path / "out")
    assert result.code == 3 and "chat.txt:16: The utterance contains a NUL" in result.err
    assert sentemo("convert", tmp_path, tmp_path / "out").code == 2
    assert [file.name for file in tmp_path.iterdir()] == ["chat.txt"]


def test_predicted_labels_in_a_corpus(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text(ANDROID, encoding="utf-8")
    command = ("predict", tmp_path / "chat.txt", "--model", run_dir)
    printed = sentemo(*command)
    result = sentemo(*command, "--convokit", tmp_path / "corpus")
    assert (result.code, result.out) == (0, "") and "The corpus is in" in result.err
    lines = (tmp_path / "corpus" / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line)["meta"] for line in lines]
    wanted = [turn for line in printed.out.splitlines() for turn in json.loads(line)["turns"]]
    assert [meta["predicted_label"] for meta in told] == [turn["label"] for turn in wanted]
    assert [round(meta["predicted_score"], 6) for meta in told] == [turn["score"] for turn in wanted]
    assert all(abs(sum(meta["predicted_probabilities"].values()) - 1) < 1e-4 for meta in told)
    assert sentemo(*command, "--convokit", tmp_path / "corpus").code == 2
    assert sentemo(*command, "--convokit", tmp_path / "other", "--abstain-below", "0.5").code == 2
