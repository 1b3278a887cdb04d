from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.corpora import SplitNotFound, get_corpus
from sentemo.errors import BadInput
from sentemo.types import Conversation, Utterance
from tests.corpora.samples import MELD_HEADER, meld_csv, table

CORPUS = get_corpus("MELD")


@pytest.mark.parametrize("folder", ["", "data/MELD"])
def test_dialogues_in_the_order_of_the_utterance_ids(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    file = tmp_path / folder / "dev_sent_emo.csv"
    file.write_bytes(meld_csv())
    first = (Utterance("I sold the boat.", "Bob", "neutral"), Utterance("Wait, what?", "Ann", "surprise"))
    wanted = [
        Conversation("meld-validation-0", first),
        Conversation("meld-validation-3", (Utterance("Great, isn’t it?", "Cleo", "joy"),)),
    ]
    assert CORPUS.read(tmp_path, "dev") == CORPUS.read(file, "validation") == wanted
    assert CORPUS.present(tmp_path) == ("validation",)
    with pytest.raises(SplitNotFound, match=r"train_sent_emo\.csv"):
        CORPUS.read(tmp_path, "train")


@pytest.mark.parametrize(
    ("column", "value", "cause"),
    [
        ("Emotion", "bored", "Unknown label 'bored'"),
        ("Utterance_ID", "x", "'x' is not a whole number"),
        ("Utterance", " ", "Empty utterance"),
    ],
)
def test_damage_names_file_and_line(tmp_path: Path, column: str, value: str, cause: str) -> None:
    rows: list[list[object]] = [[1, "Hi", "Ann", "joy", "positive", 0, 0, 8], [2, "Ho", "Bob", "joy", "", 0, 1, 8]]
    rows[1][MELD_HEADER.index(column)] = value
    file = tmp_path / "train_sent_emo.csv"
    file.write_bytes(table(MELD_HEADER, rows))
    with pytest.raises(BadInput, match=cause) as caught:
        CORPUS.read(tmp_path, "train")
    assert (caught.value.path, caught.value.line) == (str(file), 3)


def test_a_missing_column(tmp_path: Path) -> None:
    (tmp_path / "train_sent_emo.csv").write_bytes(b"Utterance,Speaker\nHi,Ann\n")
    with pytest.raises(BadInput, match="0 columns 'Emotion'"):
        CORPUS.read(tmp_path, "train")
