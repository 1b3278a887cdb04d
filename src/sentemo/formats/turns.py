"""The one gate through which every reader's texts become utterances and conversations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from sentemo.errors import BadInput
from sentemo.formats.reading import Source
from sentemo.times import read_time
from sentemo.types import Conversation, Utterance

MAX_CHARACTERS = 1_000_000
"""Cutting a text into tokens takes some 200 times its size in memory."""
C1 = {byte: text for byte in range(0x80, 0xA0) if (text := bytes([byte]).decode("cp1252", "ignore"))}
"""What a byte means in cp1252, for those that were read as Latin-1."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands, for messages."""

    path: str | Source
    line: int | None = None

    def refuse(self, cause: str, next_step: str) -> NoReturn:
        """Raise `BadInput` for this place."""
        raise BadInput(cause, next_step, path=str(self.path), line=self.line)


def make_turn(
    text: object,
    speaker: object,
    label: object,
    place: Place,
    labels: object = None,
    *,
    id: object = None,
    time: object = None,
    span_s: tuple[object, object] = (None, None),
) -> Utterance:
    """Make an utterance of untrusted values.

    The text must not be blank nor longer than `MAX_CHARACTERS`; a missing speaker becomes "", a missing or blank
    label None. Of several labels the missing and blank ones are left out, and so are an id, a time and a start and end
    that can't be read as such. Control characters that were meant as those of Windows become these.
    """
    words = mended(plain(text, "utterance", place))
    if not words.strip():
        place.refuse("Empty utterance", "Give it a text or leave the turn out")
    if len(words) > MAX_CHARACTERS:
        place.refuse(f"An utterance of {len(words):,} characters, above {MAX_CHARACTERS:,}", "Split or shorten it")
    name = "" if speaker is None else mended(plain(speaker, "speaker", place))
    return Utterance(
        words, name, _label(label, place), _labels(labels, place), _own_id(id, place), read_time(time), _span(*span_s)
    )


def mended(text: str) -> str:
    """Replace the C1 control characters, which nobody writes, by those of cp1252 that have their bytes."""
    return text if text.isascii() else text.translate(C1)


def _own_id(value: object, place: Place) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return plain(value, "id", place) if isinstance(value, str) else ""


def _span(start: object, end: object) -> tuple[float, float] | None:
    """Read a start and an end in seconds, or a start alone, from numbers or their digits."""
    try:
        first, last = (float(value) if isinstance(value, str | int | float) else math.nan for value in (start, end))
    except (ValueError, OverflowError):
        return None
    last = first if math.isnan(last) else last
    return (first, last) if 0 <= first <= last < math.inf else None


def _label(value: object, place: Place) -> str | None:
    return None if value is None else plain(value, "label", place).strip() or None


def _labels(value: object, place: Place) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        place.refuse('"labels" is not a list', 'Write "labels": ["joy", "fear"], or "label" for a single one')
    return tuple(label for each in value if (label := _label(each, place)) is not None)


def counted(turn: Utterance) -> tuple[str, ...]:
    """Give the labels for which a turn counts: its label, or each of several where it has no single one."""
    return turn.labels if turn.label is None else (turn.label,)


def make_conversation(id: str, turns: Iterable[Utterance], place: Place) -> Conversation:
    """Make a conversation; refuse one without turns."""
    together = tuple(turns)
    if not together:
        place.refuse("Empty conversation", "Give it at least one turn or leave it out")
    return Conversation(id, together)


def checked(conversation: Conversation, place: Place) -> Conversation:
    """Check that a conversation that is to be written can be read again."""
    turns = [
        make_turn(
            *(turn.text, turn.speaker, turn.label, place, turn.labels),
            id=turn.id,
            time=turn.time,
            span_s=turn.span_s or (None, None),
        )
        for turn in conversation
    ]
    return make_conversation(plain(conversation.id, "id", place), turns, place)


def plain(value: object, what: str, place: Place) -> str:
    """Check that a value is text that any file or model can take: no NUL, no lone surrogate."""
    if not isinstance(value, str):
        place.refuse(f"The {what} is {_kind(value)}, not text", f"Write the {what} as text")
    if "\0" in value:
        place.refuse(f"The {what} holds a NUL character", "Remove it")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        place.refuse(f"The {what} holds a lone surrogate", "Write it as valid Unicode")
    return value


def _kind(value: object) -> str:
    names = {type(None): "missing", bool: "true or false", dict: "an object", list: "a list"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)


SILENCE_HOURS = 8
"""A longer pause ends a conversation: about a night."""

Message = TypeVar("Message")


def by_silence(messages: Iterable[tuple[float, Message]]) -> Iterator[list[Message]]:
    """Yield the runs of messages, each with its time in seconds; a clock that goes back is no pause."""
    run: list[Message] = []
    before = float("inf")
    for time_s, message in messages:
        if time_s - before > SILENCE_HOURS * 3600:
            yield run
            run = []
        run.append(message)
        before = time_s
    if run:
        yield run
