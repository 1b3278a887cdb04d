"""The table that a distillation starts from (as model2vec does, Tulkens and van Dongen 2024)."""

from __future__ import annotations

import torch
from torch import Tensor

from sentemo.encoders.reader import DialogueReader
from sentemo.network.reader import Reader

TOKENS_AT_ONCE = 1024
COMMON = 1e-3  # a token with this share of the text weighs half (SIF's a, Arora et al. 2017)
SPREAD = 0.5


@torch.inference_mode()
def token_outputs(reader: DialogueReader) -> Tensor:
    """(V,E): the embedding of each token of the vocabulary, read as an utterance of its own."""
    frame = reader.tokenizer.encode("").ids  # what begins and ends an utterance
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
    """(V,E), (V,) how often each token comes in the text -> (V,D).

    The principal axes of the tokens that come, and common tokens short.
    """
    centred = outputs - outputs.mean(0)
    axes = torch.linalg.svd(centred[counts > 0], full_matrices=False).Vh[:width]
    table = centred @ axes.T
    table = SPREAD * table / table[counts > 0].square().mean().sqrt()
    share = (counts + 1) / (counts.sum() + len(counts))
    weighted: Tensor = table * (COMMON / (COMMON + share))[:, None]
    return weighted
