"""Compare an exported model with the original model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sentemo.evaluation.evaluate import evaluate_predictions
from sentemo.types import Conversation, Labeler, LabelSet, Prediction

FIGURE = "macro_f1_no_neutral"
MOST_LOST = 0.5
"""The most points of macro-F1* that an export may lose."""


@dataclass(frozen=True)
class Parity:
    """The difference between two labelers on the same conversations, protocol `standard`."""

    mode: str
    """`whole` or `causal`."""
    utterances: int
    largest_difference: float
    """The largest difference in any label's probability."""
    mean_difference: float
    labels_that_differ: int
    figures: dict[str, float]
    """The original model's, in percent."""
    exported_figures: dict[str, float]

    @property
    def lost(self) -> float:
        """Points of macro-F1* that the export lost; negative if it gained."""
        return self.figures[FIGURE] - self.exported_figures[FIGURE]

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`."""
        return asdict(self) | {"lost": self.lost}

    def to_text(self) -> str:
        """Return a one-line summary."""
        before, after = (figures[FIGURE] for figures in (self.figures, self.exported_figures))
        return (
            f"{self.mode}: {self.utterances:,} utterances, {self.labels_that_differ} labels differ, probabilities by "
            f"{self.largest_difference:.2g} at most and {self.mean_difference:.2g} in the mean; "
            f"macro-F1* {before:.2f} -> {after:.2f}"
        )


def compare(
    model: Labeler, exported: Labeler, conversations: Sequence[Conversation], labels: LabelSet, *, mode: str
) -> Parity:
    """Label the conversations with both and compare the results."""
    one, other = model.predict(conversations), exported.predict(conversations)
    pairs = [pair for two in zip(one, other, strict=True) for pair in zip(*two, strict=True)]
    differences = [abs(a.probabilities[name] - b.probabilities[name]) for a, b in pairs for name in a.probabilities]
    return Parity(
        mode,
        len(pairs),
        max(differences),
        sum(differences) / len(differences),
        sum(a.label != b.label for a, b in pairs),
        _figures(conversations, one, labels),
        _figures(conversations, other, labels),
    )


def _figures(
    conversations: Sequence[Conversation], predictions: Sequence[Prediction], labels: LabelSet
) -> dict[str, float]:
    return dict(evaluate_predictions(conversations, predictions, labels, resamples=1).metrics.figures)
