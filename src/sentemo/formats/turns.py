"""The one gate through which every reader's texts become utterances and conversations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from sentemo.errors import BadInput
from sentemo.formats.source import Source
from sentemo.types import Conversation, Utterance

MAX_CHARACTERS = 1_000_000
"""Cutting a text into tokens takes some 200 times its size in memory."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands, for messages."""

    path: str | Source
    line: int | None = None

    def refuse(self, cause: str, next_step: str) -> NoReturn:
        """Raise `BadInput` for this place."""
        raise BadInput(cause, next_step, path=str(self.path), line=self.line)


def make_turn(text: object, speaker: object, label: object, place: Place, labels: object = None) -> Utterance:
    """Make an utterance of untrusted values.

    The text must not be blank nor longer than `MAX_CHARACTERS`; a missing speaker becomes "", a missing or blank
    label None. Of several labels the missing and blank ones are left out.
    """
    words = plain(text, "utterance", place)
    if not words.strip():
        place.refuse("Empty utterance", "Give it a text or leave the turn out")
    if len(words) > MAX_CHARACTERS:
        place.refuse(f"An utterance of {len(words):,} characters, above {MAX_CHARACTERS:,}", "Split or shorten it")
    name = "" if speaker is None else plain(speaker, "speaker", place)
    return Utterance(words, name, _label(label, place), _labels(labels, place))


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
    turns = [make_turn(turn.text, turn.speaker, turn.label, place, turn.labels) for turn in conversation]
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
