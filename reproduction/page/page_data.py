"""What the page of dialogues shows, in few bytes: turns, labels, probabilities, counts of outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sentemo.errors import BadModel
from sentemo.evaluation.metrics import IntArray
from sentemo.evaluation.protocols import ROUNDING, read_predictions, select
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction, Utterance

OUTCOMES = ("right", "helped", "hurt", "wrong")
"""Both models right; only the contextual one; only the isolated one; neither. Place = isolated + 2 contextual wrong."""


def page_data(
    conversations: Sequence[Conversation],
    contextual: Sequence[Prediction],
    isolated: Sequence[Prediction],
    labels: LabelSet,
) -> dict[str, Any]:
    """Return the page's data for `json.dumps`; labels are positions, probabilities thousandths.

    A turn is `[speaker, text]`, and where it has a gold label `[speaker, text, gold, contextual, isolated,
    [contextual's probabilities], [isolated's]]`; a dialogue is `[id, names of its speakers, turns]`.
    Raises `BadInput` for unknown gold labels and where there is none, `BadModel` for predictions that don't fit.
    """
    selection = select(conversations, labels, "standard")
    together, alone = (read_predictions(selection, conversations, each)[0] for each in (contextual, isolated))
    return {
        "labels": labels.names,
        "neutral": None if labels.neutral is None else labels.index(labels.neutral),
        "counts": count_outcomes(selection.gold, together, alone, labels).tolist(),
        "talks": [_talk(*rows, labels) for rows in zip(conversations, contextual, isolated, strict=True)],
    }


def count_outcomes(gold: IntArray, contextual: IntArray, isolated: IntArray, labels: LabelSet) -> IntArray:
    """Count the outcomes of label positions (N,) per gold label: (C, 4), in the order of `OUTCOMES`."""
    outcome = (isolated != gold) + 2 * (contextual != gold)
    return np.bincount(gold * len(OUTCOMES) + outcome, minlength=len(labels) * len(OUTCOMES)).reshape(len(labels), -1)


def _talk(talk: Conversation, contextual: Prediction, isolated: Prediction, labels: LabelSet) -> list[Any]:
    numbers = talk.speaker_numbers()
    names = {number: turn.speaker for number, turn in zip(numbers, talk, strict=True)}
    turns = [
        [number, *_turn(turn, both, labels)]
        for number, turn, *both in zip(numbers, talk, contextual, isolated, strict=True)
    ]
    return [talk.id, [names[number] for number in range(len(names))], turns]


def _turn(turn: Utterance, both: Sequence[TurnPrediction], labels: LabelSet) -> list[Any]:
    if turn.label is None:
        return [turn.text]
    predicted = [labels.index(each.label) for each in both]
    return [turn.text, labels.index(turn.label), *predicted, *(_thousandths(each, labels) for each in both)]


def _thousandths(turn: TurnPrediction, labels: LabelSet) -> list[int]:
    shares = [turn.probabilities.get(name, np.nan) for name in labels.names]
    if not all(0 <= share <= 1 + ROUNDING for share in shares):
        raise BadModel(
            "A labeler gave no probability between 0 and 1 for some label", "The page needs one for every label"
        )
    return [round(1000 * share) for share in shares]
