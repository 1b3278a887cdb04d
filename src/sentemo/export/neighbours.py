"""Which turns lie around a turn, as numbers alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def neighbours(lengths: Sequence[int], reach: int) -> NDArray[np.int64]:
    """Lengths of dialogues that lie one after the other, N turns in all -> (N,2W), the rows of each turn's neighbours.

    They are in the order in which they are said, W before the turn and W after; N stands where the dialogue has none.
    """
    sizes = np.asarray(lengths)
    total, start = int(sizes.sum()), np.repeat(sizes.cumsum() - sizes, sizes)  # (N,), where a turn's dialogue begins
    stop = start + np.repeat(sizes, sizes)
    offsets = np.array([*range(-reach, 0), *range(1, reach + 1)])
    rows = np.arange(total)[:, None] + offsets
    return np.where((rows >= start[:, None]) & (rows < stop[:, None]), rows, total)
