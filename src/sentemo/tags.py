"""Tags of a user's own, which stand beside a turn's label: a yes or no for each, from features alone. No torch.

T turns, N examples, F features, G tags.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import UsageError
from sentemo.types import Prediction, TurnPrediction

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TagExamples:
    """What tags were learnt from, kept to learn more beside it."""

    alone: Floats
    """(N,F), features of each turn read by itself."""
    within: Floats
    """(N,F), features of each turn read in its conversation."""
    gold: NDArray[np.int64]
    """(N,), the position of its tag."""
    counter: NDArray[np.bool_]
    """(N,), whether the tag does not apply."""
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Tags:
    """Detectors that are linear in the features.

    A tag applies where its log-odds are 0 or more: 0 is its threshold, which was set on what people say otherwise.
    """

    names: tuple[str, ...]
    weights: Floats
    """(G,F)."""
    biases: Floats
    """(G,)."""
    context: Floats
    """(G,), how much a turn's neighbours count, from 0 (its own words alone) to 1."""
    examples: TagExamples

    @property
    def reads_context(self) -> bool:
        """Whether any tag looks at the turns around."""
        return bool(self.context.any())

    def log_odds(self, alone: Floats, within: Floats) -> Floats:
        """(T,F) features of turns by themselves, (T,F) of the same in their conversation -> (T,G)."""
        found = np.empty((len(alone), len(self.names)), np.float32)
        for share in np.unique(self.context):
            of = self.context == share
            found[:, of] = mixed(alone, within, float(share)) @ self.weights[of].T + self.biases[of]
        return found

    def more_sensitive(self, by: Mapping[str, float]) -> Tags:
        """Add to tags' log-odds: above 0 a tag is found more often, below 0 less."""
        for name, amount in by.items():
            if name not in self.names:
                raise UsageError(f"There is no tag {name!r}", f"Use one of: {', '.join(self.names)}")
            if not abs(amount) <= MOST_SENSITIVE:  # nor is NaN
                raise UsageError(f"A sensitivity can't be {amount}", "Use a number from -5 to 5, such as 0.7")
        moved = np.array([by.get(name, 0.0) for name in self.names], np.float32)
        return replace(self, biases=self.biases + moved)

    def without(self, names: Sequence[str]) -> Tags | None:
        """Leave tags out, and what they were learnt from; None where no other is left."""
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
        """Put other tags behind these."""
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
        """Add to each turn the tags that apply; (T,G). A tag named as one of the labels is a correction: the label
        becomes that one."""
        turns = zip(prediction, log_odds.astype(np.float64), strict=True)
        return Prediction(prediction.id, tuple(self._put(turn, odds) for turn, odds in turns))

    def _put(self, turn: TurnPrediction, log_odds: Sequence[float]) -> TurnPrediction:
        found = {name: sigmoid(odds) for name, odds in zip(self.names, log_odds, strict=True) if odds >= 0}
        labels = {name: share for name, share in found.items() if name in turn.probabilities}
        tags = {name: found[name] for name in sorted(found, key=lambda name: -found[name]) if name not in labels}
        turn = replace(turn, tags=tags)
        return corrected(turn, max(labels, key=lambda name: labels[name])) if labels else turn


MOST_SENSITIVE = 5.0
"""Of a sensitivity, above or below 0."""


def corrected(turn: TurnPrediction, label: str) -> TurnPrediction:
    """Give a turn another label of the model's: the probabilities of the two change places."""
    shares = {**turn.probabilities, turn.label: turn.probabilities[label], label: turn.score}
    return replace(turn, label=label, probabilities=shares)


def mixed(alone: Floats, within: Floats, share: float) -> Floats:
    """(N,F), (N,F) -> (N,F) of length 1: a turn's own words, and so much of what its conversation makes of them."""
    if not share:
        return alone
    both = (1 - share) * alone + share * within
    out: Floats = both / np.maximum(np.linalg.norm(both, axis=-1, keepdims=True), 1e-12)
    return out


def sigmoid(log_odds: float) -> float:
    """Log-odds to a probability."""
    return float(1 / (1 + np.exp(-log_odds)))
