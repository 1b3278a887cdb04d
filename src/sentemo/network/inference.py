"""Run a network over dialogues of any number and length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from sentemo.network.batch import pad
from sentemo.network.network import Network, NetworkOutput

BATCH_TURNS = 4096  # turns of one batch, padding counted
PIECE_TURNS = 512  # turns answered by one piece of a long dialogue


class Piece(NamedTuple):
    """A stretch of a long dialogue: turns `first` to `last` are read, `start` to `stop` are answered."""

    dialogue: int
    first: int
    start: int
    stop: int
    last: int


def pieces(lengths: Sequence[int], reach: int, piece_turns: int = PIECE_TURNS) -> Iterator[Piece]:
    """Cut dialogues into pieces that overlap by the network's reach, so that a cut changes no answer."""
    for dialogue, length in enumerate(lengths):
        for start in range(0, length, piece_turns):
            stop = min(start + piece_turns, length)
            yield Piece(dialogue, max(0, start - reach), start, stop, min(length, stop + reach))


@torch.inference_mode()
def run(
    network: Network,
    utterances: Sequence[Tensor],
    speakers: Sequence[Tensor],
    *,
    causal: bool = False,
    first_turns: Sequence[int] | None = None,
) -> list[NetworkOutput]:
    """N tensors (T,E) and N tensors (T,) -> N outputs (T,C), (T,Z), (T,E+Z), in their order and without padding.

    Dialogues of like length share a batch; neither the batch nor its padding changes an answer.
    """
    device = next(network.parameters()).device
    outputs: list[NetworkOutput | None] = [None] * len(utterances)
    for rows in _batches([len(turns) for turns in utterances]):
        batch = pad([utterances[row] for row in rows], [speakers[row] for row in rows])
        first = torch.tensor([first_turns[row] if first_turns else 0 for row in rows])
        on_device = (tensor.to(device) for tensor in batch)
        output = network(*on_device, causal=causal, first_turn=first.to(device))
        for place, row in enumerate(rows):
            length = len(utterances[row])
            outputs[row] = NetworkOutput(*(tensor[place, :length].cpu() for tensor in output))
    return [output for output in outputs if output is not None]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        if batch and (len(batch) + 1) * lengths[row] > BATCH_TURNS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
