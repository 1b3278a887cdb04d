from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.corpora import SplitNotFound, get_corpus
from sentemo.errors import BadInput
from sentemo.types import Conversation, Utterance

CORPUS = get_corpus("goemotions")


@pytest.mark.parametrize("folder", ["", "data"])
def test_each_comment_is_a_conversation_and_several_labels_are_all_kept(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    file = tmp_path / folder / "dev.tsv"
    file.write_text("I fixed it myself.\t21\tc1\nWho let the goat in?\t6,26\tc2\n", encoding="utf-8")
    wanted = [
        Conversation("goemotions-validation-0", (Utterance("I fixed it myself.", "", "pride"),)),
        Conversation("goemotions-validation-1", (Utterance("Who let the goat in?", labels=("confusion", "surprise")),)),
    ]
    assert CORPUS.read(tmp_path, "dev") == CORPUS.read(file, "validation") == wanted
    assert CORPUS.present(tmp_path) == ("validation",) and CORPUS.several == "all"
    with pytest.raises(SplitNotFound, match=r"train\.tsv"):
        CORPUS.read(tmp_path, "train")


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("Hi\t3", "2 cells between tabs"),
        ("Hi\t28\tc", "'28' is not a label id.*numbers from 0 to 27"),
        ("Hi\t3,x\tc", "'x' is not a label id"),
        ("Hi\t-1\tc", "'-1' is not a label id"),
        ("Hi\t\tc", "'' is not a label id"),
        (" \t3\tc", "Empty utterance"),
    ],
)
def test_damage_names_file_and_line(tmp_path: Path, row: str, cause: str) -> None:
    file = tmp_path / "train.tsv"
    file.write_text(f"Hello\t1\tc0\n{row}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=cause) as caught:
        CORPUS.read(tmp_path, "train")
    assert (caught.value.path, caught.value.line) == (str(file), 2)
