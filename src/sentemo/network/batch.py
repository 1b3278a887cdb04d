"""Dialogues of different lengths in one padded batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


class Batch(NamedTuple):
    """Padded dialogues, as the network takes them."""

    utterances: Tensor
    """(B,T,E)."""
    speakers: Tensor
    """(B,T), persons numbered in the order in which they first speak."""
    is_turn: Tensor
    """(B,T), False on padding."""


def pad(utterances: Sequence[Tensor], speakers: Sequence[Tensor]) -> Batch:
    """B tensors (T,E) and B tensors (T,) of as many turns -> a batch padded with zeros to the longest."""
    lengths = torch.tensor([len(turns) for turns in utterances])
    padded = pad_sequence(list(utterances), batch_first=True)
    is_turn = torch.arange(padded.shape[1])[None, :] < lengths[:, None]
    return Batch(padded, pad_sequence(list(speakers), batch_first=True), is_turn)
