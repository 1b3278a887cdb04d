"""Bootstrap intervals in one pass over the data.

Each resample takes each unit a number of times drawn from Poisson(1), which for many units is equivalent to drawing
with replacement (Hanley and MacGibbon 2006; Chamandy et al. 2012). Units are conversations, as turns of one
conversation are not independent; if there are too few, they are blocks of consecutive turns, whose length is the cube
root of the number of turns (Hall, Horowitz and Jing 1995). Intervals are the 2.5 and 97.5 percentiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.report.batch import Batch, Floats, Ints

RESAMPLES = 400
FEWEST_CONVERSATIONS = 10
"""With fewer conversations, a bootstrap over them says little."""
DENSE = 512
"""Up to this many keys, counting is a matrix product; float32 is exact for the counts of a batch."""


@dataclass(frozen=True, slots=True)
class Design:
    """The resampling units: conversations, or blocks of turns."""

    block: int
    """Turns in a block; 0 if conversations are drawn."""
    seed: int = 0

    @classmethod
    def of(cls, conversations: int, turns: int, seed: int = 0) -> Design:
        """Choose the units by the number of conversations."""
        block = 0 if conversations >= FEWEST_CONVERSATIONS else max(1, round(turns ** (1 / 3)))
        return cls(block, seed)

    def units(self, conversation: Ints, place: Ints) -> Ints:
        """(T,), (T,) -> (T,): number the units of a batch in their order."""
        if not self.block:
            return conversation
        begins = place % self.block == 0
        return np.cumsum(begins) - 1

    def weights(self, batch: int, units: int) -> NDArray[np.float32]:
        """Draw how often each resample takes each unit of a batch: (R+1,U), the first row ones."""
        drawn = np.random.default_rng([self.seed, batch]).poisson(1.0, (RESAMPLES + 1, units))
        drawn[0] = 1
        return drawn.astype(np.float32)

    def __str__(self) -> str:
        return f"blocks of {self.block} consecutive turns" if self.block else "conversations"


class Tally:
    """Counts of K keys as observed (the first row), and in each resample."""

    def __init__(self, *shape: int) -> None:
        self._counts = np.zeros((RESAMPLES + 1, math.prod(shape)), np.int64)
        self._shape = shape

    def add(self, batch: Batch, keys: Ints, turns: Ints | None = None) -> None:
        """Count the keys (N,) of turns, of all turns in order by default; negative keys count nothing."""
        known = keys >= 0
        units, keys = (batch.unit if turns is None else batch.unit[turns])[known], keys[known]
        if not len(keys):
            return
        size, every = self._counts.shape[1], batch.weights.shape[1]
        if size <= DENSE:  # (R+1,U) x (U,K)
            cells = np.bincount(units * size + keys, minlength=every * size).reshape(every, size)
            self._counts += (batch.weights @ cells.astype(np.float32)).astype(np.int64)
            return
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
        drawn = np.add.reduceat(batch.weights[:, units[order]], starts, axis=1)
        self._counts[:, keys[order][starts]] += drawn.astype(np.int64)

    @property
    def counts(self) -> NDArray[np.int64]:
        """The counts (R+1,...) in the shape of the keys."""
        return self._counts.reshape(len(self._counts), *self._shape)


def shares(counts: NDArray[Any], totals: NDArray[Any]) -> Floats:
    """Divide, with NaN where the divisor is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(totals > 0, counts / totals, np.nan)


def interval(values: Floats, totals: NDArray[Any] | None = None) -> tuple[Floats, Floats]:
    """(R+1,...) -> (...), (...): the 2.5 and 97.5 percentiles of the resamples, leaving out those without a value.

    NaN if none has a value, and if everything that `totals` (R+1,...) counts is in a single unit, which is always drawn
    as a whole: a resample's total is then a multiple of the observed one. `numpy.nanpercentile` would go column by
    column.
    """
    if totals is not None:
        alone = (totals[1:] % np.maximum(totals[0], 1) == 0).all(0)
        values = np.where(alone, np.nan, values)
    ordered = np.sort(values[1:], axis=0)  # NaN comes last
    last = np.maximum((~np.isnan(ordered)).sum(0) - 1, 0)
    low, high = (_quantile(ordered, last * share) for share in (0.025, 0.975))
    return low, high


def _quantile(ordered: Floats, place: Floats) -> Floats:
    """Interpolate between the sorted values on either side of a position."""
    below = np.floor(place).astype(int)
    above = np.ceil(place).astype(int)
    one, other = (np.take_along_axis(ordered, each[None], 0)[0] for each in (below, above))
    found: Floats = one + (other - one) * (place - below)
    return found
