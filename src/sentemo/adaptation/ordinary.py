"""The shipped bank of ordinary turns: what people say when no tag applies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from sentemo.formats.jsonl import read_jsonl
from sentemo.types import Conversation

Featurise = Callable[[Sequence[Conversation]], Sequence[NDArray[np.float32]]]
"""Conversations -> their features (T,F)."""
Features = NDArray[np.float32]


class Turns:
    """Features of turns on their own and in their conversations, the latter computed on demand."""

    def __init__(self, conversations: Sequence[Conversation], featurise: Featurise) -> None:
        self._conversations, self._featurise = conversations, featurise
        self.alone = alone([turn.text for talk in conversations for turn in talk], featurise)
        """(B,F)."""

    @cached_property
    def within(self) -> Features:
        """(B,F)."""
        return np.concatenate([*map(np.asarray, self._featurise(self._conversations))])

    @cached_property
    def from_descriptions(self) -> Features:
        """(F,), the offset from the way labels are described to the way people talk."""
        told: Features = self.alone.mean(0) - alone(_descriptions(), self._featurise).mean(0)
        return told


def alone(texts: Sequence[str], featurise: Featurise) -> Features:
    """N texts -> (N,F), each read as a conversation of its own; duplicates are read once."""
    distinct = list(dict.fromkeys(texts))
    found = featurise([Conversation.of(text) for text in distinct])
    rows = dict(zip(distinct, found, strict=True))
    return np.concatenate([np.asarray(rows[text]) for text in texts])


@cache
def _descriptions() -> tuple[str, ...]:
    """Read descriptions of what a turn may do, written for the project; none describes a user's tag."""
    return tuple(Path(__file__).with_name("descriptions.txt").read_text(encoding="utf-8").splitlines())


@cache
def ordinary() -> tuple[Conversation, ...]:
    """Read the bank: synthetic chats of every kind, written for the project (docs/everyday.md)."""
    return tuple(read_jsonl(Path(__file__).with_name("ordinary.jsonl")))


_KNOWN: WeakKeyDictionary[object, Turns] = WeakKeyDictionary()


def ordinary_turns(model: object, featurise: Featurise) -> Turns:
    """Return the features of the bank, cached for the lifetime of the model."""
    if model not in _KNOWN:
        _KNOWN[model] = Turns(ordinary(), featurise)
    return _KNOWN[model]
