"""The result of an adaptation: the method, its alternatives, and the expected quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected quality of a tag."""

    examples: int
    """The number of examples; a description counts as one."""
    context: float
    """The weight of a turn's neighbours, from 0 to 1."""
    false: float
    """The share of ordinary turns that get the tag."""
    recall: float | None
    """Recall, measured on left-out examples; None with a single example."""
    recall_interval: tuple[float, float]
    """95 % (Wilson)."""
    precision: float | None
    """Precision, if the tag is right for one turn in 20."""
    precision_interval: tuple[float, float]
    """Computed from the interval bounds of recall and of false alarms."""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Expected:
        """Make it from plain values."""
        intervals = {name: tuple(value[name]) for name in ("recall_interval", "precision_interval")}
        return cls(**{**value, **intervals})

    def told(self, name: str) -> str:
        """Return a one-line summary, with a warning if the tag will find little."""
        if self.recall is None or self.precision is None:
            return f"{name}: one example, so nothing can be expected; give it a few more."
        found, right = _with(self.recall, self.recall_interval), _with(self.precision, self.precision_interval)
        line = f"{name}: finds {found} of its turns; {right} of what it tags is right, if one turn in 20 is {name}."
        if self.recall < 0.5:
            line += " It will miss more than it finds: give it more examples, or raise its sensitivity."
        return line


def _with(share: float, interval: tuple[float, float]) -> str:
    return f"{share:.0%} [{interval[0]:.0%}, {interval[1]:.0%}]"


@dataclass(frozen=True, slots=True)
class Adaptation:
    """How labels were learnt from a few examples."""

    method: str
    """prototypes, neighbours, linear, metric, names (if labels were only described), or tags."""
    examples: Mapping[str, int]
    """The number of examples of each label."""
    trials: Mapping[str, float] = field(default_factory=dict)
    """The accuracy of each method tried, on left-out examples."""
    accuracy: float | None = None
    """Expected accuracy on utterances like the examples, with the same label frequencies; if labels extend others, the
    share of the new ones that is found. None if a label has a single example."""
    interval: tuple[float, float] | None = None
    """Its 95 % interval (Wilson)."""
    chance: float = 0.0
    """The accuracy of always guessing the examples' most frequent label."""
    mistaken: float | None = None
    """If labels extend others: the share of known utterances that are mistaken for a new label."""
    tags: Mapping[str, Expected] = field(default_factory=dict)
    """The expected quality of each tag, if tags were learnt."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Adaptation:
        """Restore the result of `to_json`, also after a round trip through JSON."""
        interval = value["interval"]
        tags = {name: Expected.from_json(each) for name, each in value.get("tags", {}).items()}
        return cls(**{**value, "interval": None if interval is None else tuple(interval), "tags": tags})

    def __str__(self) -> str:
        if self.tags:
            return "\n".join(each.told(name) for name, each in self.tags.items())
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
