from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput, SentemoError
from sentemo.formats.jsonl import read_jsonl, write_jsonl
from sentemo.types import Conversation, Utterance
from tests.corpora.samples import JSONL, TALKS

C1 = "".join(map(chr, range(0x80, 0xA0)))
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0" + C1), max_size=20)
FILLED = WORDS.filter(str.strip)
NAME = st.none() | FILLED.map(str.strip)
TIME = st.none() | st.datetimes() | st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))
SPAN = st.none() | st.tuples(st.floats(0, 9), st.floats(9, 99))
TURN = st.builds(Utterance, FILLED, WORDS, NAME, id=WORDS, time=TIME)
TIMED = st.builds(Utterance, FILLED, WORDS, NAME, id=WORDS, time=TIME, span_s=SPAN)
TALK = st.builds(Conversation, FILLED, st.lists(TURN, min_size=1, max_size=4).map(tuple))
LABELS = st.lists(FILLED.map(str.strip), max_size=3).map(tuple)
VOTED = st.builds(Conversation, FILLED, st.tuples(st.builds(Utterance, FILLED, WORDS, NAME, LABELS)))


def read(tmp_path: Path, data: bytes) -> list[Conversation]:
    file = tmp_path / "talks.jsonl"
    file.write_bytes(data)
    return list(read_jsonl(file))


def test_reads_objects_and_bare_strings(tmp_path: Path) -> None:
    first, second = read(tmp_path, b"\xef\xbb\xbf" + JSONL.replace(b"\n", b"\r\n\r\n"))
    assert first == Conversation("first", (Utterance("Good morning!", "Ann", "joy"), Utterance("Is it, really?")))
    assert second == Conversation("talks-1", (Utterance("Café – at noon"),))


def test_a_turn_may_have_several_labels(tmp_path: Path) -> None:
    line = b'{"turns": [{"text": "Why?", "labels": ["anger", " fear ", null, ""]}, {"text": "x", "labels": null}]}'
    (talk,) = read(tmp_path, line)
    assert talk.turns == (Utterance("Why?", labels=("anger", "fear")), Utterance("x"))


def test_numbers_may_be_ids_and_blank_labels_are_none(tmp_path: Path) -> None:
    (talk,) = read(tmp_path, b'{"id": 7, "turns": [{"text": "x", "speaker": null, "label": " ", "labels": []}]}')
    assert talk == Conversation("7", (Utterance("x"),))


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("[]", "Not a JSON object"),
        ("{", "Not JSON"),
        ("{}", 'No list "turns"'),
        ('{"turns": "x"}', 'No list "turns"'),
        ('{"turns": []}', "Empty conversation"),
        ('{"turns": [""]}', "Empty utterance"),
        ('{"turns": [{"text": " \\n"}]}', "Empty utterance"),
        ('{"turns": [{}]}', "utterance is missing"),
        ('{"turns": [5]}', "neither text nor an object"),
        ('{"turns": [{"text": 5}]}', "utterance is a number"),
        ('{"turns": [{"text": "x", "speaker": ["A"]}]}', "speaker is a list"),
        ('{"turns": [{"text": "x", "label": true}]}', "label is true or false"),
        ('{"turns": [{"text": "x", "labels": "joy"}]}', '"labels" is not a list'),
        ('{"turns": [{"text": "x", "labels": ["joy", 2]}]}', "label is a number"),
        ('{"id": true, "turns": ["x"]}', "id is true or false"),
        ('{"id": {}, "turns": ["x"]}', "id is an object"),
        ('{"turns": ["\\ud800"]}', "lone surrogate"),
        ('{"turns": ["a\\u0000b"]}', "NUL"),
        ('{"turns": ["x"], "turns": ["y"]}', "names a key twice"),
        ('{"turns": ["x"], "n": ' + "9" * 9_999 + "}", "cannot be used"),
        ('{"turns": ' + "[" * 100_000, "cannot be used"),
        ("\x00", "Not JSON"),
    ],
)
def test_damage_names_file_and_line(tmp_path: Path, line: str, cause: str) -> None:
    with pytest.raises(BadInput, match=cause) as caught:
        read(tmp_path, b'{"turns": ["fine"]}\n\n' + line.encode() + b"\n")
    assert (caught.value.path, caught.value.line) == (str(tmp_path / "talks.jsonl"), 3)


@pytest.mark.slow
@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(TALK | VOTED | st.builds(Conversation, FILLED, st.tuples(TIMED)), max_size=4))
def test_written_is_read(tmp_path: Path, talks: list[Conversation]) -> None:
    assert write_jsonl(iter(talks), tmp_path / "out.jsonl") == len(talks)
    assert list(read_jsonl(tmp_path / "out.jsonl")) == talks


def test_writing_leaves_out_what_is_empty(tmp_path: Path) -> None:
    write_jsonl([Conversation.of("Hello")], tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {"turns": [{"text": "Hello"}]}


@pytest.mark.parametrize("bad", [Conversation("x", ()), Conversation.of("\ud800"), Conversation.of(" ")])
def test_a_refused_conversation_leaves_the_old_file(tmp_path: Path, bad: Conversation) -> None:
    write_jsonl(TALKS, tmp_path / "out.jsonl")
    with pytest.raises(BadInput):
        write_jsonl([TALKS[1], bad], tmp_path / "out.jsonl")
    assert list(read_jsonl(tmp_path / "out.jsonl")) == TALKS
    assert [file.name for file in tmp_path.iterdir()] == ["out.jsonl"]


def test_no_folder_to_write_to(tmp_path: Path) -> None:
    with pytest.raises(SentemoError, match="can't be written"):
        write_jsonl(TALKS, tmp_path / "nowhere" / "out.jsonl")
