from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentemo.bulk.parts import COLUMNS, Labelled, encode
from sentemo.types import Conversation, Prediction, TurnPrediction
from tests.bulk.archive import Rule
from tests.dialogues import FOUR, template_dialogues

TALKS = [*template_dialogues(3), Conversation.of(('Ünal, "A"', "two\nlines; a, b"), id="é")]
LEAVING = TurnPrediction("Ann", "Bye!", "joy", 0.9, {"joy": 0.9, "rage": 0.1}, tags={"leaving": 0.75})
TAGGED = Prediction("t", (LEAVING,))
LABELLED: list[Labelled] = [("in/é.csv", Rule().predict(talk)) for talk in TALKS]


def rows(to: str, content: bytes) -> list[dict[str, object]]:
    if to == "parquet":
        table = pq.read_table(pa.BufferReader(content)).to_pylist()
        return [row | {"tags": dict(row["tags"])} for row in table]
    read = csv.DictReader(io.StringIO(content.decode(), newline=""))
    assert read.fieldnames == list(COLUMNS)
    kinds = {"turn": int, "score": float, "probabilities": json.loads, "tags": json.loads}
    return [{name: kinds.get(name, str)(value) for name, value in row.items()} for row in read]


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_tables_hold_a_row_a_turn(to: str) -> None:
    found = rows(to, encode(LABELLED, to, FOUR.names))
    wanted = [
        {
            "file": file,
            "id": prediction.id,
            "turn": number,
            "speaker": turn.speaker,
            "text": turn.text,
            "label": turn.label,
            "score": turn.score,
            "probabilities": dict(turn.probabilities),
            "tags": {},
            **dict.fromkeys(("message_id", "time", "start", "end"), "" if to == "csv" else None),
        }
        for file, prediction in LABELLED
        for number, turn in enumerate(prediction, 1)
    ]
    assert found == wanted


@pytest.mark.parametrize("to", ["jsonl", "csv", "parquet"])
def test_a_part_may_be_empty_and_is_the_same_every_time(to: str) -> None:
    assert encode(LABELLED, to, FOUR.names) == encode(LABELLED, to, FOUR.names)
    content = encode([], to, FOUR.names)
    assert content == b"" if to == "jsonl" else rows(to, content) == []
    if to == "parquet":
        schemas = [pq.read_schema(pa.BufferReader(each)) for each in (content, encode(LABELLED, to, FOUR.names))]
        assert schemas[0] == schemas[1]


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_tags_have_a_column(to: str) -> None:
    assert [row["tags"] for row in rows(to, encode([("a.csv", TAGGED)], to, ["joy", "rage"]))] == [{"leaving": 0.75}]


def test_tags_stand_in_json_lines() -> None:
    (turn,) = json.loads(encode([("a.csv", TAGGED)], "jsonl", ["joy", "rage"]))["turns"]
    assert turn["tags"] == {"leaving": 0.75}
