from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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


def test_reads_other_formats_as_conversations(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("text,label\nPhew!,relief\nOh great.,sarcasm\n", encoding="utf-8")
    assert {turn.label for talk in read_examples(file) for turn in talk} == {"relief", "sarcasm"}


BAD = [
    ([{"text": "a"}], r"mine\.jsonl:1: No turn has a label"),
    ([{"text": "a", "label": "x"}, {"turns": TURNS}], r"mine\.jsonl:2: No turn has a label"),
    ([{"turns": TURNS, "turn": 3, "label": "x"}], r"mine\.jsonl:1: Turn 3 is not among the conversation's 2"),
    ([{"turns": TURNS, "turn": 0, "label": "x"}], "Turn 0 is not among"),
    ([{"turns": TURNS, "turn": True, "label": "x"}], "Turn True is not among"),
    ([{"turns": TURNS, "turn": 1}], "label is missing"),
    ([{"text": "a", "label": "x"}, {"text": "a", "label": "y"}], r":2: 'a' is labelled 'y', in line 1 'x'"),
    ([{"turns": [TURNS[0] | {"label": "x"}], "turn": 1, "label": "y"}], "Turn 1 is labelled 'x' and 'y'"),
    ([{"label": "x"}], "utterance is missing"),
    ([["a"]], "Not a JSON object"),
    ([], "No turn has a label"),
]


@pytest.mark.parametrize(("records", "message"), BAD)
def test_refuses(records: list[Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message):
        read_examples(write(tmp_path / "mine.jsonl", *records))
