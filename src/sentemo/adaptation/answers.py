"""The answer file: one labelled utterance per line, with its conversation, stored durably."""

from __future__ import annotations

import errno
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

from sentemo.errors import SentemoError
from sentemo.files import cannot_write, sync, write_bytes
from sentemo.formats.json_stream import load_object
from sentemo.formats.json_talks import read_conversation
from sentemo.formats.lines import open_binary, read_lines
from sentemo.formats.turns import Place, plain
from sentemo.types import Conversation, Utterance

BEFORE, AFTER = 16, 4
"""How many turns are kept around an utterance of a longer conversation."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The label of one turn: the conversation (or its excerpt) without labels, and the turn's 0-based position."""

    conversation: Conversation
    turn: int
    label: str

    def line(self) -> bytes:
        """Return the answer as a line of the file, which counts turns from 1."""
        talk = self.conversation
        turns = [({"speaker": turn.speaker} if turn.speaker else {}) | {"text": turn.text} for turn in talk]
        named = {"id": talk.id} if talk.id else {}
        value = named | {"turns": turns, "turn": self.turn + 1, "label": self.label}
        return (json.dumps(value, ensure_ascii=False) + "\n").encode()


def excerpt(conversation: Conversation, turn: int) -> tuple[Conversation, int]:
    """Return the conversation without labels, a long one cut to the turns around `turn`, and the turn's position."""
    long = len(conversation) > BEFORE + 1 + AFTER
    start = max(0, turn - BEFORE) if long else 0
    stop = turn + 1 + AFTER if long else None
    turns = tuple(Utterance(each.text, each.speaker) for each in conversation.turns[start:stop])
    return Conversation(conversation.id, turns), turn - start


class AnswerFile:
    """Answers in memory and on disk; each is on disk before the next question."""

    def __init__(self, path: Path) -> None:
        """Read the existing answers, if any, and drop an incomplete last line left by an interruption.

        Raises `BadInput` with file and line for any other damage, and `SentemoError` if the folder is not writable.
        """
        self.path = path
        self.answers: list[Answer] = []
        self.torn = ""
        """The incomplete line that was dropped."""
        self._lines: list[bytes] = []
        if not path.exists():
            with cannot_write(path):
                _check_folder(path.parent)
            return
        with open_binary(path) as stream:
            content = stream.read()
        whole, torn = _split_torn(content)
        self._read(whole)
        self.torn = torn.decode(errors="replace")
        if content and not content.endswith(b"\n"):
            write_bytes(path, whole + b"\n" if whole and not torn else whole)

    def add(self, answer: Answer) -> None:
        """Append an answer; it is on disk when this returns."""
        line = answer.line()
        is_new = not self.path.exists()
        with cannot_write(self.path), self.path.open("ab", buffering=0) as file:
            start = file.tell()
            if file.write(line) < len(line):
                file.truncate(start)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
            if is_new:
                sync(self.path.parent)
        self.answers.append(answer)
        self._lines.append(line.strip())

    def undo(self) -> Answer:
        """Remove and return the last answer, changing the file atomically. There must be one.

        Raises `SentemoError` if another program has changed the file since.
        """
        with open_binary(self.path) as stream:
            content = stream.read().rstrip()
        if not content.endswith(self._lines[-1]):
            raise SentemoError(f"{self.path} was changed by another program", "Start again; no answer is lost")
        write_bytes(self.path, content.removesuffix(self._lines[-1]))
        self._lines.pop()
        return self.answers.pop()

    def _read(self, content: bytes) -> None:
        labels: dict[tuple[tuple[Utterance, ...], int], str] = {}
        for number, text in read_lines(io.BytesIO(content), self.path):
            if not text.strip():
                continue
            place = Place(self.path, number)
            answer = _answer(text, place)
            before = labels.setdefault((answer.conversation.turns, answer.turn), answer.label)
            if before != answer.label:
                place.refuse(f"This turn is labelled {answer.label!r}, before {before!r}", "Keep one of the two")
            self.answers.append(answer)
            self._lines.append(text.strip().encode())


def _check_folder(folder: Path) -> None:
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        code = errno.EACCES if folder.is_dir() else errno.ENOENT
        raise OSError(code, os.strerror(code))


def _split_torn(content: bytes) -> tuple[bytes, bytes]:
    """Split off an unfinished last line.

    Only what could be the start of an answer is split off (or zeros, which some file systems leave after a crash), so
    that a file of another kind is rejected rather than truncated.
    """
    stop = content.rfind(b"\n") + 1
    last = content[stop:]
    if last and (last.startswith(b'{"'[: len(last)]) or not last.strip(b"\0")) and not _is_json(last):
        return content[:stop], last
    return content, b""


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _answer(text: str, place: Place) -> Answer:
    value = load_object(text, place)
    talk = read_conversation(value, "", place)
    turn, label = value.get("turn"), plain(value.get("label"), "label", place).strip()
    if not label:
        place.refuse("The label is blank", "Give it a name")
    if not isinstance(turn, int) or isinstance(turn, bool) or not 1 <= turn <= len(talk):
        place.refuse(f"Turn {turn!r} is not among the conversation's {len(talk)}", "Count its turns from 1")
    return Answer(*excerpt(talk, turn - 1), label)
