from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentemo.corpora import labelled_files
from sentemo.errors import BadInput, SentemoError, UsageError
from sentemo.evaluation.baselines import MajorityLabeler
from sentemo.formats import read_bytes, read_conversations, write_convokit
from sentemo.formats.convokit import read_convokit
from sentemo.formats.reading import Blob
from sentemo.types import Conversation, LabelSet, Utterance
from tests.formats.exports import CONVOKIT, unpacked, utterance, zipped
from tests.formats.test_jsonl import TALK

TALKS = [
    Conversation("1", (Utterance("First", "Ann", "joy"), Utterance("Second", "Ann"), Utterance("Third", "Ann"))),
    Conversation("9", (Utterance("Other", "Bob", "fear"),)),
]


def without_ids(talks: Iterable[Conversation]) -> list[Conversation]:
    return [Conversation(talk.id, tuple(replace(turn, id="") for turn in talk)) for talk in talks]


def read(*lines: str, label: str | None = None) -> list[Conversation]:
    return list(read_convokit(Blob(zipped({"utterances.jsonl": "".join(lines)}), "corpus.zip"), label))


def texts(talk: Conversation) -> str:
    return "".join(turn.text for turn in talk)


def test_a_folder_and_its_zip(tmp_path: Path) -> None:
    for root in ("", "corpus/"):
        assert without_ids(read_bytes(zipped(CONVOKIT, root))) == TALKS
    assert without_ids(read_conversations(unpacked(CONVOKIT, tmp_path / "corpus"))) == TALKS
    labels, talks = labelled_files(tmp_path / "corpus")
    assert (labels, without_ids(talks)) == (LabelSet(("fear", "joy")), TALKS)


def test_a_folder_of_files_is_no_corpus(tmp_path: Path) -> None:
    (tmp_path / "utterances.jsonl").write_text('{"turns": [{"text": "x", "label": "joy"}]}')
    assert len(labelled_files(tmp_path)[1]) == 1
    unpacked(CONVOKIT, tmp_path / "below")
    assert len(labelled_files(tmp_path)[1]) == 1
    with pytest.raises(UsageError, match="The format of the folder"):
        read_conversations(tmp_path)


def test_the_old_names_of_fields() -> None:
    lines = [
        {"id": 2, "root": 1, "user": "Bob", "text": "b", "reply-to": 1},
        {"id": 1, "root": 1, "user": None, "text": "a", "reply-to": None, "meta": None},
    ]
    assert read(*(json.dumps(line) + "\n\n" for line in lines)) == [
        Conversation("1", (Utterance("a", id="1"), Utterance("b", "Bob", id="2")))
    ]


def test_a_chosen_label() -> None:
    files = {"utterances.jsonl": CONVOKIT["utterances.jsonl"]}
    first, second = read_convokit(Blob(zipped(files)), "toxic")
    assert [turn.label for turn in (*first, *second)] == [None, "false", None, "true"]
    with pytest.raises(BadInput, match="'deep' is not a label"):
        read(utterance("1", "1", "x", meta={"deep": []}), label="deep")


@pytest.mark.parametrize(
    ("replies", "order"),
    [
        ({"c": "b", "b": "a", "a": None}, "abc"),  # as the corpus of film dialogues is written
        ({"a": None, "b": None, "c": None}, "abc"),
        ({"a": None, "b": "a", "c": "a", "d": "b"}, "abdc"),
        ({"b": "a", "a": "gone", "c": "c"}, "abc"),
        ({"a": "b", "b": "a", "c": None, "d": "c"}, "cdab"),
    ],
)
def test_without_times_replies_come_after_what_they_answer(replies: dict[str, str | None], order: str) -> None:
    lines = [utterance(id, "t", id, timestamp=None, **{"reply-to": to}) for id, to in replies.items()]
    (talk,) = read(*lines)
    assert texts(talk) == order


@pytest.mark.parametrize("time", ["soon", None, [], float("nan"), float("inf"), "1" * 400])
def test_one_time_missing_is_all_missing(time: object) -> None:
    (talk,) = read(utterance("1", "t", "a", timestamp=9), utterance("2", "t", "b", timestamp=time))
    assert texts(talk) == "ab"


@pytest.mark.slow
def test_a_chain_of_many_replies() -> None:
    lines = [utterance(str(n), "t", str(n % 10), **{"reply-to": str(n - 1)}) for n in range(50_000)]
    (talk,) = read(*reversed(lines))
    assert texts(talk) == "0123456789" * 5_000


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("[]", "Not a JSON object"),
        ("{", "Not JSON"),
        ("{}", "No conversation_id"),
        (utterance("2", "", "x"), "No conversation_id"),
        (utterance("2", "1", "x", speaker={}), "speaker is an object"),
        (utterance("2", "1", "x\0"), "NUL"),
        (utterance("2", "1", "\ud800"), "lone surrogate"),
        (utterance("2", "\ud800", "x"), "lone surrogate"),
        ('{"conversation_id": "1", "text": 5}', "utterance is a number"),
    ],
)
def test_damage_names_file_and_line(line: str, cause: str) -> None:
    with pytest.raises(BadInput, match=cause) as caught:
        read(utterance("1", "1", "fine"), line)
    assert (caught.value.path, caught.value.line) == ("corpus.zip!utterances.jsonl", 2)


