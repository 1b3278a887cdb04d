"""JSON Lines: one conversation per line, `{"id"?, "turns": [{"speaker"?, "text", "label"?, "labels"?} | "text", ...]}`.

A line may also be another object that `json_layouts` knows: `{"messages": [...]}`, or a message with a conversation id.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from sentemo.errors import BadInput
from sentemo.files import write_chunks
from sentemo.formats.json_layouts import Layouts, Value
from sentemo.formats.json_stream import load_object
from sentemo.formats.lines import Attempt, Line, bare, file_lines, strictly
from sentemo.formats.reading import Reading, Source, stem_of
from sentemo.formats.turns import Place, checked
from sentemo.types import Conversation, Utterance, origin


def read_jsonl(path: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of a file."""
    with closing(file_lines(path)) as lines:
        yield from parse_jsonl(lines, path, stem_of(path), reading)


def parse_jsonl(
    lines: Iterable[Line], path: str | Source, stem: str, reading: Reading | None = None
) -> Iterator[Conversation]:
    """Yield the conversations of non-blank lines; unknown keys are ignored.

    A conversation without an id gets `stem-n`, where n is its 0-based position. Raises `BadInput` with file and line.
    """
    return strictly(each_jsonl(lines, path, stem, reading))


def each_jsonl(
    lines: Iterable[Line], path: str | Source, stem: str, reading: Reading | None = None
) -> Iterator[Attempt]:
    """Yield as `parse_jsonl` does, with the error in place of each conversation that can't be read."""
    return Layouts(stem, reading).sequence(_Values(filter(_filled, bare(lines)), path))


class _Values(Iterator[Value | BadInput]):
    """The value of each line, or its error."""

    def __init__(self, lines: Iterator[Line], path: str | Source) -> None:
        self._lines, self._path = lines, path

    def __next__(self) -> Value | BadInput:
        try:
            number, text = next(self._lines)
            place = Place(self._path, number)
            return Value(place, load_object(text, place))
        except BadInput as error:
            return error.with_traceback(None)  # which would hold this frame, and with it the open file


def _filled(line: Line) -> bool:
    return bool(line[1].strip())


def write_jsonl(conversations: Iterable[Conversation], path: str | os.PathLike[str]) -> int:
    """Write conversations so that `read_jsonl` restores them; return their number.

    The file is written atomically. Blank ids and labels are not preserved.
    Raises `BadInput` for anything that could not be read back.
    """
    target, count = Path(path), 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for each in conversations:
            count += 1
            yield json_line(each, target).encode()

    write_chunks(target, lines())
    return count


def json_line(conversation: Conversation, path: str | Source) -> str:
    """Return a conversation's line with its line end; raise `BadInput` for anything that could not be read back."""
    talk = checked(conversation, Place(path))
    named = {"id": talk.id} if talk.id else {}
    return json.dumps(named | {"turns": [_slim(turn) for turn in talk]}, ensure_ascii=False) + "\n"


def _slim(turn: Utterance) -> dict[str, object]:
    """Leave out what the reader fills in by default."""
    slim: dict[str, object] = {"speaker": turn.speaker} if turn.speaker else {}
    slim |= {"text": turn.text, **origin(turn)}
    if turn.label is not None:
        slim["label"] = turn.label
    if turn.labels:
        slim["labels"] = turn.labels
    return slim
