"""Counts of labels, of one part or of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sentemo.types import Prediction

BINS = 20
"""Number of bins of the histogram of scores, each 0.05 wide."""


@dataclass
class Tally:
    """Counts that add up to the same figures in any order."""

    conversations: int = 0
    failures: int = 0
    turns: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    """Turns by label."""
    score: dict[str, int] = field(default_factory=dict)
    """The sum of the labels' probabilities, in millionths, by label."""
    histogram: list[int] = field(default_factory=lambda: [0] * BINS)
    """Turns by the probability of their label."""

    def count(self, prediction: Prediction) -> None:
        """Add a labelled conversation."""
        self.conversations += 1
        for turn in prediction:
            self.turns += 1
            self.labels[turn.label] = self.labels.get(turn.label, 0) + 1
            self.score[turn.label] = self.score.get(turn.label, 0) + round(turn.score * 1e6)
            self.histogram[min(int(turn.score * BINS), BINS - 1)] += 1

    def add(self, other: Tally) -> None:
        """Add another part's counts."""
        self.conversations += other.conversations
        self.failures += other.failures
        self.turns += other.turns
        for mine, theirs in ((self.labels, other.labels), (self.score, other.score)):
            for name, number in theirs.items():
                mine[name] = mine.get(name, 0) + number
        self.histogram = [mine + theirs for mine, theirs in zip(self.histogram, other.histogram, strict=True)]

    def to_json(self) -> dict[str, Any]:
        """Return plain values, from which `Tally(**values)` restores it."""
        return asdict(self)


def summary(tally: Tally) -> dict[str, Any]:
    """Return the contents of summary.json: counts, shares and mean score by label, and the histogram."""
    return {
        "conversations": tally.conversations,
        "failures": tally.failures,
        "turns": tally.turns,
        "mean_score": _mean(tally.score.values(), tally.turns),
        "labels": {name: _label(tally, name) for name in sorted(tally.labels, key=lambda each: -tally.labels[each])},
        "score_histogram": {
            f"{place / BINS:.2f}-{(place + 1) / BINS:.2f}": turns for place, turns in enumerate(tally.histogram)
        },
    }


def _label(tally: Tally, name: str) -> Mapping[str, Any]:
    turns = tally.labels[name]
    return {
        "turns": turns,
        "share": round(turns / tally.turns, 6),
        "mean_score": _mean([tally.score[name]], turns),
    }


def _mean(millionths: Iterable[int], turns: int) -> float | None:
    return round(sum(millionths) / 1e6 / turns, 6) if turns else None
