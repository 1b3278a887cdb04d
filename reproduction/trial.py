"""One training of one system with one seed, measured and kept on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.artifacts.weights import read_weights, write_weights
from sentemo.errors import BadModel, UsageError
from sentemo.files import write_bytes
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction

RECORD, SCORES = "trial.json", "probabilities.safetensors"


@dataclass(frozen=True)
class Trial:
    """What one training reached."""

    system: str
    seed: int
    fingerprint: str
    """Of all that decides the result; a trial of other data or settings is not taken for this one."""
    reports: Mapping[str, Mapping[str, Any]]
    """By measurement (`standard`, `triplet`, `standard/prototypes`, ...): an evaluation's report."""
    labels: tuple[str, ...]
    """The labels that the system predicts."""
    facts: Mapping[str, Any]
    """Seconds of the training, threads, machine, version."""


def save_trial(folder: Path, trial: Trial, predictions: Sequence[Prediction]) -> None:
    """Keep the trial and the probabilities of all turns; the record is written last and makes the trial complete."""
    rows = [[turn.probabilities[name] for name in trial.labels] for prediction in predictions for turn in prediction]
    write_weights(folder / SCORES, {"probabilities": np.array(rows, np.float32)})
    write_bytes(folder / RECORD, (json.dumps(asdict(trial), indent=1) + "\n").encode())


def load_trial(folder: Path, fingerprint: str) -> Trial | None:
    """Read a complete trial, None where there is none.

    Raises `UsageError` for one of other data or settings, `BadModel` for a damaged record.
    """
    path = folder / RECORD
    if not path.is_file():
        return None
    try:
        found = Trial(**json.loads(path.read_text(encoding="utf-8")))
        found = replace(found, labels=tuple(found.labels))
    except (ValueError, TypeError) as error:
        raise BadModel(f"{path} is damaged ({error})", f"Delete {folder} to train it again") from error
    if found.fingerprint != fingerprint:
        raise UsageError(f"{folder} holds a trial with other data or settings", "Choose another --out, or delete it")
    return found


def load_predictions(folder: Path, trial: Trial, conversations: Sequence[Conversation]) -> list[Prediction]:
    """Read a trial's predictions of the conversations that it was measured on."""
    matrix = read_weights(folder / SCORES).get("probabilities")
    if matrix is None or matrix.shape != (sum(map(len, conversations)), len(trial.labels)):
        raise BadModel(f"{folder / SCORES} does not fit the data", f"Delete {folder} to train it again")
    return predictions_of(matrix.astype(np.float64), conversations, LabelSet(trial.labels))


def predictions_of(
    probabilities: NDArray[np.float64], conversations: Sequence[Conversation], labels: LabelSet
) -> list[Prediction]:
    """(N,C) of all turns in order -> predictions."""
    rows = iter(probabilities.tolist())
    return [
        Prediction(conversation.id, tuple(_turn(turn.speaker, turn.text, next(rows), labels) for turn in conversation))
        for conversation in conversations
    ]


def _turn(speaker: str, text: str, row: list[float], labels: LabelSet) -> TurnPrediction:
    best = max(range(len(row)), key=row.__getitem__)
    return TurnPrediction(speaker, text, labels.names[best], row[best], dict(zip(labels.names, row, strict=True)))
