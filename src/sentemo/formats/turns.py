"""Validation of all untrusted texts: every reader makes its utterances and conversations here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from sentemo.errors import BadInput
from sentemo.formats.decoding import C1
from sentemo.formats.reading import Source
from sentemo.times import read_time
from sentemo.types import Conversation, Utterance

MAX_CHARACTERS = 1_000_000
"""Tokenising a text takes about 200 times its size in memory."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file, for messages."""

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
    """Make an utterance from untrusted values.

    The text must not be blank or longer than `MAX_CHARACTERS`; a missing speaker becomes "", a missing or blank label
    None. Missing and blank labels of several are left out, and so are an invalid id, time, start and end. C1 control
    characters are replaced by the cp1252 characters that were meant.
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
    """Replace C1 control characters, which nobody types, by the cp1252 characters of the same bytes."""
    return text if text.isascii() else text.translate(C1)


def _own_id(value: object, place: Place) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return plain(value, "id", place) if isinstance(value, str) else ""


def _span(start: object, end: object) -> tuple[float, float] | None:
    """Read a start and an end in seconds, or only a start, from numbers or their digits."""
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
    """Return the labels that a turn counts for: its label, or each of several if it has no single one."""
    return turn.labels if turn.label is None else (turn.label,)


def make_conversation(id: str, turns: Iterable[Utterance], place: Place) -> Conversation:
    """Make a conversation; raise `BadInput` if it has no turns."""
    together = tuple(turns)
    if not together:
        place.refuse("Empty conversation", "Give it at least one turn or leave it out")
    return Conversation(id, together)


def checked(conversation: Conversation, place: Place) -> Conversation:
    """Check that a conversation to be written can be read back."""
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
    """Check that a value is text that any file or model accepts: no NUL, no lone surrogate."""
    if not isinstance(value, str):
        place.refuse(f"The {what} is {_kind(value)}, not text", f"Write the {what} as text")
    if "\0" in value:
        place.refuse(f"The {what} contains a NUL character", "Remove it")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        place.refuse(f"The {what} contains a lone surrogate", "Write it as valid Unicode")
    return value


def _kind(value: object) -> str:
    names = {type(None): "missing", bool: "true or false", dict: "an object", list: "a list"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)


SILENCE_HOURS = 8
"""A longer pause ends a conversation: about one night."""

Message = TypeVar("Message")


def by_silence(messages: Iterable[tuple[float, Message]]) -> Iterator[list[Message]]:
    """Group messages, each with its time in seconds, by pauses; a step back in time is not a pause."""
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
