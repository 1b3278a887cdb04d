"""Tokenised turns, what is to be learnt of them, and batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import torch
from torch import Tensor

from sentemo.encoders.pieces import Pieces
from sentemo.export.static_network import neighbours
from sentemo.training.dialogues import UNLABELLED, gold_labels
from sentemo.types import Conversation, LabelSet, Prediction


class TurnBatch(NamedTuple):
    """N turns of some dialogues."""

    tokens: Tensor
    """(L,), one turn after the other."""
    lengths: Tensor
    """(N,), tokens of each."""
    around: Tensor
    """(N,2W), rows of neighbours; N for none."""
    gold: Tensor
    """(N,), label indices or UNLABELLED."""
    taught: Tensor
    """(N,C), the probabilities that the model gives."""


@dataclass(frozen=True)
class Turns:
    """A split, ready for distillation."""

    tokens: list[list[Tensor]]
    """Of each dialogue and turn, (L,)."""
    gold: list[Tensor]
    """Of each dialogue, (T,)."""
    taught: list[Tensor]
    """Of each dialogue, (T,C)."""

    @classmethod
    def of(
        cls,
        conversations: Sequence[Conversation],
        predictions: Sequence[Prediction],
        tokenizer: Pieces,
        labels: LabelSet,
    ) -> Turns:
        """Tokenise labelled conversations, and keep what a model says of them."""
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
        """Put dialogues one after the other."""
        said = [*chain.from_iterable(self.tokens[i] for i in dialogues)]
        return TurnBatch(
            torch.cat(said),
            torch.tensor([len(turn) for turn in said]),
            torch.from_numpy(neighbours([len(self.tokens[i]) for i in dialogues], reach)),
            torch.cat([self.gold[i] for i in dialogues]),
            torch.cat([self.taught[i] for i in dialogues]),
        )

    def counts(self, vocabulary: int) -> Tensor:
        """(V,), how often each token comes."""
        return torch.bincount(torch.cat([*chain.from_iterable(self.tokens)]), minlength=vocabulary)

    @property
    def labelled(self) -> int:
        """Turns that have a label."""
        return sum(int((gold != UNLABELLED).sum()) for gold in self.gold)
