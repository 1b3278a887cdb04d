"""The file of answers: what is in it, what survives a crash, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentemo.adaptation.answers import AFTER, BEFORE, Answer, AnswerFile, excerpt
from sentemo.errors import BadInput, SentemoError
from sentemo.formats.examples import read_examples
from sentemo.types import Conversation, Utterance

TALK = Conversation.of(("Ida", "the bus is late"), ("Max", "naturally — 🙄"), "a turn of nobody", id="talk")
LABELLED = '{"turns": ["one", "two"], "turn": %s, "label": %s}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


def filled(path: Path, *labels: str) -> AnswerFile:
    file = AnswerFile(path)
    for turn, label in enumerate(labels):
        file.add(Answer(TALK, turn, label))
    return file


def test_each_answer_is_a_line_that_stands_alone(path: Path) -> None:
    filled(path, "relief", "sarcasm")
    first, second = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert first == {
        "id": "talk",
        "turns": [
            {"speaker": "Ida", "text": "the bus is late"},
            {"speaker": "Max", "text": "naturally — 🙄"},
            {"text": "a turn of nobody"},
        ],
        "turn": 1,
        "label": "relief",
    }
    assert (second["turn"], second["label"]) == (2, "sarcasm")


def test_comes_back_as_it_was_and_goes_on(path: Path) -> None:
    before = filled(path, "relief", "sarcasm").answers
    file = AnswerFile(path)
    assert file.answers == before and not file.torn
    file.add(Answer(TALK, 2, "relief"))
    assert AnswerFile(path).answers == [*before, Answer(TALK, 2, "relief")]


def test_is_read_as_examples(path: Path) -> None:
    filled(path, "relief", "sarcasm")
    labels = [[turn.label for turn in talk] for talk in read_examples(path)]
    assert labels == [["relief", None, None], [None, "sarcasm", None]]


def test_undo_takes_back_one_after_the_other(path: Path) -> None:
    filled(path, "relief", "sarcasm", "pride")
    file = AnswerFile(path)
    assert [file.undo().label for _ in range(3)] == ["pride", "sarcasm", "relief"]
    assert path.read_bytes() == b"" and not file.answers
    file.add(Answer(TALK, 0, "pride"))
    assert [answer.label for answer in AnswerFile(path).answers] == ["pride"]


def test_undo_takes_nothing_that_another_program_wrote(path: Path) -> None:
    file = filled(path, "relief")
    with path.open("a", encoding="utf-8") as stream:
        stream.write(LABELLED % (1, '"pride"'))
    with pytest.raises(SentemoError, match="another program"):
        file.undo()
    assert len(AnswerFile(path).answers) == 2


def test_every_torn_last_line_is_dropped_and_told(path: Path) -> None:
    filled(path, "relief", "sarcasm")
    whole = path.read_bytes()
    start = whole.index(b"\n") + 1
    for stop in range(start + 1, len(whole) - 1, 7):
        path.write_bytes(whole[:stop])
        file = AnswerFile(path)
        assert [answer.label for answer in file.answers] == ["relief"]
        assert file.torn and path.read_bytes() == whole[:start]
    path.write_bytes(whole[:start] + bytes(40))  # as some file systems leave it after a crash
    assert len(AnswerFile(path).answers) == 1


def test_a_last_line_without_its_end_is_whole(path: Path) -> None:
    filled(path, "relief", "sarcasm")
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    file = AnswerFile(path)
    file.add(Answer(TALK, 2, "pride"))
    assert not file.torn and [answer.label for answer in AnswerFile(path).answers] == ["relief", "sarcasm", "pride"]


def test_hand_made_lines_are_understood(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + (LABELLED % (2, '" pride "')).replace("\n", "\r\n").encode() + b"\r\n")
    (answer,) = AnswerFile(path).answers
    assert (answer.conversation.turns, answer.turn, answer.label) == (Conversation.of("one", "two").turns, 1, "pride")
    file = AnswerFile(path)
    file.undo()
    assert AnswerFile(path).answers == []


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (LABELLED % (3, '"pride"'), "not among"),
        (LABELLED % (0, '"pride"'), "not among"),
        (LABELLED % ("true", '"pride"'), "not among"),
        (LABELLED % (1, '" "'), "blank"),
        (LABELLED % (1, "7"), "not text"),
        ('{"turns": ["one"], "turn": 1}\n', "label is missing"),
        ('{"turn": 1, "label": "pride"}\n', "turns"),
        ('{"turns": ["one", \n', "Not JSON"),
        ("some notes of mine", "Not JSON"),
        ("[1]", "Not a JSON object"),
        (LABELLED % (1, '"pride"') * 2 + LABELLED % (1, '"relief"'), "labelled 'relief', before 'pride'"),
    ],
)
def test_other_damage_is_refused_with_its_line_and_stays(path: Path, line: str, cause: str) -> None:
    filled(path, "relief")
    content = path.read_text(encoding="utf-8") + line
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=cause) as refused:
        AnswerFile(path)
    assert refused.value.line == 1 + max(line.count("\n"), 1) and refused.value.path == str(path)
    assert path.read_text(encoding="utf-8") == content


def test_a_folder_that_is_not_there_is_told_before_the_first_answer(tmp_path: Path) -> None:
    with pytest.raises(SentemoError, match="can't be written"):
        AnswerFile(tmp_path / "none" / "answers.jsonl")


def test_a_full_disk_takes_no_earlier_answer(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = filled(path, "relief")
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SentemoError, match="No space left"):
        file.add(Answer(TALK, 1, "pride"))
    assert path.read_bytes().startswith(before) and len(file.answers) == 1


@pytest.mark.parametrize(("turn", "start", "stop"), [(0, 0, 5), (15, 0, 20), (16, 0, 21), (30, 14, 35), (39, 23, 40)])
def test_of_a_long_conversation_the_turns_around_are_kept(turn: int, start: int, stop: int) -> None:
    talk = Conversation("long", tuple(Utterance(f"turn {place}", "Ida", "x") for place in range(40)))
    kept, at = excerpt(talk, turn)
    assert [each.text for each in kept] == [f"turn {place}" for place in range(start, stop)]
    assert kept.turns[at].text == f"turn {turn}" and not any(each.label for each in kept)


def test_a_conversation_that_fits_is_kept_whole() -> None:
    talk = Conversation.of(*(f"turn {place}" for place in range(BEFORE + 1 + AFTER)))
    assert excerpt(talk, 0) == (talk, 0) and excerpt(talk, len(talk) - 1) == (talk, len(talk) - 1)
