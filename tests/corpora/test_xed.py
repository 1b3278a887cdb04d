from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.corpora import SplitNotFound, get_corpus
from sentemo.errors import BadInput, UsageError
from sentemo.types import Conversation, Utterance
from tests.corpora.samples import XED

CORPUS = get_corpus("xed")


@pytest.mark.parametrize("folder", ["", "AnnotatedData"])
def test_each_line_is_a_conversation_and_the_neutral_ones_are_not_read(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    file = tmp_path / folder / "en-annotated.tsv"
    file.write_text(XED, encoding="utf-8")
    (tmp_path / folder / "neu_en.txt").write_text("The train leaves at noon .\n", encoding="utf-8")
    wanted = [
        Conversation("xed-train-0", (Utterance("You stole my boat !", "", "anger"),)),
        Conversation("xed-train-1", (Utterance("[PERSON] ... is it over ?", labels=("trust", "fear")),)),
    ]
    assert CORPUS.read(tmp_path, "train") == CORPUS.read(file, "train") == wanted
    assert CORPUS.present(tmp_path) == ("train",)


def test_there_is_a_train_split_only(tmp_path: Path) -> None:
    with pytest.raises(SplitNotFound, match=r"en-annotated\.tsv"):
        CORPUS.read(tmp_path, "train")
    with pytest.raises(UsageError, match="xed has no split 'test'"):
        CORPUS.read(tmp_path, "test")


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("Hi", "1 cells between tabs"),
        ("Hi\t1\tc", "3 cells between tabs"),
        ("Hi\t0", "'0' is not a label id.*numbers from 1 to 8"),
        ("Hi\t1, 9", "'9' is not a label id"),
        ("Hi\t", "'' is not a label id"),
        (" \t3", "Empty utterance"),
    ],
)
def test_damage_names_file_and_line(tmp_path: Path, row: str, cause: str) -> None:
    file = tmp_path / "en-annotated.tsv"
    file.write_text(f"Hello\t1\n{row}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=cause) as caught:
        CORPUS.read(tmp_path, "train")
    assert (caught.value.path, caught.value.line) == (str(file), 2)
