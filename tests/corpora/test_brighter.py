from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.corpora import SplitNotFound, get_corpus
from sentemo.errors import BadInput
from sentemo.types import Conversation, Utterance
from tests.corpora.samples import BRIGHTER

CORPUS = get_corpus("brighter")
HEADER = BRIGHTER.split("\n")[0]


def test_all_that_apply_and_none_is_neutral(tmp_path: Path) -> None:
    file = tmp_path / "dev.csv"
    file.write_text(BRIGHTER, encoding="utf-8")
    wanted = [
        Conversation("brighter-a1", (Utterance("Well, the loaf rose.", labels=("joy", "surprise")),)),
        Conversation("brighter-a2", (Utterance("The shop shuts at six.", "", "neutral"),)),
        Conversation("brighter-a3", (Utterance('It said "closed" again.', "", "anger"),)),
    ]
    assert CORPUS.read(tmp_path, "dev") == CORPUS.read(file, "validation") == wanted
    assert CORPUS.present(tmp_path) == ("validation",)
    with pytest.raises(SplitNotFound, match=r"train\.csv"):
        CORPUS.read(tmp_path, "train")


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("b,Hi,1,2,0,0,0", "'2' for fear"),
        ("b,Hi,,0,0,0,0", "'' for anger"),
        ("b, ,1,0,0,0,0", "Empty utterance"),
        ("b,Hi,1,0", "A row of 4 cells"),
    ],
)
def test_damage_names_file_and_line(tmp_path: Path, row: str, cause: str) -> None:
    file = tmp_path / "train.csv"
    file.write_text(f"{HEADER}\na,Hello,0,0,0,0,0\n{row}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=cause) as caught:
        CORPUS.read(tmp_path, "train")
    assert (caught.value.path, caught.value.line) == (str(file), 3)


def test_a_missing_column(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("id,text,anger\n", encoding="utf-8")
    with pytest.raises(BadInput, match="0 columns 'fear'"):
        CORPUS.read(tmp_path, "train")
