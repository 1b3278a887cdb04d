"""Explain a model's labels of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sentemo.artifacts.parts import ModelParts
from sentemo.errors import UsageError
from sentemo.explanation.bank import Bank
from sentemo.explanation.explanation import Explanation, TurnExplanation
from sentemo.explanation.influence import Judge, influences
from sentemo.heads import Floats, distances, points_of
from sentemo.inference.engine import Engine, Output
from sentemo.types import Conversation, Prediction

FARTHEST = 256
"""The largest reach, in turns on either side; the work grows with it."""


def check_asked(neighbours: int, reach: int, turn: int | None, turns: int) -> None:
    """Raise `UsageError` for invalid numbers."""
    if turn is not None and not 0 <= turn < turns:
        raise UsageError(f"No turn {turn} among {turns}", "Count them from 0")
    if neighbours < 0:
        raise UsageError(f"There can't be {neighbours} neighbours", "Ask for 0 or more")
    if not 0 <= reach <= FARTHEST:
        raise UsageError(f"Influence can't be measured {reach} turns away", f"Ask for 0 to {FARTHEST}")


def explain(
    model: ModelParts,
    engine: Engine,
    judge: Judge,
    bank: Bank,
    conversation: Conversation,
    output: Output,
    prediction: Prediction,
    neighbours: int,
    reach: int,
    on_progress: Callable[[int, int], None] | None = None,
    turn: int | None = None,
) -> Explanation:
    """Explain the labels of a conversation, given the network's output and the prediction."""
    nearest = bank.nearest(output.features, neighbours)
    prototypes = _prototype_distances(model, output)
    others = influences(engine, judge, conversation, judge(output), reach, on_progress, turn)
    columns = zip(prediction, nearest, prototypes, others, strict=True)
    return Explanation(
        conversation.id,
        tuple(TurnExplanation(said, near, means, tuple(changes)) for said, near, means, changes in columns),
    )


def _prototype_distances(model: ModelParts, output: Output) -> list[dict[str, float]]:
    """Return each turn's distance to each label's prototype, or to the nearest one if outputs were merged."""
    features, (means, outputs) = output.features, prototypes_of(model)
    points = features if model.adapted else points_of(features, model.runner.architecture.network.space_dim)
    if not outputs:
        return [{} for _ in points]
    labels = np.array([model.label_of[each] if model.label_of else each for each in outputs])
    far = distances(points, means)  # (T, P)
    present = np.unique(labels)
    columns = np.stack([far[:, labels == label].min(1) for label in present], 1)
    names = [model.labels.names[label] for label in present]
    return [dict(zip(names, row, strict=True)) for row in columns.tolist()]


def prototypes_of(model: ModelParts) -> tuple[Floats, Sequence[int]]:
    """Return prototypes (P,Z), or (P,F) of an adapted model, and the output that each belongs to."""
    if model.adapted is not None:
        features, outputs = model.adapted.examples, model.adapted.gold
        if model.adapted.extends and model.neighbours is not None:  # the means of the old labels, in the same space
            own = model.runner.architecture.network.labels
            features = np.concatenate([model.neighbours.features, features])
            outputs = np.concatenate([model.neighbours.labels, outputs + own])
        present = np.unique(outputs)
        return np.stack([features[outputs == output].mean(0) for output in present]), present.tolist()
    if model.prototypes is None:
        return np.empty((0, 0), np.float32), []
    known = model.prototypes.points.any(1)  # a label without examples stays at the origin
    return model.prototypes.points[known], np.flatnonzero(known).tolist()
