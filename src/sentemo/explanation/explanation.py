"""What is said of why each turn of a conversation got its label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sentemo.types import TurnPrediction


@dataclass(frozen=True, slots=True)
class NearExample:
    """A labelled example, and how far its features (of length 1) are from a turn's: 0 the same, 2 the opposite."""

    text: str
    label: str
    distance: float


@dataclass(frozen=True, slots=True)
class Influence:
    """What another turn does to the probability of a turn's label."""

    turn: int
    """The other turn's position, from 0."""
    change: float
    """The probability less what it is without that turn; positive where the turn speaks for the label."""


@dataclass(frozen=True, slots=True)
class TurnExplanation:
    """The label of one turn, and what it rests on."""

    prediction: TurnPrediction
    nearest: tuple[NearExample, ...]
    """The nearest labelled examples, the nearest first."""
    prototypes: Mapping[str, float]
    """The distance to the mean of each label's examples; a label without any is not there."""
    influences: tuple[Influence, ...]
    """Of the turns within reach, in their order; in causal mode of earlier ones only, as no other has any."""

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`, rounded to 6 digits."""
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
        """Give plain values for `json.dumps`; turns are named by their position, from 0."""
        return {"id": self.id, "turns": [turn.to_json() for turn in self.turns]}

    def __len__(self) -> int:
        return len(self.turns)

    def __iter__(self) -> Iterator[TurnExplanation]:
        return iter(self.turns)


def _rounded(numbers: Mapping[str, float]) -> dict[str, float]:
    return {name: round(number, 6) for name, number in numbers.items()}
