"""Pad dialogues of different lengths to one batch, of embeddings or of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

MULTIPLE = 8  # sequences are padded to multiples of this, to limit the number of shapes


class Batch(NamedTuple):
    """Padded dialogues, as input of the network."""

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


class TokenBatch(NamedTuple):
    """Padded dialogues, as input of the reading network."""

    tokens: Tensor
    """(B,L), token ids; or (B,L,E), states of utterances that were read alone; 0 on padding."""
    places: Tensor
    """(B,L), the position of a token in its piece of an utterance, from 0."""
    turns: Tensor
    """(B,L), the turn that a token belongs to; -1 on padding."""
    speakers: Tensor
    """(B,T), persons numbered in the order in which they first speak."""
    is_turn: Tensor
    """(B,T), False on padding."""


def pad_tokens(dialogues: Sequence[Sequence[Tensor]], speakers: Sequence[Tensor]) -> TokenBatch:
    """B dialogues of T utterances, each of its tokens (L,) or states (L,E), and B tensors (T,) -> a padded batch.

    A long utterance is a sequence of pieces, which all start with the same token.
    """
    lengths = [torch.tensor([len(utterance) for utterance in dialogue]) for dialogue in dialogues]
    tokens = [torch.cat(list(dialogue)) for dialogue in dialogues]
    places = [torch.cat([places_of(utterance) for utterance in dialogue]) for dialogue in dialogues]
    turns = [torch.repeat_interleave(torch.arange(len(each)), each) for each in lengths]
    is_turn = [torch.ones(len(each), dtype=torch.bool) for each in lengths]
    return TokenBatch(
        _pad(tokens, 0),
        _pad(places, 0),
        _pad(turns, -1),
        pad_sequence(list(speakers), batch_first=True),
        pad_sequence(is_turn, batch_first=True),
    )


def places_of(utterance: Tensor) -> Tensor:
    """Tokens (L,) -> the position of each in its piece (L,); states (L,E) -> the positions in one piece."""
    places = torch.arange(len(utterance))
    if utterance.dim() > 1:
        return places
    return places - torch.where(utterance == utterance[0], places, 0).cummax(0).values


def mask_words(batch: TokenBatch, share: float, mask: int) -> TokenBatch:
    """Replace a random share of the tokens by `mask`, but not the first and last of an utterance, which delimit it."""
    after = torch.nn.functional.pad(batch.turns, (0, 1), value=-1)[:, 1:]
    is_inner = (batch.places > 0) & (after == batch.turns) & (batch.turns >= 0)
    drawn = torch.rand(batch.tokens.shape, device=batch.tokens.device) < share
    return batch._replace(tokens=batch.tokens.masked_fill(is_inner & drawn, mask))


def _pad(rows: list[Tensor], filler: int) -> Tensor:
    padded = pad_sequence(rows, batch_first=True, padding_value=filler)
    behind = (0, 0) * (padded.dim() - 2) + (0, -padded.shape[1] % MULTIPLE)
    return torch.nn.functional.pad(padded, behind, value=filler)
