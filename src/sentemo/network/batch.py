"""Dialogues of different lengths in one padded batch, of embeddings or of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

MULTIPLE = 8  # sequences are padded to multiples of this, so that few shapes occur


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


class TokenBatch(NamedTuple):
    """Padded dialogues, as the reading network takes them."""

    tokens: Tensor
    """(B,L), numbers of the vocabulary; or (B,L,E), states of utterances that were read alone; 0 on padding."""
    places: Tensor
    """(B,L), the place of a token in its piece of an utterance, from 0."""
    turns: Tensor
    """(B,L), the turn that a token belongs to; -1 on padding."""
    speakers: Tensor
    """(B,T), persons numbered in the order in which they first speak."""
    is_turn: Tensor
    """(B,T), False on padding."""


def pad_tokens(dialogues: Sequence[Sequence[Tensor]], speakers: Sequence[Tensor]) -> TokenBatch:
    """B dialogues of T utterances, each of its tokens (L,) or states (L,E), and B tensors (T,) -> a padded batch.

    A long utterance is several pieces, one after the other; each begins with the token that the first one begins with.
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
    """Tokens (L,) -> the place of each in its piece (L,); states (L,E) -> those of one piece."""
    places = torch.arange(len(utterance))
    if utterance.dim() > 1:
        return places
    return places - torch.where(utterance == utterance[0], places, 0).cummax(0).values


def mask_words(batch: TokenBatch, share: float, mask: int) -> TokenBatch:
    """Replace a random share of the tokens by another; an utterance's first and last stay, as they mark its ends."""
    after = torch.nn.functional.pad(batch.turns, (0, 1), value=-1)[:, 1:]
    is_inner = (batch.places > 0) & (after == batch.turns) & (batch.turns >= 0)
    drawn = torch.rand(batch.tokens.shape, device=batch.tokens.device) < share
    return batch._replace(tokens=batch.tokens.masked_fill(is_inner & drawn, mask))


def _pad(rows: list[Tensor], filler: int) -> Tensor:
    padded = pad_sequence(rows, batch_first=True, padding_value=filler)
    behind = (0, 0) * (padded.dim() - 2) + (0, -padded.shape[1] % MULTIPLE)
    return torch.nn.functional.pad(padded, behind, value=filler)
