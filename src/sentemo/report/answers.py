"""Shares of emotions, how people answer each other, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sentemo.report.batch import Batch, Floats, Row
from sentemo.report.groups import Grouping
from sentemo.report.resampling import Tally, interval, shares
from sentemo.report.store import Turns

MOST_SPEAKERS = 6
"""Number of speakers whose pairs are distinguished: those with the most turns."""
FEWEST = 30
"""Minimum number of answers to show a pair."""
EVERYONE = "everyone"


class Answers:
    """Over turns that follow one of another speaker: how often each emotion follows each, and how often by chance.

    Chance assumes that both emotions are as frequent as in these answers but independent of each other:
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
        """Return a row for each two emotions: for everyone, and for each pair of speakers with enough answers."""
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


class Shares:
    """For one grouping: the shares of labels and tags among the labelled turns of each group."""

    def __init__(self, grouping: Grouping, turns: Turns) -> None:
        self._grouping = grouping
        self._marks = [*((name, "emotion") for name in turns.labels.names), *((name, "tag") for name in turns.tags)]
        self._labels = len(turns.labels)
        self._tally = Tally(len(grouping.groups), len(self._marks))

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        groups, width = self._grouping.codes(batch), len(self._marks)
        counted = (groups >= 0) & (batch.label >= 0)
        self._tally.add(batch, np.where(counted, groups * width + batch.label, -1))
        at = batch.tag_turn
        self._tally.add(batch, np.where(counted[at], groups[at] * width + self._labels + batch.tag, -1), at)

    def rows(self) -> list[Row]:
        """Return a row for each mark (label or tag) of each group that has a turn."""
        counts = self._tally.counts
        totals = counts[:, :, : self._labels].sum(-1)
        found = shares(counts, totals[..., None])
        low, high = interval(found, totals[..., None])
        return [
            {
                "by": self._grouping.name,
                "group": self._grouping.groups[group],
                "mark": mark,
                "kind": kind,
                "turns": int(totals[0, group]),
                "count": int(counts[0, group, place]),
                "share": float(found[0, group, place]),
                "low": float(low[group, place]),
                "high": float(high[group, place]),
            }
            for group in np.flatnonzero(totals[0]).tolist()
            for place, (mark, kind) in enumerate(self._marks)
        ]


STEP = 1.02
"""Ratio of one bin of times to the next, above a minute: medians are exact to 2 %."""
EXACT_S = 60
"""Times up to here are shown to the second."""
LONGEST_S = 30 * 86_400
EDGES_S = np.concatenate(
    [
        np.arange(EXACT_S),
        EXACT_S * STEP ** np.arange(int(np.log(LONGEST_S / EXACT_S) / np.log(STEP)) + 1),
    ]
)
"""Where each bin begins; the last one is open-ended."""


class Pauses:
    """Medians of the seconds between a turn and the answer of another speaker, in the same conversation."""

    def __init__(self, turns: Turns) -> None:
        self._labels = turns.labels.names
        self._tallies = {kind: Tally(len(self._labels), len(EDGES_S)) for kind in ("answered turn", "answer")}

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        answers = np.flatnonzero(batch.answers)
        pause_s = batch.time_s[answers] - batch.time_s[answers - 1]
        known = pause_s >= 0  # false for NaN, and if a clock goes back
        answers, pause_s = answers[known], pause_s[known]
        classes = np.searchsorted(EDGES_S, pause_s, side="right") - 1
        for label, tally in zip((batch.label[answers - 1], batch.label[answers]), self._tallies.values(), strict=True):
            tally.add(batch, np.where(label >= 0, label * np.int64(len(EDGES_S)) + classes, -1), answers)

    def rows(self) -> list[Row]:
        """Return a row for each emotion that has an answer with a known time."""
        found: list[Row] = []
        for kind, tally in self._tallies.items():
            medians = _medians(tally.counts)
            low, high = interval(medians, tally.counts.sum(-1))
            found += [
                {
                    "emotion_of": kind,
                    "emotion": self._labels[place],
                    "answers": int(tally.counts[0, place].sum()),
                    "median_s": float(medians[0, place]),
                    "low_s": float(low[place]),
                    "high_s": float(high[place]),
                }
                for place in np.flatnonzero(tally.counts[0].sum(-1)).tolist()
            ]
        return found


def _medians(counts: Any) -> Floats:
    """(R+1,C,classes) -> (R+1,C): the start of the bin in which half of the answers is reached; NaN without any."""
    reached = np.cumsum(counts, -1) * 2 >= counts.sum(-1, keepdims=True)
    return np.where(counts.sum(-1) > 0, EDGES_S[reached.argmax(-1)], np.nan)
