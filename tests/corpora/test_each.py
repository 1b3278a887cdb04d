"""Reading on behind what can't be read."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput
from sentemo.formats import lines
from sentemo.formats.files import read_conversations, read_each
from sentemo.types import Conversation
from tests.corpora.samples import CSV


def told(file: Path) -> list[str | tuple[int | None, str]]:
    """Give the id of each conversation, and row and fault of what is in place of others."""
    return [each.id if isinstance(each, Conversation) else (each.line, each.fault) for each in read_each(file)]


def test_json_lines_go_on_behind_a_bad_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 40)
    file = tmp_path / "t.jsonl"
    good = b'{"turns": ["ok"]}'
    file.write_bytes(b"\n".join([good, b"\xff", b"x" * 100, b"", b"{", b'{"turns": [""]}', good]))
    assert told(file) == [
        "t-0",
        (2, "Not valid UTF-8 (byte 1 of the line)"),
        (3, "A line above 40 bytes"),
        (5, "Not JSON: Expecting property name enclosed in double quotes at character 2"),
        (6, "Empty utterance"),
        "t-2",
    ]
    with pytest.raises(BadInput, match=":2: Not valid UTF-8"):
        list(read_conversations(file))


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("a,x\na,\nb,y\n", [(3, "Empty utterance"), "b"]),
        ("a,x\na\nb,y\n", [(3, "A row of 1 cells under a header of 2"), "b"]),
        ("a,x\n,y\na,z\nb,y\n", [(3, "No conversation id in column 'id'"), "b"]),
        ("a,\nb,y\na,x\n", [(2, "Empty utterance"), "b", (4, "Conversation 'a' comes again after another one")]),
        ("a,x\n\nb,\xff\nc,y\n", [(4, "Not valid UTF-8 (byte 3 of the line)"), "c"]),
        (
            'b,y\na,"x"z\nc,"two\nlines"\nd,\ne,y\n',
            [(3, "Not CSV: ',' expected after '\"'"), "c", (6, "Empty utterance"), "e"],
        ),
    ],
)
def test_a_bad_row_costs_the_conversation_where_it_stands(
    tmp_path: Path, rows: str, wanted: list[str | tuple[int, str]]
) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(b"id,text\n" + rows.encode("latin-1"))
    assert told(file) == wanted


def test_parquet_goes_on_behind_a_bad_row(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    pq.write_table(pa.table({"turns": [["ok"], [""], [], ["fine"]]}), file)
    assert told(file) == ["t-0", (2, "Empty utterance"), (3, "Empty conversation"), "t-3"]
    pq.write_table(pa.table({"id": [1, 1, 2, 3], "text": ["a", "b\0", "c", "x" * 1_000_001]}), file)
    assert told(file) == [
        (2, "The utterance contains a NUL character"),
        "2",
        (4, "An utterance of 1,000,001 characters, above 1,000,000"),
    ]


def test_other_formats_and_damaged_files_end_with_the_reason(tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_bytes(b"Ann: hi\n\nBob: \xff\n")
    assert told(text) == ["t-0", (3, "Reading ended here: Not valid UTF-8 (byte 6 of the line)")]
    ((row, fault),) = told(tmp_path / "none.csv")
    assert row is None and fault.startswith("Reading ended here: Cannot open the file")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_with_any_bytes_wrong_no_error_is_raised_and_a_strict_reader_stops_at_the_first(
    tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(CSV)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path / "t.csv"
    file.write_bytes(content)
    found = list(read_each(file))
    read = []
    try:
        read += read_conversations(file)
    except BadInput:
        assert not found or any(isinstance(each, BadInput) for each in found)
    else:
        assert found == read
