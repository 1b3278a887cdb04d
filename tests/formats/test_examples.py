from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentemo.errors import BadInput
from sentemo.formats.examples import read_examples

TURNS = [{"speaker": "Ida", "text": "The test is back."}, {"speaker": "Max", "text": "Phew!"}]


def write(path: Path, *records: Any) -> Path:
    path.write_text("\n".join(json.dumps(each) for each in records) + "\n", encoding="utf-8")
    return path


def test_reads_all_three_kinds_of_lines(tmp_path: Path) -> None:
    file = write(
        tmp_path / "mine.jsonl",
        {"text": "Thank goodness.", "label": "relief"},
        {"id": "a", "turns": [TURNS[0], TURNS[1] | {"label": "relief"}]},
        {"id": "b", "turns": [*TURNS, {"text": "Great, more waiting."}], "turn": 3, "label": "sarcasm"},
    )
    bare, whole, pointed = read_examples(file)
    assert [(turn.text, turn.label) for turn in bare] == [("Thank goodness.", "relief")]
    assert [turn.label for turn in whole] == [None, "relief"] and whole.id == "a"
    assert [turn.label for turn in pointed] == [None, None, "sarcasm"]


def test_a_row_of_a_table_is_an_example_of_its_own(tmp_path: Path) -> None:
    rows = "text,label\nPhew!,relief\nOh great.,sarcasm\nHm,\nHm,nan\n"
    file = tmp_path / "mine.csv"
    file.write_text(rows, encoding="utf-8")
    lines = [
        {"text": "Phew!", "label": "relief"},
        {"text": "Oh great.", "label": "sarcasm"},
        {"text": "Hm", "label": None},
    ]
    found = read_examples(file)
    assert [[turn.label for turn in talk] for talk in found] == [["relief"], ["sarcasm"]]
    other = read_examples(write(tmp_path / "mine.jsonl", *lines))
    assert [talk.turns for talk in found] == [talk.turns for talk in other]


def test_a_table_with_conversations_keeps_them_together(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("conversation,text,label\na,The test is back.,\na,Phew!,relief\n", encoding="utf-8")
    assert [[turn.label for turn in talk] for talk in read_examples(file)] == [[None, "relief"]]


@pytest.mark.parametrize("header", ["sentence,label_text", "label,label_text,text", "content,category"])
def test_knows_the_usual_names_of_columns(header: str, tmp_path: Path) -> None:
    cells = {"sentence": "Phew!", "text": "Phew!", "content": "Phew!", "label": "3"}
    file = tmp_path / "mine.csv"
    row = ",".join(cells.get(name, "relief") for name in header.split(","))
    file.write_text(f"{header}\n{row}\n", encoding="utf-8")
    assert [(turn.text, turn.label) for talk in read_examples(file) for turn in talk] == [("Phew!", "relief")]


def test_numbers_are_names_and_parquet_is_read_alike(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a", "b", "c"], "label": [0.0, 1.0, None]}), tmp_path / "mine.parquet")
    found = [turn.label for talk in read_examples(tmp_path / "mine.parquet") for turn in talk]
    assert found == ["0", "1"]
    lines = write(tmp_path / "mine.jsonl", {"text": "a", "label": 0}, {"text": "b", "label": 1})
    assert [turn.label for talk in read_examples(lines) for turn in talk] == found


def test_a_counter_example_is_marked(tmp_path: Path) -> None:
    file = write(tmp_path / "mine.jsonl", {"text": "Lovely.", "label": "sarcasm", "not": True})
    assert [turn.label for talk in read_examples(file) for turn in talk] == ["!sarcasm"]


BAD = [
    ([{"text": "a"}], r"mine\.jsonl:1: No turn has a label"),
    ([{"text": "a", "label": "x"}, {"turns": TURNS}], r"mine\.jsonl:2: No turn has a label"),
    ([{"turns": TURNS, "turn": 3, "label": "x"}], r"mine\.jsonl:1: Turn 3 is not among the conversation's 2"),
    ([{"turns": TURNS, "turn": 0, "label": "x"}], "Turn 0 is not among"),
    ([{"turns": TURNS, "turn": True, "label": "x"}], "Turn True is not among"),
    ([{"turns": TURNS, "turn": 1}], "label is missing"),
    ([{"turns": [TURNS[0] | {"label": "x"}], "turn": 1, "label": "y"}], "Turn 1 is labelled 'x' and 'y'"),
    ([{"label": "x"}], "utterance is missing"),
    ([["a"]], "Not a JSON object"),
    ([], "No turn has a label"),
]


@pytest.mark.parametrize(("records", "message"), BAD)
def test_refuses(records: list[Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message):
        read_examples(write(tmp_path / "mine.jsonl", *records))
