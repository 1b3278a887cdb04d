"""From a model and a conversation to an explanation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from sentemo.artifacts.parts import ModelParts
from sentemo.errors import UsageError
from sentemo.explanation.bank import Bank, distances
from sentemo.explanation.explanation import Explanation, TurnExplanation
from sentemo.explanation.influence import Engine, influences
from sentemo.network.network import NetworkOutput
from sentemo.types import Conversation, Prediction

FARTHEST = 256
"""Turns, on either side, whose influence can be asked for; the work grows with it."""


def check_asked(neighbours: int, reach: int, turn: int | None, turns: int) -> None:
    """Raise `UsageError` for numbers that can't be meant."""
    if turn is not None and not 0 <= turn < turns:
        raise UsageError(f"There is no turn {turn} among {turns}", "Count them from 0")
    if neighbours < 0:
        raise UsageError(f"There can't be {neighbours} neighbours", "Ask for 0 or more")
    if not 0 <= reach <= FARTHEST:
        raise UsageError(f"Influence can't be told {reach} turns away", f"Ask for 0 to {FARTHEST}")


def explain(
    model: ModelParts,
    engine: Engine,
    bank: Bank,
    conversation: Conversation,
    output: NetworkOutput,
    prediction: Prediction,
    neighbours: int,
    reach: int,
    on_progress: Callable[[int, int], None] | None = None,
    turn: int | None = None,
) -> Explanation:
    """Say what the labels of a conversation rest on, given what the network made of it and what was predicted."""
    nearest = bank.nearest(output.features, neighbours)
    prototypes = _prototype_distances(model, output)
    others = influences(engine, conversation, engine.judge(output), reach, on_progress, turn)
    columns = zip(prediction, nearest, prototypes, others, strict=True)
    return Explanation(
        conversation.id,
        tuple(TurnExplanation(said, near, means, tuple(changes)) for said, near, means, changes in columns),
    )


def _prototype_distances(model: ModelParts, output: NetworkOutput) -> list[dict[str, float]]:
    """For each turn the distance to each label's prototype, to its nearest where outputs were merged."""
    points, (means, outputs) = output.points, prototypes_of(model)
    if model.adapted is not None:
        points = output.features
    if not outputs:
        return [{} for _ in points]
    labels = torch.tensor([model.label_of[each] if model.label_of else each for each in outputs])
    far = distances(points, means)  # (T, P)
    present = sorted(set(labels.tolist()))
    columns = torch.stack([far[:, labels == label].amin(1) for label in present], 1)
    names = [model.labels.names[label] for label in present]
    return [dict(zip(names, row, strict=True)) for row in columns.tolist()]


def prototypes_of(model: ModelParts) -> tuple[Tensor, Sequence[int]]:
    """Give prototypes (P,Z), or (P,F) of an adapted model, and the output that each belongs to."""
    if model.adapted is not None:
        features, outputs = model.adapted.examples, model.adapted.gold
        if model.adapted.shape.extends and model.neighbours is not None:  # the old labels' means, in the same space
            features = torch.cat([model.neighbours.points, features])
            outputs = torch.cat([model.neighbours.labels, outputs + model.network.shape.labels])
        present = outputs.unique()
        return torch.stack([features[outputs == output].mean(0) for output in present]), present.tolist()
    if model.prototypes is None:
        return torch.empty(0, 0), []
    known = model.prototypes.points.any(1)  # a label without examples keeps the origin
    return model.prototypes.points[known], known.nonzero()[:, 0].tolist()
