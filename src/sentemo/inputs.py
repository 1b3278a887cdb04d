"""Convert what users pass (texts, pairs, dictionaries or conversations) to conversations. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sentemo.errors import BadInput
from sentemo.types import Conversation, Utterance, is_turn

Turn = Utterance | tuple[str, str] | tuple[str, str, str]
"""A turn: (speaker, text), or (speaker, text, label)."""
One = Conversation | str | Mapping[str, Any] | Sequence[Turn]
"""One conversation: a single text, a dictionary as in JSON Lines, or turns."""
Many = Sequence[Conversation] | list[str] | Sequence[Mapping[str, Any]] | Sequence[Sequence[Turn]]
"""Several conversations; strings are independent texts."""

STEP = 'Pass a text, a list of texts, (speaker, text) pairs, {"turns": [...]} or a Conversation'


def as_conversations(given: object) -> tuple[list[Conversation], bool]:
    """Return the input as conversations, and whether it is a single one.

    A string is a conversation of one turn, a list of strings independent texts, a list of (speaker, text) pairs one
    conversation, a dictionary a line of JSON Lines. Raises `BadInput` for anything else.
    """
    if isinstance(given, Conversation | str | Mapping):
        return [_conversation(given)], True
    if isinstance(given, bytes | bytearray) or not isinstance(given, Iterable):
        raise _refusal(given)
    items = list(given)
    if items and all(map(is_turn, items)):
        return [Conversation("", tuple(map(Utterance.of, items)))], True
    return [*map(_conversation, items)], False


def _conversation(given: object) -> Conversation:
    if isinstance(given, Conversation):
        return given
    if isinstance(given, str) or (isinstance(given, Mapping) and "text" in given):
        return Conversation("", (Utterance.of(given),))
    if isinstance(given, Mapping) and isinstance(given.get("turns"), list | tuple):
        return Conversation(str(given.get("id", "")), tuple(map(Utterance.of, given["turns"])))
    if isinstance(given, list | tuple) and given and all(map(is_turn, given)):
        return Conversation("", tuple(map(Utterance.of, given)))
    raise _refusal(given)


def _refusal(given: object) -> BadInput:
    return BadInput(f"A {type(given).__name__} is not a conversation", STEP)
