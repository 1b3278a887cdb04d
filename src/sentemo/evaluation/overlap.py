"""Drop from a split what a training has seen of it: scenes that another corpus of the same show has too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sentemo.evaluation.duplicates import normalise
from sentemo.types import Conversation

SHARED_LINES = 2
"""So many long lines in common make a scene a shared one: a single one may be a common phrase."""
LONG_CHARACTERS = 20
"""Of a line, case and punctuation aside."""


def without_shared_scenes(
    conversations: Sequence[Conversation], training: Iterable[Conversation]
) -> list[Conversation]:
    """Return the dialogues that share fewer than two distinct long lines with the training, taken as a whole.

    As a whole, because two corpora cut the same show into scenes differently.
    """
    seen = {line for talk in training for line in long_lines(talk)}
    return [talk for talk in conversations if len(long_lines(talk) & seen) < SHARED_LINES]


def long_lines(conversation: Conversation) -> set[str]:
    """Return the distinct long lines of a dialogue, normalised."""
    lines = {normalise(turn.text) for turn in conversation}
    return {line for line in lines if len(line) >= LONG_CHARACTERS}
