from __future__ import annotations

import io
import sys
import tracemalloc
from itertools import islice
from pathlib import Path

import pytest

from sentemo.errors import BadInput, UsageError
from sentemo.formats import lines as lines_module
from sentemo.formats.files import read_conversations
from sentemo.types import Conversation
from tests.corpora.samples import CSV, JSONL, PLAIN, parquet

FORMATS = {"jsonl": JSONL, "csv": CSV, "text": PLAIN, "parquet": parquet({"text": ["a", "b"]})}
NAMES = ["t.jsonl", "t.ndjson", "t.json", "t.CSV", "t.tsv", "t.parquet", "t.txt"]
OF = {"jsonl": "jsonl", "ndjson": "jsonl", "json": "jsonl", "csv": "csv", "tsv": "csv", "txt": "text"}


class Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("name", NAMES)
def test_the_extension_tells_the_format(tmp_path: Path, name: str) -> None:
    suffix = name.lower().split(".")[1]
    (tmp_path / name).write_bytes(FORMATS[OF.get(suffix, suffix)])
    talks = list(read_conversations(tmp_path / name))
    (tmp_path / "same").write_bytes((tmp_path / name).read_bytes())
    again = list(read_conversations(tmp_path / "same", format=OF.get(suffix, suffix)))
    assert [talk.turns for talk in talks] == [talk.turns for talk in again] != []


def test_unknown_formats(tmp_path: Path) -> None:
    (tmp_path / "talk").write_text("just words")
    with pytest.raises(UsageError, match="unknown extension"):
        read_conversations(tmp_path / "talk")
    (tmp_path / "talk.docx").write_text("PK")
    with pytest.raises(BadInput, match="Save it as plain text"):
        read_conversations(tmp_path / "talk.docx")
    with pytest.raises(
        UsageError, match=r"Unknown format 'xml'\. Use one of: auto, jsonl, json, csv, parquet, xlsx, text"
    ):
        read_conversations(tmp_path / "talk.txt", format="xml")


@pytest.mark.parametrize("format", ["jsonl", "csv", "text"])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n \n"])
def test_stdin_tells_its_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, before: bytes) -> None:
    if format == "csv":
        before = before.strip()  # a header is the first line
    monkeypatch.setattr(sys, "stdin", Stdin(before + FORMATS[format]))
    by_content = list(read_conversations("-"))
    (tmp_path / "stdin").write_bytes(FORMATS[format])
    assert by_content == list(read_conversations(tmp_path / "stdin", format=format))
    monkeypatch.setattr(sys, "stdin", Stdin(before + FORMATS[format]))
    assert by_content == list(read_conversations("-", format=format))


def test_parquet_and_damage_on_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(b'{"turns": ["a"]}\n{"turns": []}\n'))
    with pytest.raises(BadInput, match=r"^stdin:2: Empty conversation"):
        list(read_conversations("-"))
    with pytest.raises(UsageError, match="Save it to a file"):
        list(read_conversations("-", format="parquet"))


@pytest.mark.parametrize("name", ["t.jsonl", "t.csv", "t.txt"])
@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_nothing_in_it(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput) as caught:
        list(read_conversations(tmp_path / name))
    assert (caught.value.path, caught.value.line) == (str(tmp_path / name), 1)


@pytest.mark.parametrize("name", NAMES)
def test_no_file_a_folder_an_impossible_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="No such file"):
        list(read_conversations(tmp_path / name))
    (tmp_path / name).mkdir()
    with pytest.raises(BadInput, match="Is a directory"):
        list(read_conversations(tmp_path / name))
    with pytest.raises(BadInput, match="Cannot open"):
        list(read_conversations(f"a\0b{name}"))


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 100)
    (tmp_path / "t.txt").write_bytes(b"x" * 99 + b"\n" + b"x" * 101)
    with pytest.raises(BadInput, match="A line above 100 bytes") as caught:
        list(read_conversations(tmp_path / "t.txt"))
    assert caught.value.line == 2


def endless(kind: str, count: int) -> bytes:
    if kind == "parquet":
        return parquet({"id": [n // 2 for n in range(count)], "text": [f"line {n} " * 20 for n in range(count)]})
    head, line = {
        "jsonl": ("", '{{"turns": ["line {n} %s"]}}\n'),
        "csv": ("id,text\n", "{n},line %s\n"),
        "txt": ("", "Ann: line {n} %s\n\n"),
    }[kind]
    return (head + "".join((line % ("word " * 30)).format(n=n) for n in range(count))).encode()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["jsonl", "csv", "txt", "parquet"])
def test_memory_stays_flat(tmp_path: Path, kind: str) -> None:
    """Reading twice as much must take as much memory; keeping the conversations would take some 3 MB more."""
    peaks = []
    for count in (5_000, 10_000):
        file = tmp_path / f"{count}.{kind}"
        file.write_bytes(endless(kind, count))
        talks = read_conversations(file)
        assert all(isinstance(talk, Conversation) for talk in islice(talks, 1_000))
        tracemalloc.start()
        assert sum(1 for _ in talks) >= count / 2 - 1_000
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 1_000_000  # the ids of CSV conversations are kept
