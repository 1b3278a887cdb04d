from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.corpora import SplitNotFound, get_corpus
from sentemo.errors import BadInput
from sentemo.types import Utterance
from tests.corpora.samples import write_iemocap

CORPUS = get_corpus("iemocap")


def test_turns_by_time_with_unused_labels_as_context(tmp_path: Path) -> None:
    write_iemocap(tmp_path, 5, ["Ses05F_impro01"])
    (talk,) = CORPUS.read(tmp_path, "test")
    assert talk.id == "iemocap-Ses05F_impro01"
    assert talk.turns == (
        Utterance("Hello, over there.", "F", "neutral"),
        Utterance("Which desk is it?", "M", None),
        Utterance("It is gone!", "F", "frustrated"),
        Utterance("Again?", "M", None),
    )
    with pytest.raises(SplitNotFound):
        CORPUS.read(tmp_path, "train")


def test_the_split_convention(tmp_path: Path) -> None:
    names = {session: [f"Ses0{session}F_impro{i:02}" for i in range(5)] for session in range(1, 6)}
    for session, files in names.items():
        write_iemocap(tmp_path, session, files)
    ids = {
        split: [talk.id.removeprefix("iemocap-") for talk in CORPUS.iter(tmp_path, split)] for split in CORPUS.splits
    }
    shared = [name for session in range(1, 5) for name in names[session]]
    assert ids["train"] == shared[:18]
    assert ids["validation"] == shared[18:]
    assert ids["test"] == names[5]


def test_missing_judgements(tmp_path: Path) -> None:
    write_iemocap(tmp_path, 5, ["Ses05F_impro01"])
    (tmp_path / "Session5/dialog/EmoEvaluation/Ses05F_impro01.txt").unlink()
    with pytest.raises(BadInput, match="EmoEvaluation"):
        CORPUS.read(tmp_path, "test")


def test_a_transcript_without_turns(tmp_path: Path) -> None:
    write_iemocap(tmp_path, 5, ["Ses05F_impro01"])
    (tmp_path / "Session5/dialog/transcriptions/Ses05F_impro01.txt").write_text("M: nothing\n")
    with pytest.raises(BadInput, match="Empty conversation"):
        CORPUS.read(tmp_path, "test")
