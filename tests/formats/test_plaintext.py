from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.errors import BadInput
from sentemo.formats.plaintext import read_plaintext
from sentemo.types import Conversation
from tests.corpora.samples import PLAIN


def read(tmp_path: Path, data: bytes) -> list[Conversation]:
    file = tmp_path / "talk.txt"
    file.write_bytes(data)
    return list(read_plaintext(file))


def test_names_and_blank_lines(tmp_path: Path) -> None:
    wanted = [
        Conversation.of(("Ann", "Did you read http://bus.example?"), ("Dr. Bob Low", "No."), id="talk-0"),
        Conversation.of("at 12:30 maybe", ("Ann", "Fine – so be it"), id="talk-1"),
    ]
    assert read(tmp_path, PLAIN) == wanted
    assert read(tmp_path, b"\xef\xbb\xbf\n \n" + PLAIN.replace(b"\n", b"\r\n") + b"\n\n") == wanted


@pytest.mark.parametrize(
    ("line", "speaker", "text"),
    [
        ("Ann:  hi ", "Ann", "hi"),
        ("Ann : hi", "Ann", "hi"),
        ("  Zoë Ó Briain: hi: there", "Zoë Ó Briain", "hi: there"),
        ("user_2: 12:30", "user_2", "12:30"),
        ("http://bus.example is down", "", "http://bus.example is down"),
        ("12: noon", "", "12: noon"),
        ("See you at 12:30", "", "See you at 12:30"),
        (":-) hello", "", ":-) hello"),
        ("What I wanted to say: nothing", "", "What I wanted to say: nothing"),
        ("A" * 41 + ": hi", "", "A" * 41 + ": hi"),
    ],
)
def test_what_is_a_name(tmp_path: Path, line: str, speaker: str, text: str) -> None:
    ((turn,),) = read(tmp_path, line.encode())
    assert (turn.speaker, turn.text) == (speaker, text)


@pytest.mark.parametrize(
    ("data", "line", "cause"),
    [(b"Ann: hi\nBob:\n", 2, "Empty utterance"), (b"hi\n\nx\0y\n", 3, "NUL"), (b"hi\n\xff\n", 2, "Not valid UTF-8")],
)
def test_damage_names_file_and_line(tmp_path: Path, data: bytes, line: int, cause: str) -> None:
    with pytest.raises(BadInput, match=cause) as caught:
        read(tmp_path, data)
    assert (caught.value.path, caught.value.line) == (str(tmp_path / "talk.txt"), line)


def test_a_long_line_is_read_in_linear_time(tmp_path: Path) -> None:
    ((turn,),) = read(tmp_path, b"a " * 200_000)
    assert len(turn.text) == 399_999
