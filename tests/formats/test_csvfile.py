from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput
from sentemo.formats.csvfile import read_csv
from sentemo.types import Conversation, Utterance
from tests.corpora.samples import CSV, table
from tests.formats.test_jsonl import C1


def read(tmp_path: Path, data: bytes) -> list[Conversation]:
    file = tmp_path / "talks.csv"
    file.write_bytes(data)
    return list(read_csv(file))


WANTED = [
    Conversation("a", (Utterance("Well, hello", "Ann", "joy"), Utterance("two\nlines", "Bob"))),
    Conversation("b", (Utterance("Café?", "Ann", "neutral"),)),
]


@pytest.mark.parametrize("data", [CSV, b"\xef\xbb\xbf" + CSV, CSV.replace(b"a,Bob", b"\na,Bob")])
def test_reads_conversations(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == WANTED


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    data = delimiter.join(["text", "speaker"]) + "\n" + delimiter.join(["a, b", "Ann"]) + "\n"
    assert read(tmp_path, data.encode()) == [Conversation("talks-0", (Utterance("a, b", "Ann"),))]


def test_without_a_conversation_column_all_is_one(tmp_path: Path) -> None:
    assert read(tmp_path, b"utterance\none\ntwo\n") == [Conversation.of("one", "two", id="talks-0")]


def test_the_first_alias_wins(tmp_path: Path) -> None:
    (talk,) = read(tmp_path, b"id,Dialogue_ID,message,text\n1,d,long,short\n2,d,longer,shorter\n")
    assert talk == Conversation.of("short", "shorter", id="d")


@pytest.mark.parametrize(
    ("data", "line", "cause"),
    [
        (b"words,speaker\nx,Ann\n", 1, "No column of texts"),
        (b"text,text\nx,y\n", 1, "Two columns of the same name"),
        (b"text,speaker\nx,Ann\ny\n", 3, "A row of 1 cells under a header of 2"),
        (b"text,speaker\n ,Ann\n", 2, "Empty utterance"),
        (b'text\n"two\nlines"\n""\n', 4, "Empty utterance"),
        (b'text\nx\n"open\n', 3, "Not CSV"),
        (b'text\n"x"y\n', 2, "Not CSV"),
        (b"text\na\0b\n", 2, "NUL"),
        (b"text\n\xff\n", 2, "Not valid UTF-8"),
        (b"id,text\na,x\nb,y\na,z\n", 4, "comes again after another one. Sort"),
        (b"id,text\n,x\n", 2, "No conversation id"),
        (b"text\n" + b"x" * 140_000 + b"\n", 2, "Not CSV: field larger than"),
    ],
)
def test_damage_names_file_and_line(tmp_path: Path, data: bytes, line: int, cause: str) -> None:
    with pytest.raises(BadInput, match=cause) as caught:
        read(tmp_path, data)
    assert (caught.value.path, caught.value.line) == (str(tmp_path / "talks.csv"), line)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r" + C1), min_size=1).filter(str.strip)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(CELL, min_size=1, max_size=3), min_size=1, max_size=3))
def test_any_text_survives_quoting(tmp_path: Path, talks: list[list[str]]) -> None:
    rows: list[list[object]] = [[number, text] for number, texts in enumerate(talks) for text in texts]
    assert read(tmp_path, table(["id", "text"], rows)) == [
        Conversation.of(*texts, id=str(number)) for number, texts in enumerate(talks)
    ]
