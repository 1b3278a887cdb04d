"""Protocols: which utterances are scored, and what counts as the prediction of each.

`standard`, `emotions-only` and `last-utterance` read the labels that a labeler predicts; `map` (file `mapped.py`) reads
them as common ones, of which several may be right. `triplet` (file `triplet.py`) reads distances between points
instead, with gold labels on both sides of its choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import BadInput, BadModel, UsageError
from sentemo.evaluation.metrics import NONE, FloatArray, IntArray
from sentemo.types import ABSTENTION, Conversation, LabelSet, Prediction, TurnPrediction, Utterance

PROTOCOLS: Mapping[str, str] = {
    "standard": "every labelled utterance of the split is scored, and all labels may be predicted",
    "emotions-only": (
        "utterances whose gold label is neutral are left out, and the prediction is the most probable emotion"
    ),
    "last-utterance": "the last utterance of each dialogue is scored, and all labels may be predicted",
    "triplet": (
        "a forced choice between two points with gold labels on both sides, not a prediction of labels: "
        "never to be read beside the other protocols. Anchor class uniform over the labels present, positive "
        "from the same class, negative from another class drawn uniformly; right when d(anchor, positive) <= "
        "d(anchor, negative); a success is credited to the anchor's label, a failure to the negative's"
    ),
    "map": (
        "every utterance whose label says something in a label map; the labels of corpus and model are read as the "
        "map's, and where a label means one of several the prediction is right if it is among them. Such an utterance "
        "counts with the predicted label as gold where that is right, else with the first of them in the map's order"
    ),
}
"""What each protocol scores, as printed in reports."""

ROUNDING = 1e-6
"""Tolerance above 1 for probabilities summed in float32."""


@runtime_checkable
class Embedder(Protocol):
    """Anything that maps each utterance to a point."""

    def embed(self, conversations: Sequence[Conversation], /) -> Sequence[NDArray[Any]]:
        """Return one array (T, Z) per conversation, a row per turn."""
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """The N utterances that a protocol scores: gold label, conversation and turn positions, each (N,).

    `labels` are those that take part; under `emotions-only` neutral is not among them.
    """

    protocol: str
    labels: LabelSet
    gold: IntArray
    dialogues: IntArray
    turns: IntArray
    among: NDArray[np.bool_] | None = None
    """(N,C), under `map`: all labels that are right; `gold` is then the first of them."""

    def __len__(self) -> int:
        return len(self.gold)

    def gold_for(self, predicted: IntArray) -> IntArray:
        """Return the labels (N,) to compare predictions (N,) with: if several are right, the predicted one."""
        if self.among is None:
            return self.gold
        is_right = self.among[np.arange(len(self)), predicted] & (predicted != NONE)
        return np.where(is_right, predicted, self.gold)

    @property
    def majority(self) -> str:
        """The label that is right most often."""
        right = np.bincount(self.gold) if self.among is None else self.among.sum(axis=0)
        return self.labels.names[int(right.argmax())]

    def chosen(self, predictions: Sequence[Prediction]) -> list[TurnPrediction]:
        """Return the predictions of the selected utterances."""
        places = zip(self.dialogues.tolist(), self.turns.tolist(), strict=True)
        return [predictions[dialogue].turns[turn] for dialogue, turn in places]


def select(conversations: Sequence[Conversation], labels: LabelSet, protocol: str) -> Selection:
    """Choose the utterances to score; a turn without a gold label is context only.

    Under `map` a turn may have several right labels, its `labels`; in other protocols only its `label` counts.
    Dialogues are identified by position, because ids may be empty or repeated.
    Raises `UsageError` for an unknown protocol, and `BadInput` if gold labels are not in the label set or nothing is
    left to score.
    """
    if protocol not in PROTOCOLS:
        raise UsageError(f"Unknown protocol {protocol!r}", f"Use one of: {', '.join(PROTOCOLS)}")
    _check_gold(conversations, labels, protocol)
    scored = LabelSet(labels.emotions) if protocol == "emotions-only" else labels
    position = {name: index for index, name in enumerate(scored.names)}
    rows, sets = [], []
    for dialogue, talk in enumerate(conversations):
        for place, turn in enumerate(talk.turns):
            right = [position[name] for name in _gold(turn, protocol) if name in position]
            if right and (protocol != "last-utterance" or place == len(talk) - 1):
                rows.append((min(right), dialogue, place))
                sets.append(right)
    if not rows:
        raise BadInput(
            f"The protocol {protocol} finds no utterance to score in {len(conversations)} conversations",
            "Give conversations with gold labels, or choose another protocol",
        )
    gold, dialogues, turns = np.array(rows, dtype=np.int64).T
    return Selection(protocol, scored, gold, dialogues, turns, _among(sets, len(scored)) if protocol == "map" else None)


def read_predictions(
    selection: Selection, conversations: Sequence[Conversation], predictions: Sequence[Prediction]
) -> tuple[IntArray, FloatArray]:
    """Return the predicted label positions (N,) and their probabilities (N,) for the selected utterances.

    A label that is not in the selection is `NONE`, which counts as wrong; so are an abstention and, under
    `emotions-only`, all the probability on neutral.

    Raises `BadModel` if the predictions don't match the conversations or the labels.
    """
    _check_lengths(conversations, predictions)
    turns = selection.chosen(predictions)
    read = _read_emotion if selection.protocol == "emotions-only" else _read_label
    position = {name: index for index, name in enumerate(selection.labels.names)}
    pairs = np.array([read(turn, position) for turn in turns], dtype=np.float64)
    if not ((pairs[:, 1] >= 0) & (pairs[:, 1] <= 1 + ROUNDING)).all():
        raise BadModel("A predicted probability is not between 0 and 1", "Check the labeler's scores")
    return pairs[:, 0].astype(np.int64), np.minimum(pairs[:, 1], 1.0)


def count_abstentions(selection: Selection, predictions: Sequence[Prediction]) -> int:
    """Count the selected utterances that got no label."""
    return sum(turn.label == ABSTENTION for turn in selection.chosen(predictions))


def _gold(turn: Utterance, protocol: str) -> tuple[str, ...]:
    """Return all labels that are right."""
    if protocol == "map" and turn.labels:
        return turn.labels
    return () if turn.label is None else (turn.label,)


def _among(sets: Sequence[Sequence[int]], labels: int) -> NDArray[np.bool_]:
    among = np.zeros((len(sets), labels), dtype=np.bool_)
    for row, right in zip(among, sets, strict=True):
        row[right] = True
    return among


def _check_gold(conversations: Sequence[Conversation], labels: LabelSet, protocol: str) -> None:
    found = {name for talk in conversations for turn in talk.turns for name in _gold(turn, protocol)}
    unknown = sorted(found - set(labels.names))
    if unknown:
        raise BadInput(
            f"The gold labels {', '.join(map(repr, unknown[:10]))} are not among the labels of the labeler "
            f"({', '.join(labels.names)})",
            "Rename them in the data, evaluate a model that was trained or adapted with these labels, or measure both "
            "under a label map (--map seven)",
        )


def _check_lengths(conversations: Sequence[Conversation], predictions: Sequence[Prediction]) -> None:
    step = "A labeler must give one prediction per conversation and one label per turn, in order"
    if len(predictions) != len(conversations):
        raise BadModel(f"{len(conversations)} conversations got {len(predictions)} predictions", step)
    for index, (talk, prediction) in enumerate(zip(conversations, predictions, strict=True)):
        if len(talk) != len(prediction):
            raise BadModel(
                f"Conversation {index} ({talk.id!r}) has {len(talk)} turns, its prediction {len(prediction)}",
                step,
            )


def _read_label(turn: TurnPrediction, position: Mapping[str, int]) -> tuple[int, float]:
    if turn.label not in position:
        missing = [name for name in position if name not in turn.probabilities]
        if turn.label in turn.probabilities and not missing:
            return NONE, turn.score  # a label that only the labeler has
        if turn.label in turn.probabilities:
            raise BadModel(
                f"The labeler predicted {turn.label!r} and doesn't know {', '.join(map(repr, missing))}",
                "Measure it under a label map (--map seven) or on data with its own labels, or adapt or rename these",
            )
        raise BadModel(
            f"The labeler predicted {turn.label!r}, which is not among its labels",
            f"It may predict: {', '.join(position)}",
        )
    return position[turn.label], turn.score


def _read_emotion(turn: TurnPrediction, position: Mapping[str, int]) -> tuple[int, float]:
    missing = [name for name in position if name not in turn.probabilities]
    if missing:
        raise BadModel(
            f"The labeler gave no probability for {', '.join(map(repr, missing))}",
            "The protocol emotions-only needs the probability of every label",
        )
    best = max(position, key=lambda name: turn.probabilities[name])
    share = turn.probabilities[best]
    return NONE if share == 0 or turn.label == ABSTENTION else position[best], share
