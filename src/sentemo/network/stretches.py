"""Run a reader over dialogues of any number and length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from sentemo.network.reader import Reader
from sentemo.network.tokens import pad_tokens

BATCH_TOKENS = 8192  # tokens of one batch, padding counted
BATCH_PAIRS = 2**22  # pairs of tokens that attend to each other in one batch: bounds memory
STRETCH_TOKENS = 512  # tokens of a long dialogue that are answered at once


class Stretch(NamedTuple):
    """A part of a dialogue: turns `first` to `last` are read, `start` to `stop` are answered."""

    dialogue: int
    first: int
    start: int
    stop: int
    last: int


@torch.inference_mode()
def read(
    reader: Reader, dialogues: Sequence[Sequence[Tensor]], speakers: Sequence[Tensor], *, causal: bool = False
) -> list[Tensor]:
    """N dialogues of T utterances, each a tensor of its tokens, N tensors (T,) -> N tensors (T,E)."""
    device = reader.word.weight.device
    embeddings = [torch.empty(len(dialogue), reader.shape.width) for dialogue in dialogues]
    reach = reader.shape.reach
    stretches = [
        stretch for place, dialogue in enumerate(dialogues) for stretch in _stretches(place, dialogue, reach, causal)
    ]
    for batch in _batches(stretches, dialogues):
        rows = [dialogues[each.dialogue][each.first : each.last] for each in batch]
        inputs = pad_tokens(rows, [speakers[each.dialogue][each.first : each.last] for each in batch])
        vectors = reader(*(tensor.to(device) for tensor in inputs[:4]), causal=causal).float().cpu()
        for row, each in zip(vectors, batch, strict=True):
            embeddings[each.dialogue][each.start : each.stop] = row[each.start - each.first : each.stop - each.first]
    return embeddings


def _stretches(dialogue: int, tokens: Sequence[Tensor], reach: int, causal: bool) -> Iterator[Stretch]:
    """Cut a dialogue into stretches that overlap by the reader's reach, so that a cut changes no embedding."""
    start = 0
    while start < len(tokens):
        stop, length = start + 1, len(tokens[start])
        while stop < len(tokens) and length + len(tokens[stop]) <= STRETCH_TOKENS:
            length += len(tokens[stop])
            stop += 1
        last = stop if causal else min(len(tokens), stop + reach)
        yield Stretch(dialogue, max(0, start - reach), start, stop, last)
        start = stop


def _batches(stretches: Sequence[Stretch], tokens: Sequence[Sequence[Tensor]]) -> Iterator[list[Stretch]]:
    """Put stretches of like length together."""
    lengths = [sum(map(len, tokens[each.dialogue][each.first : each.last])) for each in stretches]
    batch: list[Stretch] = []
    for place in sorted(range(len(stretches)), key=lengths.__getitem__):
        size, length = len(batch) + 1, lengths[place]
        if batch and (size * length > BATCH_TOKENS or size * length**2 > BATCH_PAIRS):
            yield batch
            batch = []
        batch.append(stretches[place])
    if batch:
        yield batch
