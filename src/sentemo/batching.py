"""Cut and group conversations of any number and length into batches. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

PIECE_TURNS = 512  # turns labelled by one piece of a long dialogue
STRETCH_TOKENS = 512  # tokens of a long dialogue that a reader labels at once


class Piece(NamedTuple):
    """A part of a dialogue: turns `first` to `last` are read, `start` to `stop` are labelled."""

    dialogue: int
    first: int
    start: int
    stop: int
    last: int


def pieces(lengths: Sequence[int], reach: int, piece_turns: int = PIECE_TURNS) -> Iterator[Piece]:
    """Cut dialogues into pieces that overlap by the network's reach, so that cuts don't change any output."""
    for dialogue, length in enumerate(lengths):
        for start in range(0, length, piece_turns):
            stop = min(start + piece_turns, length)
            yield Piece(dialogue, max(0, start - reach), start, stop, min(length, stop + reach))


def grouped(cut: Iterable[Piece], turns: int) -> Iterator[list[Piece]]:
    """Group pieces until each group has the given number of turns to read."""
    group: list[Piece] = []
    read = 0
    for piece in cut:
        group.append(piece)
        read += piece.last - piece.first
        if read >= turns:
            yield group
            group, read = [], 0
    if group:
        yield group


def stretches(dialogue: int, tokens: Sequence[int], reach: int, causal: bool) -> Iterator[Piece]:
    """Cut a dialogue with the given number of tokens per turn for a reader, with overlaps as in `pieces`."""
    start = 0
    while start < len(tokens):
        stop, length = start + 1, tokens[start]
        while stop < len(tokens) and length + tokens[stop] <= STRETCH_TOKENS:
            length += tokens[stop]
            stop += 1
        last = stop if causal else min(len(tokens), stop + reach)
        yield Piece(dialogue, max(0, start - reach), start, stop, last)
        start = stop


def alike(lengths: Sequence[int], most: int, most_pairs: float = float("inf")) -> Iterator[list[int]]:
    """Batch rows of similar length: at most `most` places per batch including padding, but at least one row."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        size, length = len(batch) + 1, lengths[row]
        if batch and (size * length > most or size * length**2 > most_pairs):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def padded(rows: Sequence[Array], filler: float = 0) -> Array:
    """B arrays (L,...) -> (B,L,...), padded to the longest."""
    out = np.full((len(rows), max(map(len, rows)), *rows[0].shape[1:]), filler, rows[0].dtype)
    for place, row in enumerate(rows):
        out[place, : len(row)] = row
    return out
