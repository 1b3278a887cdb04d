"""JSON lines: a conversation a line, `{"id"?, "turns": [{"speaker"?, "text", "label"?, "labels"?} | "text", ...]}`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from sentemo.files import write_chunks
from sentemo.formats.attempts import Attempt, attempts, strictly
from sentemo.formats.lines import Line, bare, file_lines
from sentemo.formats.source import Source, stem_of
from sentemo.formats.turns import Place, checked, make_conversation, make_turn, plain
from sentemo.types import Conversation, Utterance, origin


def read_jsonl(path: Source) -> Iterator[Conversation]:
    """Yield the conversations of a file."""
    with closing(file_lines(path)) as lines:
        yield from parse_jsonl(lines, path, stem_of(path))


def parse_jsonl(lines: Iterable[Line], path: str | Source, stem: str) -> Iterator[Conversation]:
    """Yield one conversation for each line that is not blank; unknown keys are ignored.

    A conversation without id becomes `stem-n`, n its 0-based place. Raises `BadInput` with file and line.
    """
    return strictly(each_jsonl(lines, path, stem))


def each_jsonl(lines: Iterable[Line], path: str | Source, stem: str) -> Iterator[Attempt]:
    """As `parse_jsonl`, with the reason in place of what can't be read."""

    def make(item: tuple[int, Line]) -> Conversation:
        place_in_file, (number, text) = item
        place = Place(path, number)
        return read_conversation(load_object(text, place), f"{stem}-{place_in_file}", place)

    return attempts(enumerate(filter(_filled, bare(lines))), make)


def _filled(line: Line) -> bool:
    return bool(line[1].strip())


def load_object(text: str, place: Place) -> Mapping[str, object]:
    """Parse the JSON object of a line."""
    value = load_json(text, place, "Write one flat JSON object a line")
    if not isinstance(value, dict):
        place.refuse("Not a JSON object", 'Write {"turns": [{"speaker": "Ann", "text": "Hello"}]}')
    return value


def load_json(text: str, place: Place, next_step: str) -> object:
    """Parse JSON; an error names the place's line, or the text's own where the place is a whole file."""
    try:
        value: object = json.loads(text, object_pairs_hook=without_repeats)
    except json.JSONDecodeError as error:
        where = Place(place.path, place.line or error.lineno)
        where.refuse(f"Not JSON: {error.msg} at character {error.colno}", next_step)
    except (ValueError, RecursionError) as error:  # a repeated key, a number of thousands of digits, deep nesting
        place.refuse(f"JSON that cannot be used: {error}", next_step)
    return value


def without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object names a key twice")
    return value


def read_conversation(value: Mapping[str, object], missing_id: str, place: Place) -> Conversation:
    """Make the conversation of an object `{"id"?, "turns": [...]}`."""
    turns = value.get("turns")
    if not isinstance(turns, list):
        place.refuse('No list "turns"', 'Write {"turns": [{"speaker": "Ann", "text": "Hello"}]}')
    return make_conversation(_id(value.get("id"), missing_id, place), (_turn(turn, place) for turn in turns), place)


def _id(value: object, missing_id: str, place: Place) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return missing_id if value in (None, "") else plain(value, "id", place)


def _turn(value: object, place: Place) -> Utterance:
    if isinstance(value, str):
        return make_turn(value, None, None, place)
    if not isinstance(value, dict):
        place.refuse("A turn that is neither text nor an object", 'Write {"speaker": "Ann", "text": "Hello"}')
    return turn_of(value, place)


def turn_of(value: Mapping[str, object], place: Place) -> Utterance:
    """Make the turn of an object with the keys that `write_jsonl` writes."""
    return make_turn(
        *(value.get("text"), value.get("speaker"), value.get("label"), place, value.get("labels")),
        id=value.get("id"),
        time=value.get("time"),
        span_s=(value.get("start"), value.get("end")),
    )


def write_jsonl(conversations: Iterable[Conversation], path: str | os.PathLike[str]) -> int:
    """Write conversations so that `read_jsonl` gives them back; return how many.

    The file appears complete or not at all. Ids and labels must not be blank to come back as they were.
    Raises `BadInput` for what could not be read again.
    """
    target, count = Path(path), 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for each in conversations:
            count += 1
            yield _line(each, target)

    write_chunks(target, lines())
    return count


def _line(conversation: Conversation, path: Source) -> bytes:
    talk = checked(conversation, Place(path))
    named = {"id": talk.id} if talk.id else {}
    value = named | {"turns": [_slim(turn) for turn in talk]}
    return (json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8")


def _slim(turn: Utterance) -> dict[str, object]:
    """Leave out what the reader fills in by itself."""
    slim: dict[str, object] = {"speaker": turn.speaker} if turn.speaker else {}
    slim |= {"text": turn.text, **origin(turn)}
    if turn.label is not None:
        slim["label"] = turn.label
    if turn.labels:
        slim["labels"] = turn.labels
    return slim
