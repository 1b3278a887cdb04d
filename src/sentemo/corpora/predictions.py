"""Predictions as objects for JSON."""

from __future__ import annotations

from typing import Any

from sentemo.types import ABSTENTION, Prediction, TurnPrediction


def as_record(prediction: Prediction, abstain_below: float = 0.0) -> dict[str, Any]:
    """Give a prediction as one object; the label is null where there is none or its probability is too low."""
    return {"id": prediction.id, "turns": [turn_record(turn, abstain_below) for turn in prediction]}


def turn_record(turn: TurnPrediction, abstain_below: float = 0.0) -> dict[str, Any]:
    """Give one labelled turn as an object, its probabilities rounded."""
    return {
        "speaker": turn.speaker,
        "text": turn.text,
        "label": turn.label if turn.score >= abstain_below and turn.label != ABSTENTION else None,
        "score": round(turn.score, 6),
        "probabilities": {name: round(share, 6) for name, share in turn.probabilities.items()},
    }
