"""User-defined tags in addition to a turn's label: a yes or no for each, computed from features. No torch.

T turns, N examples, F features, S shades, G tags.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import UsageError
from sentemo.heads import OtherLabels
from sentemo.types import Prediction, TurnPrediction

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TagExamples:
    """The examples that tags were learnt from, kept so that more can be added."""

    alone: Floats
    """(N,F), features of each turn read on its own."""
    within: Floats
    """(N,F), features of each turn read in its conversation."""
    gold: NDArray[np.int64]
    """(N,), the position of each turn's tag."""
    counter: NDArray[np.bool_]
    """(N,), whether the tag does not apply."""
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Tags:
    """Linear detectors on the features and, if the model knows them, on the probabilities of shades.

    A tag applies if its log-odds are 0 or more; that threshold was set on ordinary turns.
    """

    names: tuple[str, ...]
    weights: Floats
    """(G,F+S), or (G,F) without shades."""
    biases: Floats
    """(G,)."""
    context: Floats
    """(G,), the weight of a turn's neighbours, from 0 (its own words only) to 1."""
    examples: TagExamples

    @property
    def reads_context(self) -> bool:
        """Whether any tag depends on the surrounding turns."""
        return bool(self.context.any())

    def log_odds(self, alone: Floats, within: Floats, shades: OtherLabels | None = None) -> Floats:
        """(T,F) features of turns on their own, (T,F) of the same turns in their conversation -> (T,G)."""
        reads_shades = self.weights.shape[1] > alone.shape[1]
        found = np.empty((len(alone), len(self.names)), np.float32)
        for share in np.unique(self.context):
            of = self.context == share
            rows = with_shades(mixed(alone, within, float(share)), shades if reads_shades else None)
            found[:, of] = rows @ self.weights[of].T + self.biases[of]
        return found

    def more_sensitive(self, by: Mapping[str, float]) -> Tags:
        """Add to the log-odds of tags: above 0 a tag is found more often, below 0 less often."""
        for name, amount in by.items():
            if name not in self.names:
                raise UsageError(f"Unknown tag {name!r}", f"Use one of: {', '.join(self.names)}")
            if not abs(amount) <= MOST_SENSITIVE:  # nor is NaN
                raise UsageError(f"A sensitivity can't be {amount}", "Use a number from -5 to 5, such as 0.7")
        moved = np.array([by.get(name, 0.0) for name in self.names], np.float32)
        return replace(self, biases=self.biases + moved)

    def without(self, names: Sequence[str]) -> Tags | None:
        """Remove tags and the examples they were learnt from; return None if no tag is left."""
        kept = [place for place, name in enumerate(self.names) if name not in names]
        rows = np.isin(self.examples.gold, kept)
        old = self.examples
        examples = TagExamples(
            old.alone[rows],
            old.within[rows],
            np.searchsorted(kept, old.gold[rows]),
            old.counter[rows],
            tuple(text for text, keep in zip(old.texts, rows, strict=True) if keep),
        )
        named = tuple(self.names[place] for place in kept)
        return Tags(named, self.weights[kept], self.biases[kept], self.context[kept], examples) if kept else None

    def beside(self, other: Tags) -> Tags:
        """Append other tags to these."""
        one, two = self.examples, other.examples
        return Tags(
            self.names + other.names,
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.biases, other.biases]),
            np.concatenate([self.context, other.context]),
            TagExamples(
                np.concatenate([one.alone, two.alone]),
                np.concatenate([one.within, two.within]),
                np.concatenate([one.gold, two.gold + len(self.names)]),
                np.concatenate([one.counter, two.counter]),
                one.texts + two.texts,
            ),
        )

    def put(self, prediction: Prediction, log_odds: Floats) -> Prediction:
        """Add the tags that apply to each turn; (T,G). A tag with the name of a label is a correction: it replaces the
        turn's label."""
        turns = zip(prediction, log_odds.astype(np.float64), strict=True)
        return Prediction(prediction.id, tuple(self._put(turn, odds) for turn, odds in turns))

    def _put(self, turn: TurnPrediction, log_odds: Sequence[float]) -> TurnPrediction:
        found = {name: sigmoid(odds) for name, odds in zip(self.names, log_odds, strict=True) if odds >= 0}
        labels = {name: share for name, share in found.items() if name in turn.probabilities}
        tags = {name: found[name] for name in sorted(found, key=lambda name: -found[name]) if name not in labels}
        turn = replace(turn, tags=tags)
        return corrected(turn, max(labels, key=lambda name: labels[name])) if labels else turn


MOST_SENSITIVE = 5.0
"""The largest sensitivity, above or below 0."""


def corrected(turn: TurnPrediction, label: str) -> TurnPrediction:
    """Return the turn with another of the model's labels; the probabilities of the two are swapped."""
    shares = {**turn.probabilities, turn.label: turn.probabilities[label], label: turn.score}
    return replace(turn, label=label, probabilities=shares)


def mixed(alone: Floats, within: Floats, share: float) -> Floats:
    """(N,F), (N,F) -> (N,F) of length 1: features read alone, mixed with those read in context by the given share."""
    if not share:
        return alone
    both = (1 - share) * alone + share * within
    out: Floats = both / np.maximum(np.linalg.norm(both, axis=-1, keepdims=True), 1e-12)
    return out


def with_shades(features: Floats, shades: OtherLabels | None) -> Floats:
    """(N,F) -> (N,F+S): append the probabilities of the shades, if there are any."""
    return features if shades is None else np.concatenate([features, shades(features)], 1)


def sigmoid(log_odds: float) -> float:
    """Convert log-odds to a probability."""
    return float(1 / (1 + np.exp(-log_odds)))
