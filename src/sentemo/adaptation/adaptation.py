"""What an adaptation found: the method, what was tried, what to expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Adaptation:
    """How labels were learnt from a few examples."""

    method: str
    """prototypes, neighbours, linear, metric, or names where labels were only described."""
    examples: Mapping[str, int]
    """Of each label."""
    trials: Mapping[str, float] = field(default_factory=dict)
    """The accuracy of each method tried, on examples left out."""
    accuracy: float | None = None
    """Expected share of right labels among utterances such as the examples, with labels as frequent as there; where
    labels extend others, the share of the new ones that is found. None where a label has a single example."""
    interval: tuple[float, float] | None = None
    """Its 95 % interval (Wilson)."""
    chance: float = 0.0
    """What guessing the most frequent label of the examples would give."""
    mistaken: float | None = None
    """Where labels extend others: the share of known utterances that are taken for a new label."""

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Adaptation:
        """Take what `to_json` gave, perhaps written and read in between."""
        interval = value["interval"]
        return cls(**{**value, "interval": None if interval is None else tuple(interval)})

    def __str__(self) -> str:
        lines = [f"{len(self.examples)} labels learnt from {sum(self.examples.values())} examples, by {self.method}."]
        lines.append(self._expected())
        if self.trials:
            tried = ", ".join(f"{method} {accuracy:.0%}" for method, accuracy in self.trials.items())
            lines.append(f"On examples left out: {tried}.")
        if self.mistaken is not None:
            lines.append(f"Of what the model knew, {self.mistaken:.1%} is taken for a new label.")
        return "\n".join(lines)

    def _expected(self) -> str:
        if self.accuracy is None or self.interval is None:
            return "Expected accuracy: unknown; give each label at least 2 examples."
        low, high = self.interval
        share = f"{self.accuracy:.0%} [{low:.0%}, {high:.0%}]"
        if self.mistaken is not None:
            return f"Of the new labels' examples left out, {share} are found."
        return f"Expected accuracy: {share}; guessing {self.chance:.0%}."
