"""Describe what is wrong with a prediction, or how two differ; yield nothing if all is well."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from sentemo.types import ABSTENTION, Conversation, LabelSet, Prediction, TurnPrediction

TOLERANCE = 1e-5
"""The tolerance of probabilities and of their sum."""


def unlike(talk: Conversation, prediction: object) -> Iterator[str]:
    """Yield where a prediction doesn't match its conversation, turn by turn."""
    if not isinstance(prediction, Prediction):
        yield f"got {type(prediction).__name__}, not a Prediction"
        return
    if prediction.id != talk.id:
        yield f"the prediction has the id {prediction.id!r}"
    if len(prediction) != len(talk):
        yield f"{len(prediction)} predictions for {len(talk)} turns"
        return
    for place, (found, turn) in enumerate(zip(prediction, talk, strict=True), 1):
        if (found.speaker, found.text) != (turn.speaker, turn.text):
            yield f"prediction {place} is not of turn {place}"


def unfit(prediction: Prediction, labels: LabelSet) -> Iterator[str]:
    """Yield where labels are not in the set or probabilities are invalid."""
    for place, turn in enumerate(prediction, 1):
        for what in _unfit(turn, labels):
            yield f"turn {place}: {what}"


def _unfit(turn: TurnPrediction, labels: LabelSet) -> Iterator[str]:
    shares = turn.probabilities
    if {*shares} - {ABSTENTION} != {*labels.names}:
        yield f"probabilities of {sorted(shares)} for the labels {sorted(labels.names)}"
    elif turn.label not in shares:
        yield f"the label {turn.label!r} has no probability"
    elif not all(math.isfinite(share) and 0 <= share <= 1 + TOLERANCE for share in shares.values()):
        yield f"probabilities {[*shares.values()]}"
    elif abs(sum(shares.values()) - 1) > TOLERANCE:
        yield f"the probabilities sum to {sum(shares.values())}"
    elif abs(turn.score - shares[turn.label]) > TOLERANCE:
        yield f"the score is {turn.score}, the label's probability {shares[turn.label]}"


def apart(one: Prediction, other: Prediction, tolerance: float = TOLERANCE) -> Iterator[str]:
    """Yield where two predictions differ."""
    if len(one) != len(other):
        yield f"{len(one)} predictions, then {len(other)}"
    for place, (ours, theirs) in enumerate(zip(one, other, strict=False), 1):
        if ours.label != theirs.label:
            yield f"turn {place} is {ours.label!r}, then {theirs.label!r}"
        elif (moved := _moved(ours.probabilities, theirs.probabilities)) > tolerance:
            yield f"a probability of turn {place} moves by {moved:.2g}"


def _moved(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return max(abs(one.get(name, 0.0) - other.get(name, 0.0)) for name in {*one, *other})
