"""Label shares of unlabelled conversations: estimate them, or shift predictions towards them. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import UsageError
from sentemo.labeler import Predicting
from sentemo.types import ABSTENTION, Conversation, Labeler, LabelSet, Prediction, TurnPrediction

MOST_SENSITIVE = 5.0
"""The largest sensitivity, above or below 0; it changes the odds of neutral by a factor of 148."""
FEWEST_TURNS, MOST_TURNS = 50, 20_000
STEPS, CLOSE = 1000, 1e-6
LEAST = 1e-6
"""The smallest share that can be estimated."""
RESAMPLES = 200
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Reweighed(Predicting):
    """A labeler whose probabilities are multiplied by factors before the most probable label is chosen."""

    labeler: Labeler
    factors: Mapping[str, float]
    """Factor by label; 1 if a label is missing."""

    @property
    def labels(self) -> LabelSet:
        """The wrapped labeler's labels."""
        return self.labeler.labels

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label each turn with the wrapped labeler and reweigh its probabilities."""
        return [reweigh(each, self.factors) for each in self.labeler.predict(conversations)]


def sensitive(labeler: Labeler, sensitivity: float) -> Labeler:
    """Return a labeler that finds more emotions (sensitivity above 0) or fewer (below 0); the same labeler for 0.

    `sensitivity` is subtracted from the log-odds of neutral. Raises `UsageError` if it is not between -5 and 5, or if
    no label means neutral.
    """
    check_sensitivity(sensitivity)
    return Reweighed(labeler, neutral_factor(labeler.labels, sensitivity)) if sensitivity else labeler


def with_sensitivity(predictions: Sequence[Prediction], labels: LabelSet, sensitivity: float) -> list[Prediction]:
    """Apply a sensitivity to existing predictions, as `sensitive` does to a labeler."""
    check_sensitivity(sensitivity)
    if not sensitivity:
        return list(predictions)
    factors = neutral_factor(labels, sensitivity)
    return [reweigh(prediction, factors) for prediction in predictions]


def check_sensitivity(sensitivity: float) -> None:
    """Raise `UsageError` for an invalid sensitivity."""
    if not abs(sensitivity) <= MOST_SENSITIVE:  # nor is NaN
        raise UsageError(f"A sensitivity can't be {sensitivity}", "Use a number from -5 to 5, such as 0.7")


def neutral_factor(labels: LabelSet, sensitivity: float) -> dict[str, float]:
    """Return the factor that a sensitivity gives neutral; raise `UsageError` if no label means neutral."""
    if labels.neutral is None:
        raise UsageError("A sensitivity needs a neutral label, and this model has none", "Leave the sensitivity out")
    return {labels.neutral: math.exp(-sensitivity)}


def reweigh(prediction: Prediction, factors: Mapping[str, float]) -> Prediction:
    """Multiply each label's probability by its factor (default 1) and choose the most probable label.

    A turn without a label is left unchanged.
    """
    return Prediction(prediction.id, tuple(reweigh_turn(turn, factors) for turn in prediction))


def reweigh_turn(turn: TurnPrediction, factors: Mapping[str, float]) -> TurnPrediction:
    """Reweigh a single turn."""
    if turn.label == ABSTENTION:
        return turn
    weighted = {name: share * factors.get(name, 1.0) for name, share in turn.probabilities.items()}
    total = sum(weighted.values())
    probabilities = {name: share / total for name, share in weighted.items()}
    label = max(probabilities, key=probabilities.__getitem__)
    return replace(turn, label=label, score=probabilities[label], probabilities=probabilities)


@dataclass(frozen=True)
class FittedShares:
    """Label shares estimated from unlabelled turns, with 95 % intervals over conversations."""

    shares: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    factors: dict[str, float]
    """The factor of each label's probability: its share divided by the share that the model assumed."""

    def __str__(self) -> str:
        return ", ".join(
            f"{name} {share:.1%} [{self.low[name]:.1%}, {self.high[name]:.1%}]" for name, share in self.shares.items()
        )


def fit_shares(predictions: Sequence[Prediction], assumed: Mapping[str, float], *, seed: int = 0) -> FittedShares:
    """Estimate the label shares of unlabelled conversations by expectation maximisation (Saerens et al. 2002).

    `assumed` are the shares that the predicted probabilities assume. Long inputs are reduced to random conversations of
    about 20,000 turns. Raises `UsageError` for fewer than 50 turns, too few to estimate shares from.
    """
    names = [*assumed]
    rng = np.random.default_rng(seed)
    talks: list[Floats] = []
    turns = 0
    for place in rng.permutation(len(predictions)):
        if turns >= MOST_TURNS:
            break
        rows = [[turn.probabilities[name] for name in names] for turn in predictions[place] if turn.label != ABSTENTION]
        if rows:
            talks.append(np.array(rows))
            turns += len(rows)
    if turns < FEWEST_TURNS:
        raise UsageError(
            f"Label shares can't be estimated from so little text ({turns} turns)",
            f"Give {FEWEST_TURNS} turns or more, or use --sensitivity instead",
        )
    prior = np.array([assumed[name] for name in names])
    prior = prior / prior.sum()
    likely = np.concatenate(talks) / prior
    found = _maximised(likely, np.ones((len(likely), 1)), prior)[0]
    lengths = [len(talk) for talk in talks]
    drawn = rng.multinomial(len(talks), [1 / len(talks)] * len(talks), RESAMPLES).T  # how often each conversation
    again = _maximised(likely, np.repeat(drawn, lengths, 0), found)
    low, high = np.quantile(again, [0.025, 0.975], 0)

    def named(values: Floats) -> dict[str, float]:
        return dict(zip(names, values.tolist(), strict=True))

    return FittedShares(named(found), named(low), named(high), named(found / prior))


def estimate(probabilities: Floats, assumed: Floats) -> Floats:
    """(N,C) probabilities that assume shares (C,) -> the shares (C,) of maximum likelihood."""
    shares: Floats = _maximised(probabilities / assumed, np.ones((len(probabilities), 1)), assumed)[0]
    return shares


def _maximised(likely: Floats, weights: NDArray[Any], start: Floats) -> Floats:
    """(N,C) likelihoods up to a factor each, (N,R) weights of turns in R samples -> (R,C), the samples' shares."""
    shares = np.tile(start, (weights.shape[1], 1))
    turns = weights.sum(0)[:, None]
    for _ in range(STEPS):
        new: Floats = shares * ((weights / (likely @ shares.T)).T @ likely) / turns
        done = np.abs(new - shares).max() < CLOSE
        shares = np.maximum(new, LEAST)
        if done:
            break
    return shares
