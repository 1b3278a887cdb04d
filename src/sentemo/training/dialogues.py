"""Conversations as tensors: of frozen embeddings, with distinct utterances encoded once, or of tokens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from sentemo.encoders.encoder import Encoder, OnProgress
from sentemo.encoders.reader import DialogueReader
from sentemo.evaluation.metrics import measure
from sentemo.judgement import Rule
from sentemo.network.batch import Batch, TokenBatch, pad, pad_tokens
from sentemo.network.network import Network, NetworkOutput
from sentemo.network.reader import Reader, ReadingNetwork
from sentemo.training.rates import Trainable
from sentemo.training.running import read, read_alone, run
from sentemo.types import Conversation, LabelSet

UNLABELLED = -100  # ignored by torch's cross-entropy
GROUP_TURNS = 32_768  # turns whose outputs are in memory at once, or those of one dialogue


class TrainingBatch(NamedTuple):
    """A padded batch and its gold labels."""

    inputs: Batch | TokenBatch
    gold: Tensor
    """(B,T), label indices; UNLABELLED on padding and on turns without a label."""


@dataclass(frozen=True, kw_only=True)
class LabelledDialogues(ABC):
    """A split prepared for training: speakers, gold labels and batches."""

    speakers: list[Tensor]
    """Per dialogue (T,), speaker numbers."""
    gold: list[Tensor]
    """Per dialogue (T,), label indices or UNLABELLED."""
    n_labels: int

    def __len__(self) -> int:
        return len(self.gold)

    @property
    @abstractmethod
    def embedding_dim(self) -> int:
        """E, dimension of an utterance embedding."""

    @property
    @abstractmethod
    def lengths(self) -> NDArray[np.float64]:
        """Return the cost of each dialogue, in turns."""

    @abstractmethod
    def batch(self, dialogues: Sequence[int]) -> TrainingBatch:
        """Pad the given dialogues."""

    @abstractmethod
    def run(self, network: Any, dialogues: Sequence[int]) -> list[NetworkOutput]:
        """Run a network over the given dialogues: outputs (T,C), (T,Z), (T,E+Z)."""

    def outputs(self, network: Any) -> Iterator[NetworkOutput]:
        """Run a network over all dialogues, in order, a bounded number at a time."""
        group: list[int] = []
        turns = 0
        for dialogue, gold in enumerate(self.gold):
            if group and turns + len(gold) > GROUP_TURNS:
                yield from self.run(network, group)
                group, turns = [], 0
            group.append(dialogue)
            turns += len(gold)
        yield from self.run(network, group)

    def label_counts(self) -> NDArray[np.float64]:
        """Return the number of utterances of each label, (C,)."""
        gold = torch.cat(self.gold)
        return torch.bincount(gold[gold != UNLABELLED], minlength=self.n_labels).numpy().astype(np.float64)

    def with_targets(self, inputs: Batch | TokenBatch, dialogues: Sequence[int]) -> TrainingBatch:
        """Combine padded inputs with the padded labels of the given dialogues."""
        gold = [self.gold[i] for i in dialogues]
        return TrainingBatch(inputs, pad_sequence(gold, batch_first=True, padding_value=UNLABELLED))


@dataclass(frozen=True, kw_only=True)
class EncodedDialogues(LabelledDialogues):
    """Dialogues of frozen embeddings."""

    embeddings: Tensor
    """(N,E), one row per distinct text; possibly memory-mapped, so never copied as a whole."""
    rows: list[Tensor]
    """Per dialogue (T,), rows of `embeddings`."""

    @property
    def embedding_dim(self) -> int:
        """E, dimension of an utterance embedding."""
        return self.embeddings.shape[1]

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Turns of each dialogue."""
        return np.array([len(rows) for rows in self.rows], dtype=np.float64)

    def batch(self, dialogues: Sequence[int]) -> TrainingBatch:
        """Pad the given dialogues."""
        inputs = pad([self.embeddings[self.rows[i]] for i in dialogues], [self.speakers[i] for i in dialogues])
        return self.with_targets(inputs, dialogues)

    def run(self, network: Network, dialogues: Sequence[int]) -> list[NetworkOutput]:
        """Run a network over the given dialogues: outputs (T,C), (T,Z), (T,E+Z)."""
        return run(network, [self.embeddings[self.rows[i]] for i in dialogues], [self.speakers[i] for i in dialogues])

    def isolated(self) -> EncodedDialogues:
        """Return every labelled utterance as a dialogue of its own."""
        rows, gold = self.labelled()
        alone = list(rows.split(1))
        return replace(
            self,
            rows=alone,
            speakers=[torch.zeros(1, dtype=torch.long)] * len(alone),
            gold=list(gold.split(1)),
        )

    def labelled(self) -> tuple[Tensor, Tensor]:
        """Return all labelled utterances without dialogues: rows of `embeddings` (N,) and gold labels (N,)."""
        rows, gold = torch.cat(self.rows), torch.cat(self.gold)
        is_labelled = gold != UNLABELLED
        return rows[is_labelled], gold[is_labelled]

    def utterances(self) -> tuple[Tensor, Tensor]:
        """Return all labelled utterances without dialogues: embeddings (N,E), all in memory, and gold labels (N,)."""
        rows, gold = self.labelled()
        return self.embeddings[rows], gold


