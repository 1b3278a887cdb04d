"""How people answer each other: which emotion follows which, per pair of speakers, against chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sentemo.report.batch import Batch
from sentemo.report.resampling import Tally, interval, shares
from sentemo.report.store import Turns

MOST_SPEAKERS = 6
"""Whose pairs are told apart: those with the most turns."""
FEWEST = 30
"""Answers that a pair needs to be shown."""
EVERYONE = "everyone"
Row = dict[str, Any]


class Answers:
    """Of turns that follow one of another speaker: how often each emotion follows each, and how often by chance.

    Chance is that both emotions are as frequent as they are in these answers but have nothing to do with each other:
    (turns answered with the first emotion) x (answers with the second) / (answers).
    """

    def __init__(self, turns: Turns) -> None:
        self._labels = turns.labels.names
        chosen = turns.speakers.most_frequent(MOST_SPEAKERS)
        self._people = [turns.speakers[code] for code in chosen]
        self._person = np.full(len(turns.speakers), -1)
        self._person[chosen] = range(len(chosen))
        self._tally = Tally(len(chosen) ** 2 + 1, len(self._labels), len(self._labels))

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        answers = np.flatnonzero(batch.answers)
        before, after = batch.label[answers - 1].astype(int), batch.label[answers]
        cells = np.where((before >= 0) & (after >= 0), before * len(self._labels) + after, -1)
        self._tally.add(batch, cells, answers)
        asks, replies = self._person[batch.speaker[answers - 1]], self._person[batch.speaker[answers]]
        pairs = np.where((asks >= 0) & (replies >= 0), 1 + asks * len(self._people) + replies, -1)
        within = (pairs >= 0) & (cells >= 0)
        self._tally.add(batch, np.where(within, pairs * len(self._labels) ** 2 + cells, -1), answers)

    def rows(self) -> list[Row]:
        """Return a row for each two emotions: of everyone, and of each pair of speakers with enough answers."""
        return [
            row for pair, (asked, answered) in enumerate(self._pairs()) for row in self._rows(pair, asked, answered)
        ]

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield EVERYONE, EVERYONE
        yield from ((asked, answered) for asked in self._people for answered in self._people)

    def _rows(self, pair: int, asked: str, answered: str) -> Iterator[Row]:
        counts = self._tally.counts[:, pair]
        totals = counts.sum((1, 2))
        if totals[0] < (1 if asked == EVERYONE == answered and not pair else FEWEST):
            return
        before, after = counts.sum(2), counts.sum(1)
        chance = shares(before[:, :, None] * after[:, None, :], totals[:, None, None])
        ratios = shares(counts, chance)
        low, high = interval(ratios, totals[:, None, None])
        for one, first in enumerate(self._labels):
            for other, second in enumerate(self._labels):
                yield {
                    "to": asked,
                    "by": answered,
                    "after": first,
                    "comes": second,
                    "count": int(counts[0, one, other]),
                    "share": float(shares(counts[0, one, other], before[0, one])),
                    "chance": float(chance[0, one, other]),
                    "times_chance": float(ratios[0, one, other]),
                    "low": float(low[one, other]),
                    "high": float(high[one, other]),
                }
