"""What a model that learnt something says otherwise than before. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sentemo.types import Prediction, TurnPrediction


@dataclass(frozen=True, slots=True)
class Change:
    """A turn with another label or other tags; positions from 0."""

    conversation: int
    turn: int
    before: TurnPrediction
    after: TurnPrediction

    def __str__(self) -> str:
        return f"{self.before.said} -> {self.after.said}: {self.after.text}"


def changes(before: Sequence[Prediction], after: Sequence[Prediction]) -> list[Change]:
    """Compare what was said of the same conversations, and return the turns that differ."""
    return [
        Change(number, place, old, new)
        for number, (one, other) in enumerate(zip(before, after, strict=True))
        for place, (old, new) in enumerate(zip(one, other, strict=True))
        if (old.label, {*old.tags}) != (new.label, {*new.tags})
    ]