def test_no_corpus() -> None:
    with pytest.raises(BadInput, match=r"No utterances\.jsonl"):
        list(read_bytes(zipped({"a.txt": "x"}), "convokit"))
    with pytest.raises(BadInput, match="has no conversations"):
        list(read_bytes(zipped({"utterances.jsonl": utterance("1", "1", " ")}), "convokit"))


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(TALK, max_size=4, unique_by=lambda talk: talk.id), st.integers(0, 10**9))
def test_written_is_read(tmp_path: Path, talks: list[Conversation], run: int) -> None:
    folder = tmp_path / f"{run}-{len(list(tmp_path.iterdir()))}"
    assert write_convokit(iter(talks), folder) == len(talks)
    assert list(read_convokit(folder)) == talks
    again = folder.with_name(f"{folder.name}-again")
    write_convokit(read_convokit(folder), again)
    assert all((again / file.name).read_bytes() == file.read_bytes() for file in folder.iterdir())


def test_what_is_written(tmp_path: Path) -> None:
    labels = LabelSet(("joy", "fear"))
    assert write_convokit(TALKS, tmp_path / "out", MajorityLabeler(labels, "joy")) == 2
    assert {file.name for file in (tmp_path / "out").iterdir()} == set(CONVOKIT)
    assert [file.name for file in tmp_path.iterdir()] == ["out"]
    lines = [json.loads(line) for line in (tmp_path / "out" / "utterances.jsonl").read_text().splitlines()]
    predicted = {"predicted_label": "joy", "predicted_score": 1.0, "predicted_probabilities": {"joy": 1.0, "fear": 0.0}}
    assert lines[1] == {
        "id": "1/1",
        "conversation_id": "1",
        "text": "Second",
        "speaker": "Ann",
        "meta": predicted,
        "reply-to": "1/0",
        "timestamp": 1,
        "vectors": [],
    }
    assert lines[0]["meta"] == {"label": "joy"} | predicted and lines[0]["reply-to"] is None
    index = json.loads((tmp_path / "out" / "index.json").read_text())
    assert set(index["utterances-index"]) == {"label", *predicted}
    assert list(read_conversations(tmp_path / "out")) == TALKS  # predictions are not taken for labels


@pytest.mark.parametrize(
    "bad", [Conversation("1", ()), Conversation.of("x"), Conversation.of("\ud800", id="2"), TALKS[0]]
)
def test_a_refused_conversation_leaves_nothing(tmp_path: Path, bad: Conversation) -> None:
    with pytest.raises(BadInput):
        write_convokit([*TALKS, bad], tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_where_it_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_convokit(TALKS, tmp_path / "empty")
    with pytest.raises(UsageError, match="exists already"):
        write_convokit(TALKS, tmp_path / "empty")
    (tmp_path / "file").touch()
    with pytest.raises(SentemoError, match="can't be written"):
        write_convokit(TALKS, tmp_path / "file" / "out")


@pytest.mark.parametrize(
    ("stamp", "written", "time"),
    [
        (1_710_325_000, 1_710_325_000, datetime(2024, 3, 13, 10, 16, 40, tzinfo=UTC)),
        ("1710325000", 1_710_325_000, datetime(2024, 3, 13, 10, 16, 40, tzinfo=UTC)),
        ("2024-03-13T10:16:40Z", 1_710_325_000, datetime(2024, 3, 13, 10, 16, 40, tzinfo=UTC)),
        ("2024-03-13 10:16:40", 1_710_325_000, datetime(2024, 3, 13, 10, 16, 40)),
        (7, 0, None),
    ],
)
def test_times_and_ids_come_back(tmp_path: Path, stamp: object, written: float, time: datetime | None) -> None:
    (talk,) = read(utterance("m1", "t", "a", timestamp=stamp))
    assert (talk.turns[0].id, talk.turns[0].time) == ("m1", time)
    write_convokit([talk], tmp_path / "out")
    assert list(read_convokit(tmp_path / "out")) == [talk]
    assert json.loads((tmp_path / "out" / "utterances.jsonl").read_text())["timestamp"] == written


def test_iso_times_order_the_turns() -> None:
    (talk,) = read(
        utterance("2", "t", "b", timestamp="2020-01-01T10:05:00"), utterance("1", "t", "a", timestamp="2020-01-01")
    )
    assert texts(talk) == "ab"
