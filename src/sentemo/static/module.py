"""Torch modules for distillation: the model, its initial table, and batches of tokenised turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sentemo.encoders.pieces import Pieces
from sentemo.encoders.reader import DialogueReader
from sentemo.network.reader import Reader
from sentemo.static.network import bands, neighbours
from sentemo.training.dialogues import UNLABELLED, gold_labels
from sentemo.types import Conversation, LabelSet, Prediction


class StaticModule(nn.Module):
    """The network of `static/network.py` with gradients; tensors have the same names as the arrays there."""

    def __init__(self, table: Tensor, hidden: int, reach: int, labels: int, dropout: float) -> None:
        super().__init__()
        width = table.shape[1]
        self.dropout, self.bands = dropout, bands(reach)
        self.table = nn.Parameter(table.clone())
        self.own = nn.Linear(width, hidden)
        self.near = nn.Linear(len(self.bands) * width, hidden, bias=False)
        self.straight = nn.Linear(width, labels, bias=False)
        self.out = nn.Linear(hidden, labels)

    def forward(self, tokens: Tensor, lengths: Tensor, around: Tensor) -> Tensor:
        """(L,) concatenated tokens of N turns, (N,), (N,2W) rows, N for none -> (N,C) scores."""
        starts = lengths.cumsum(0) - lengths
        turns = F.embedding_bag(tokens, self.table, starts, mode="sum", sparse=True) / lengths.sqrt()[:, None]
        turns = F.dropout(turns, self.dropout, self.training)
        known = torch.cat([turns, torch.zeros_like(turns[:1])])
        near = [known[around[:, band]].sum(1) / (band.stop - band.start) for band in self.bands]
        hidden = F.relu(self.own(turns) + self.near(torch.cat(near, 1)))
        scores: Tensor = self.out(F.dropout(hidden, self.dropout, self.training)) + self.straight(turns)
        return scores


TOKENS_AT_ONCE = 1024
COMMON = 1e-3  # a token with this share of the text weighs half (SIF's a, Arora et al. 2017)
SPREAD = 0.5


@torch.inference_mode()
def token_outputs(reader: DialogueReader) -> Tensor:
    """(V,E): the embedding of each token of the vocabulary, read as an utterance of its own."""
    frame = reader.tokenizer.encode("").ids  # the start and end tokens
    place = len(frame) // 2
    rows = []
    for numbers in torch.arange(reader.tokenizer.get_vocab_size()).split(TOKENS_AT_ONCE):
        tokens = torch.tensor([*frame[:place], 0, *frame[place:]]).repeat(len(numbers), 1)
        tokens[:, place] = numbers
        rows.append(_read(reader.module, tokens))
    return torch.cat(rows)


def _read(module: Reader, tokens: Tensor) -> Tensor:
    """(N,L) -> (N,E)."""
    turns = torch.zeros_like(tokens)
    vectors: Tensor = module(tokens, torch.arange(tokens.shape[1]).expand_as(tokens), turns, turns[:, :1])
    return vectors[:, 0]


def start_table(outputs: Tensor, counts: Tensor, width: int) -> Tensor:
    """(V,E), (V,) token frequencies in the text -> (V,D).

    The principal components of the occurring tokens, with shorter vectors for common ones.
    """
    centred = outputs - outputs.mean(0)
    axes = torch.linalg.svd(centred[counts > 0], full_matrices=False).Vh[:width]
    table = centred @ axes.T
    table = SPREAD * table / table[counts > 0].square().mean().sqrt()
    share = (counts + 1) / (counts.sum() + len(counts))
    weighted: Tensor = table * (COMMON / (COMMON + share))[:, None]
    return weighted


class TurnBatch(NamedTuple):
    """N turns of some dialogues."""

    tokens: Tensor
    """(L,), tokens of all turns, concatenated."""
    lengths: Tensor
    """(N,), tokens per turn."""
    around: Tensor
    """(N,2W), rows of neighbours; N for none."""
    gold: Tensor
    """(N,), label indices or UNLABELLED."""
    taught: Tensor
    """(N,C), the probabilities of the model that is distilled."""


@dataclass(frozen=True)
class Turns:
    """A split, ready for distillation."""

    tokens: list[list[Tensor]]
    """The tokens of each dialogue's turns, (L,)."""
    gold: list[Tensor]
    """The labels of each dialogue, (T,)."""
    taught: list[Tensor]
    """The model's probabilities for each dialogue, (T,C)."""

    @classmethod
    def of(
        cls,
        conversations: Sequence[Conversation],
        predictions: Sequence[Prediction],
        tokenizer: Pieces,
        labels: LabelSet,
    ) -> Turns:
        """Tokenise labelled conversations, and store a model's predictions for them."""
        texts = list({turn.text: None for talk in conversations for turn in talk})
        found = zip(texts, tokenizer.encode(texts), strict=True)
        known = {text: torch.tensor([*chain(*pieces)]) for text, pieces in found}
        return cls(
            [[known[turn.text] for turn in talk] for talk in conversations],
            gold_labels(conversations, labels, None),
            [torch.tensor([[*turn.probabilities.values()] for turn in each]) for each in predictions],
        )

    def __len__(self) -> int:
        return len(self.tokens)

    def batch(self, dialogues: Sequence[int], reach: int) -> TurnBatch:
        """Concatenate dialogues to a batch."""
        said = [*chain.from_iterable(self.tokens[i] for i in dialogues)]
        return TurnBatch(
            torch.cat(said),
            torch.tensor([len(turn) for turn in said]),
            torch.from_numpy(neighbours([len(self.tokens[i]) for i in dialogues], reach)),
            torch.cat([self.gold[i] for i in dialogues]),
            torch.cat([self.taught[i] for i in dialogues]),
        )

    def counts(self, vocabulary: int) -> Tensor:
        """Return token frequencies (V,)."""
        return torch.bincount(torch.cat([*chain.from_iterable(self.tokens)]), minlength=vocabulary)

    @property
    def labelled(self) -> int:
        """The number of labelled turns."""
        return sum(int((gold != UNLABELLED).sum()) for gold in self.gold)
