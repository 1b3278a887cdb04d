"""The arrays of a static model and its computation. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


class StaticNetwork:
    """Score turns by the vectors of their own words and of the surrounding turns.

    N turns of L tokens, V known tokens, D vector dimension, H hidden width, W turns on either side in B bands,
    C labels.
    """

    def __init__(self, numbers: Mapping[str, Floats], reach: int) -> None:
        self.bands = bands(reach)
        self.table = numbers["table"]  # (V,D)
        self.own, self.bias = numbers["own.weight"].T, numbers["own.bias"]  # (D,H), (H,)
        self.near = numbers["near.weight"].T  # (BD,H)
        self.straight = numbers["straight.weight"].T  # (D,C)
        self.out, self.out_bias = numbers["out.weight"].T, numbers["out.bias"]  # (H,C), (C,)

    def pool(self, tokens: Sequence[Sequence[int]]) -> Floats:
        """N texts of at least one token -> (N,D): the sum of the token vectors over the square root of their number.

        The weight of a token is the length of its trained vector.
        """
        lengths = np.array([len(text) for text in tokens])
        rows = self.table[np.concatenate([np.asarray(text) for text in tokens])]
        sums = np.add.reduceat(rows, lengths.cumsum() - lengths, axis=0)
        out: Floats = sums / np.sqrt(lengths, dtype=np.float32)[:, None]
        return out

    def score(self, turns: Floats, around: Rows) -> Floats:
        """(N,D) vectors, (N,2W) rows of neighbours, N for none -> (N,C) scores."""
        known = np.concatenate([turns, np.zeros_like(turns[:1])])  # missing neighbours are zero
        near = [known[around[:, band]].sum(1) / (band.stop - band.start) for band in self.bands]
        hidden = turns @ self.own + np.concatenate(near, 1, dtype=np.float32) @ self.near + self.bias
        out: Floats = np.maximum(hidden, 0) @ self.out + turns @ self.straight + self.out_bias
        return out


def bands(reach: int) -> list[slice]:
    """Return the columns of `neighbours` in 2 log2(2W) bands: the turn before and after, the next, then 2, 4, ... each.

    W is a power of 2. Farther turns share their band with more others.
    """
    ends = [2**power for power in range(reach.bit_length())]  # 1, 2, 4, ..., W
    found = []
    for first, last in zip([1, *(end + 1 for end in ends)], ends, strict=False):
        found += [slice(reach - last, reach - first + 1), slice(reach + first - 1, reach + last)]
    return found


def neighbours(lengths: Sequence[int], reach: int) -> NDArray[np.int64]:
    """Lengths of consecutive dialogues with N turns in total -> (N,2W), the rows of each turn's neighbours.

    They are in order, W before the turn and W after it; N means that the dialogue has none.
    """
    sizes = np.asarray(lengths)
    total, start = int(sizes.sum()), np.repeat(sizes.cumsum() - sizes, sizes)  # (N,), where each turn's dialogue starts
    stop = start + np.repeat(sizes, sizes)
    offsets = np.array([*range(-reach, 0), *range(1, reach + 1)])
    rows = np.arange(total)[:, None] + offsets
    return np.where((rows >= start[:, None]) & (rows < stop[:, None]), rows, total)
