from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.corpora import SplitNotFound, get_corpus
from sentemo.errors import BadInput
from sentemo.types import Conversation, Utterance
from tests.corpora.samples import EMPATHETIC, EMPATHETIC_HEADER

CORPUS = get_corpus("empathetic")


@pytest.mark.parametrize("folder", ["", "empatheticdialogues"])
def test_the_first_turn_alone_has_the_label(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    file = tmp_path / folder / "valid.csv"
    file.write_text(EMPATHETIC, encoding="utf-8")
    told = Utterance("There was a bear, outside my tent.", "4", "afraid")
    asked = Utterance('Goodness, "what" did you do?"', "7")
    baked = (Utterance('"My loaf "rose"!', "1", "proud"), Utterance('Mine never "rise" at all.', "0"))
    wanted = [
        Conversation("empathetic-validation-hit:1_conv:2", (told, asked)),
        Conversation("empathetic-validation-hit:3_conv:6", baked),
    ]
    assert CORPUS.read(tmp_path, "dev") == CORPUS.read(file, "valid") == wanted
    assert CORPUS.present(tmp_path) == ("validation",)
    with pytest.raises(SplitNotFound, match=r"train\.csv"):
        CORPUS.read(tmp_path, "train")


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("c,1,afraid,p,1,Hi", "6 cells between commas, not 8"),
        ("c,1,afraid,p,1,Hi,,,,", "10 cells between commas, not 8"),
        ("c,1,bored,p,1,Hi,,", "Unknown label 'bored'"),
        ("c,x,afraid,p,1,Hi,,", "'x' is not a whole number"),
        ("c,1,afraid,p,1, ,,", "Empty utterance"),
    ],
)
def test_damage_names_file_and_line(tmp_path: Path, row: str, cause: str) -> None:
    file = tmp_path / "train.csv"
    file.write_text(f"{EMPATHETIC_HEADER}\na,1,sad,p,1,Hello,,\n{row}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=cause) as caught:
        CORPUS.read(tmp_path, "train")
    assert (caught.value.path, caught.value.line) == (str(file), 3)


def test_a_missing_column(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("conv_id,utterance_idx\n", encoding="utf-8")
    with pytest.raises(BadInput, match="0 columns 'context'"):
        CORPUS.read(tmp_path, "train")
