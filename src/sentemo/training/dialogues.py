"""Conversations as tensors: distinct utterances encoded once, dialogues as rows into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sentemo.encoders.encoder import Encoder
from sentemo.encoders.identity import OnProgress
from sentemo.network.batch import Batch, pad
from sentemo.types import Conversation, LabelSet

UNLABELLED = -100  # what torch's cross-entropy passes over


class TrainingBatch(NamedTuple):
    """A padded batch and its gold labels."""

    inputs: Batch
    gold: Tensor
    """(B,T), label indices; UNLABELLED on padding and on turns without a label."""


@dataclass(frozen=True)
class EncodedDialogues:
    """A split, ready for training."""

    embeddings: Tensor
    """(N,E), one row per distinct text."""
    rows: list[Tensor]
    """Per dialogue (T,), rows of `embeddings`."""
    speakers: list[Tensor]
    """Per dialogue (T,), speaker numbers."""
    gold: list[Tensor]
    """Per dialogue (T,), label indices or UNLABELLED."""
    n_labels: int

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, dialogues: Sequence[int]) -> TrainingBatch:
        """Pad the given dialogues."""
        inputs = pad([self.embeddings[self.rows[i]] for i in dialogues], [self.speakers[i] for i in dialogues])
        gold = torch.nn.utils.rnn.pad_sequence(
            [self.gold[i] for i in dialogues], batch_first=True, padding_value=UNLABELLED
        )
        return TrainingBatch(inputs, gold)

    def isolated(self) -> EncodedDialogues:
        """Make every labelled utterance a dialogue of its own."""
        rows, gold = torch.cat(self.rows), torch.cat(self.gold)
        labelled = gold != UNLABELLED
        alone = list(rows[labelled].split(1))
        speakers = [torch.zeros(1, dtype=torch.long)] * len(alone)
        return EncodedDialogues(self.embeddings, alone, speakers, list(gold[labelled].split(1)), self.n_labels)

    def utterances(self) -> tuple[Tensor, Tensor]:
        """All labelled utterances without their dialogues: embeddings (N,E) and gold labels (N,)."""
        rows, gold = torch.cat(self.rows), torch.cat(self.gold)
        labelled = gold != UNLABELLED
        return self.embeddings[rows[labelled]], gold[labelled]

    def label_counts(self) -> NDArray[np.float64]:
        """(C,), utterances of each label."""
        gold = torch.cat(self.gold)
        return torch.bincount(gold[gold != UNLABELLED], minlength=self.n_labels).numpy().astype(np.float64)


def encode_dialogues(
    conversations: Sequence[Conversation],
    encoder: Encoder,
    labels: LabelSet,
    *,
    drop: str | None = None,
    on_progress: OnProgress | None = None,
) -> EncodedDialogues:
    """Encode a split; turns labelled `drop` stay as context but count as unlabelled."""
    texts = list(dict.fromkeys(turn.text for conversation in conversations for turn in conversation))
    row = {text: place for place, text in enumerate(texts)}
    index = {name: place for place, name in enumerate(labels.names)}
    index |= {drop: UNLABELLED} if drop is not None else {}

    def gold(label: str | None) -> int:
        return UNLABELLED if label is None else index[label] if label in index else labels.index(label)

    return EncodedDialogues(
        embeddings=torch.from_numpy(encoder.encode(texts, on_progress)),
        rows=[torch.tensor([row[turn.text] for turn in c], dtype=torch.long) for c in conversations],
        speakers=[torch.tensor(c.speaker_numbers(), dtype=torch.long) for c in conversations],
        gold=[torch.tensor([gold(turn.label) for turn in c], dtype=torch.long) for c in conversations],
        n_labels=len(labels),
    )
