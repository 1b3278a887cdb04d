"""The explanation of each turn's label in a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sentemo.types import TurnPrediction


@dataclass(frozen=True, slots=True)
class NearExample:
    """A labelled example, and the distance of its features (of length 1) from a turn's: 0 the same, 2 the opposite."""

    text: str
    label: str
    distance: float


@dataclass(frozen=True, slots=True)
class Influence:
    """The effect of another turn on the probability of a turn's label."""

    turn: int
    """The other turn's position, from 0."""
    change: float
    """The probability minus the probability without that turn; positive if the turn supports the label."""


@dataclass(frozen=True, slots=True)
class TurnExplanation:
    """The label of one turn and its explanation."""

    prediction: TurnPrediction
    nearest: tuple[NearExample, ...]
    """The nearest labelled examples, nearest first."""
    prototypes: Mapping[str, float]
    """The distance to the mean of each label's examples; labels without examples are left out."""
    influences: tuple[Influence, ...]
    """The influence of the turns within reach, in order; in causal mode only earlier turns have any."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`, rounded to 6 digits."""
        turn = self.prediction
        return {
            "speaker": turn.speaker,
            "text": turn.text,
            "label": turn.label,
            "score": round(turn.score, 6),
            "probabilities": _rounded(turn.probabilities),
            "nearest": [
                {"text": near.text, "label": near.label, "distance": round(near.distance, 6)} for near in self.nearest
            ],
            "prototypes": _rounded(self.prototypes),
            "influences": [{"turn": other.turn, "change": round(other.change, 6)} for other in self.influences],
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explained turns of one conversation, in order."""

    id: str
    turns: tuple[TurnExplanation, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`; turns are identified by position, from 0."""
        return {"id": self.id, "turns": [turn.to_json() for turn in self.turns]}

    def __len__(self) -> int:
        return len(self.turns)

    def __iter__(self) -> Iterator[TurnExplanation]:
        return iter(self.turns)


def _rounded(numbers: Mapping[str, float]) -> dict[str, float]:
    return {name: round(number, 6) for name, number in numbers.items()}
