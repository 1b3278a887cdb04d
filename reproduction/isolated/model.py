"""The baseline without context: every utterance is read alone, from its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from reproduction.isolated.siamese import LinearSubnetwork, RecurrentSubnetwork
from reproduction.isolated.words import IndexedTexts, WordVectors
from sentemo.errors import UsageError
from sentemo.heads import Floats, Neighbours, Prototypes, softmax
from sentemo.labeler import Predicting
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

IsolatedHead = Literal["prototypes", "neighbours"]
Subnetwork = LinearSubnetwork | RecurrentSubnetwork
BATCH = 1024  # utterances of one batch


@dataclass
class IsolatedModel(Predicting):
    """Recognise the emotion of utterances without their conversation (paper, section 3, "Isolated representations").

    Triplets alone teach it, so it has no classifier: `head` chooses what turns points into scores.
    """

    vectors: WordVectors
    subnetwork: Subnetwork
    labels: LabelSet
    prototypes: Prototypes
    neighbours: Neighbours
    head: IsolatedHead = "prototypes"

    def __post_init__(self) -> None:
        if self.head not in get_args(IsolatedHead):
            raise UsageError(f"Unknown head {self.head!r}", f"Use one of: {', '.join(get_args(IsolatedHead))}")
        self.subnetwork.eval()

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label every turn by its own words alone."""
        head = self.prototypes if self.head == "prototypes" else self.neighbours
        return [
            self._prediction(conversation, head(points))
            for conversation, points in zip(conversations, self.embed(conversations), strict=True)
        ]

    def embed(self, conversations: Sequence[Conversation]) -> list[NDArray[np.float32]]:
        """Return each conversation's points in the emotion space, (T,Z), of length 1."""
        for conversation in conversations:
            conversation.check()
        texts = list(dict.fromkeys(turn.text for conversation in conversations for turn in conversation))
        row = {text: place for place, text in enumerate(texts)}
        points = embed_texts(self.subnetwork, self.vectors.index(texts)).numpy()
        return [points[[row[turn.text] for turn in conversation]] for conversation in conversations]

    def _prediction(self, conversation: Conversation, scores: Floats) -> Prediction:
        rows = softmax(scores.astype(np.float64)).tolist()
        names = self.labels.names
        turns = []
        for turn, row in zip(conversation, rows, strict=True):
            best = max(row)
            shares = dict(zip(names, row, strict=True))
            turns.append(TurnPrediction.of(turn, names[row.index(best)], best, shares))
        return Prediction(conversation.id, tuple(turns))


@torch.inference_mode()
def embed_texts(subnetwork: Subnetwork, texts: IndexedTexts) -> Tensor:
    """N texts -> (N,Z), by batches of like length."""
    subnetwork.eval()
    points = torch.empty(len(texts.lengths), subnetwork.out.out_features)
    for places in np.array_split(np.argsort(texts.lengths, kind="stable"), -(-len(points) // BATCH) or 1):
        if len(places):
            points[places] = subnetwork(*map(torch.from_numpy, texts.batch(places)))
    return points
