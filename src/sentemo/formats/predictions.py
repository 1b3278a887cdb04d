"""Convert predictions to JSON objects."""

from __future__ import annotations

from typing import Any

from sentemo.types import ABSTENTION, Prediction, TurnPrediction, origin, rounded


def as_record(prediction: Prediction, abstain_below: float = 0.0, *, several: bool = False) -> dict[str, Any]:
    """Return a prediction as one object; the label is null if there is none or its probability is too low.

    `several` adds the list of labels, for a multi-label set.
    """
    return {"id": prediction.id, "turns": [turn_record(turn, abstain_below, several=several) for turn in prediction]}


def turn_record(turn: TurnPrediction, abstain_below: float = 0.0, *, several: bool = False) -> dict[str, Any]:
    """Return one labelled turn as an object with rounded probabilities."""
    return {
        **origin(turn),
        "speaker": turn.speaker,
        "text": turn.text,
        "label": turn.label if turn.score >= abstain_below and turn.label != ABSTENTION else None,
        **({"labels": list(sure_labels(turn, abstain_below, several=True))} if several else {}),
        "score": round(turn.score, 6),
        "probabilities": rounded(turn.probabilities),
        **({"tags": rounded(turn.tags)} if turn.tags else {}),
    }


def sure_labels(turn: TurnPrediction, abstain_below: float = 0.0, *, several: bool = False) -> tuple[str, ...]:
    """Return a turn's label, or its labels if several may apply, without those whose probability is too low."""
    told = turn.labels if several else (turn.label,)
    return tuple(name for name in told if name != ABSTENTION and turn.probabilities[name] >= abstain_below)
