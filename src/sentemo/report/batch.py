"""Whole conversations as columns: the input of every figure, about ten thousand turns at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.types import Prediction

Ints = NDArray[np.integer]
Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]
Row = dict[str, Any]
"""A row of one of a report's tables, by the names of its columns."""


@dataclass(frozen=True)
class Batch:
    """T turns of D whole conversations; codes are positions among the names in `Turns`, -1 for none."""

    first: int
    """The number of its first conversation."""
    starts: Ints
    """(D+1,): where each conversation starts, and the end."""
    speaker: Ints
    label: Ints
    score: Floats
    probabilities: Floats
    """(T,C)"""
    time_s: Floats
    """(T,): seconds since 1970, in UTC or in an unknown time zone; NaN without a time."""
    tag_turn: Ints
    """The turn of each tag that was given."""
    tag: Ints
    tag_score: Floats
    columns: Mapping[str, Ints]
    texts: Any
    """A pyarrow array of T strings."""
    unit: Ints
    """(T,): the resampling unit of each turn, numbered within the batch."""
    draw: Callable[[int], NDArray[np.float32]]
    """Draws how often each resample takes each of a number of units."""

    def __len__(self) -> int:
        return len(self.label)

    @cached_property
    def weights(self) -> NDArray[np.float32]:
        """(R+1,U): how often each resample takes each unit; the first row, all ones, is what was observed."""
        return self.draw(int(self.unit[-1]) + 1)

    @cached_property
    def lengths(self) -> Ints:
        """(D,): turns of each conversation."""
        return np.diff(self.starts)

    @cached_property
    def conversation(self) -> Ints:
        """(T,): the conversation of each turn, numbered within the batch."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @cached_property
    def place(self) -> Ints:
        """(T,): where each turn is in its conversation, from 0."""
        return np.arange(len(self)) - self.starts[:-1][self.conversation]

    @cached_property
    def answers(self) -> Bools:
        """(T,): whether a turn follows one of another speaker in the same conversation."""
        found = np.zeros(len(self), bool)
        found[1:] = (self.conversation[1:] == self.conversation[:-1]) & (self.speaker[1:] != self.speaker[:-1])
        return found


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labels of one conversation, and further columns of its file."""

    prediction: Prediction
    file: str = ""
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The value of each requested column, for every turn."""


class Names(Sequence[str]):
    """Names in order of appearance, with their numbers of turns."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._codes = {name: code for code, name in enumerate(names)}
        self._names = list(names)
        self.turns = [0] * len(self._names)

    def count(self, name: str) -> int:
        """Return the code of a turn's name, adding the name if it is new."""
        code = self._codes.setdefault(name, len(self._names))
        if code == len(self._names):
            self._names.append(name)
            self.turns.append(0)
        self.turns[code] += 1
        return code

    def most_frequent(self, number: int) -> list[int]:
        """Return the codes of the names with the most turns, the most frequent first."""
        return sorted(range(len(self._names)), key=lambda code: -self.turns[code])[:number]

    def __getitem__(self, code: int) -> str:  # type: ignore[override]
        return self._names[code]

    def __len__(self) -> int:
        return len(self._names)