@dataclass(frozen=True, kw_only=True)
class TokenisedDialogues(LabelledDialogues):
    """Dialogues of tokens, for an encoder that is fine-tuned."""

    tokens: list[list[Tensor]]
    """Per dialogue and utterance, its tokens (L,), or the states of a reader's lower layers (L,E)."""
    mask: int
    """The mask token."""
    embedding_dim: int = 0
    """E, dimension of an utterance embedding."""

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Tokens of each dialogue, counted in utterances of mean length."""
        tokens = np.array([sum(map(len, dialogue)) for dialogue in self.tokens], dtype=np.float64)
        mean: float = tokens.sum() / sum(map(len, self.tokens))
        return tokens / mean

    def batch(self, dialogues: Sequence[int]) -> TrainingBatch:
        """Pad the given dialogues."""
        inputs = pad_tokens([self.tokens[i] for i in dialogues], [self.speakers[i] for i in dialogues])
        return self.with_targets(inputs, dialogues)

    def read_alone(self, reader: Reader) -> Self:
        """Replace the tokens by the states after a reader's lower layers, to train only the layers above."""
        return replace(self, tokens=read_alone(reader, self.tokens))

    def run(self, network: ReadingNetwork, dialogues: Sequence[int]) -> list[NetworkOutput]:
        """Run a network over the given dialogues: outputs (T,C), (T,Z), (T,E+Z)."""
        speakers = [self.speakers[i] for i in dialogues]
        return run(network.network, read(network.reader, [self.tokens[i] for i in dialogues], speakers), speakers)


def encode_dialogues(
    conversations: Sequence[Conversation],
    encoder: Encoder,
    labels: LabelSet,
    *,
    drop: str | None = None,
    on_progress: OnProgress | None = None,
) -> EncodedDialogues:
    """Encode a split; turns labelled `drop` are kept as context but count as unlabelled."""
    texts = list(dict.fromkeys(turn.text for conversation in conversations for turn in conversation))
    row = {text: place for place, text in enumerate(texts)}
    return EncodedDialogues(
        embeddings=torch.from_numpy(encoder.encode(texts, on_progress)),
        rows=[torch.tensor([row[turn.text] for turn in c], dtype=torch.long) for c in conversations],
        **_annotations(conversations, labels, drop),
    )


def tokenise_dialogues(
    conversations: Sequence[Conversation], encoder: DialogueReader, labels: LabelSet, *, drop: str | None = None
) -> TokenisedDialogues:
    """Tokenise a split; turns labelled `drop` are kept as context but count as unlabelled."""
    return TokenisedDialogues(
        tokens=encoder.tokens([[turn.text for turn in conversation] for conversation in conversations]),
        mask=encoder.mask,
        embedding_dim=encoder.identity.dimension,
        **_annotations(conversations, labels, drop),
    )


def _annotations(conversations: Sequence[Conversation], labels: LabelSet, drop: str | None) -> dict[str, Any]:
    """Return everything but the texts: speakers and gold labels."""
    return {
        "speakers": speaker_numbers(conversations),
        "gold": gold_labels(conversations, labels, drop),
        "n_labels": len(labels),
    }


def speaker_numbers(conversations: Sequence[Conversation]) -> list[Tensor]:
    """Return speaker numbers per dialogue, (T,)."""
    return [torch.tensor(conversation.speaker_numbers(), dtype=torch.long) for conversation in conversations]


def gold_labels(conversations: Sequence[Conversation], labels: LabelSet, drop: str | None) -> list[Tensor]:
    """Return gold labels per dialogue, (T,), UNLABELLED if there is no label or it is the one to drop."""
    index = {name: place for place, name in enumerate(labels.names)}
    index |= {drop: UNLABELLED} if drop is not None else {}

    def gold(label: str | None) -> int:
        return UNLABELLED if label is None else index[label] if label in index else labels.index(label)

    return [torch.tensor([gold(turn.label) for turn in c], dtype=torch.long) for c in conversations]


def measure_network(
    network: Trainable, data: LabelledDialogues, labels: LabelSet, decision: Rule | None = None
) -> dict[str, float]:
    """Measure a network on the labelled utterances of a split, protocol `standard`."""
    network.eval()
    gold = torch.cat(data.gold)
    scores = torch.cat([output.scores for output in data.outputs(network)])
    predicted = (scores if decision is None else scores + torch.tensor(decision.prior)).argmax(-1)
    labelled = gold != UNLABELLED
    metrics = measure(gold=gold[labelled].numpy(), predicted=predicted[labelled].numpy(), labels=labels)
    return dict(metrics.figures)
