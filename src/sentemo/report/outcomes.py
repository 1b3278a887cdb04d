"""How each conversation went: its emotions, whether it ended badly or recovered, and its rank by each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sentemo.label_sets import POLARITY
from sentemo.report.batch import Batch, Bools, Floats, Ints, Row
from sentemo.report.groups import Grouping
from sentemo.report.resampling import Tally, interval, shares
from sentemo.report.store import Turns

STRETCH, BAD = 3, 2
"""Length of a bad stretch in turns, and how many of them must be negative."""
OUTCOMES = ("ended badly", "recovered", "neither")
RANKED = 20
"""Conversations in each ranking."""
Z = 1.959964


class Outcomes:
    """A row for each conversation, in input order.

    A bad stretch is three turns in a row of which at least two are negative (anger, disgust, fear, sadness). A
    conversation ended badly if its last three turns are one; it recovered if it has one, and none of its last three
    turns is negative.
    """

    def __init__(self, turns: Turns, groupings: Sequence[Grouping]) -> None:
        self._turns = turns
        self._negative = np.array([POLARITY.get(name) == "negative" for name in turns.labels.names])
        self._groupings = groupings
        self._tallies = [Tally(len(each.groups), len(OUTCOMES)) for each in groupings]
        self._counts: list[Ints] = []
        self._columns: list[tuple[Ints, Floats, Floats, Floats]] = []

    def add(self, batch: Batch) -> None:
        """Determine the outcomes of a batch's conversations."""
        size = len(self._turns.labels) + len(self._turns.tags)
        tags = np.where(batch.label[batch.tag_turn] >= 0, len(self._turns.labels) + batch.tag, size)
        places = np.append(np.where(batch.label >= 0, batch.label, size), tags)
        of = np.append(batch.conversation, batch.conversation[batch.tag_turn])
        cells = np.bincount(of * (size + 1) + places, minlength=len(batch.lengths) * (size + 1))
        self._counts.append(cells.reshape(-1, size + 1)[:, :size].astype(np.int32))
        negative = np.append(self._negative, False)[batch.label]
        outcome, worst, end = _judged(batch, negative, batch.probabilities[:, self._negative].sum(-1))
        self._columns.append((outcome, worst, end, batch.time_s[batch.starts[:-1]]))
        firsts = batch.starts[:-1]
        for grouping, tally in zip(self._groupings, self._tallies, strict=True):
            groups = grouping.codes(batch)[firsts]
            tally.add(batch, np.where((groups >= 0) & (outcome >= 0), groups * len(OUTCOMES) + outcome, -1), firsts)

    def shares(self) -> list[Row]:
        """Return the share of the conversations of each group that ended badly, recovered, or did neither."""
        if not self._negative.any():
            return []
        found = []
        for grouping, tally in zip(self._groupings, self._tallies, strict=True):
            totals = tally.counts.sum(-1)
            values = shares(tally.counts, totals[..., None])
            low, high = interval(values, totals[..., None])
            for group in np.flatnonzero(totals[0]).tolist():
                for place, outcome in enumerate(OUTCOMES):
                    found.append(
                        {
                            "by": grouping.name,
                            "group": grouping.groups[group],
                            "outcome": outcome,
                            "conversations": int(totals[0, group]),
                            "count": int(tally.counts[0, group, place]),
                            "share": float(values[0, group, place]),
                            "low": float(low[group, place]),
                            "high": float(high[group, place]),
                        }
                    )
        return found

    def conversations(self) -> Conversations:
        """Return the table of all conversations."""
        outcome, worst, end, start_s = (np.concatenate(parts) for parts in zip(*self._columns, strict=True))
        if not self._negative.any():
            outcome = np.full_like(outcome, -1)
        return Conversations(self._turns, np.concatenate(self._counts), outcome, worst, end, start_s)


class Conversations:
    """All conversations as columns, and their rankings."""

    def __init__(self, turns: Turns, counts: Ints, outcome: Ints, worst: Floats, end: Floats, start_s: Floats) -> None:
        self._turns = turns
        self._marks = [*turns.labels.names, *turns.tags]
        self._counts = counts
        self._outcome, self._worst, self._end, self._start_s = outcome, worst, end, start_s
        self._totals = counts[:, : len(turns.labels)].sum(-1)

    def __len__(self) -> int:
        return len(self._totals)

    def row(self, number: int) -> Row:
        """Return the row of a conversation."""
        outcome, start_s = int(self._outcome[number]), float(self._start_s[number])
        return {
            "conversation": self._turns.ids[number],
            "number": number,
            "file": self._turns.files[self._turns.file_of[number]],
            "start_s": None if np.isnan(start_s) else start_s,
            "turns": int(self._totals[number]),
            "outcome": OUTCOMES[outcome] if outcome >= 0 else None,
            "worst": None if np.isnan(self._worst[number]) else round(float(self._worst[number]), 6),
            "end": None if np.isnan(self._end[number]) else round(float(self._end[number]), 6),
            **{mark: int(count) for mark, count in zip(self._marks, self._counts[number], strict=True)},
        }

    def ranked(self) -> dict[str, list[int]]:
        """Return the numbers of the top conversations for each criterion, best first."""
        found = {}
        for place, mark in enumerate(self._marks):
            if mark != self._turns.labels.neutral:
                low = wilson_low(self._counts[:, place], self._totals)
                found[f"most {mark}"] = _top(np.where(self._counts[:, place] > 0, low, -1.0), lambda value: value >= 0)
        for outcome, name in enumerate(OUTCOMES[:2]):
            by = self._end if name == "ended badly" else self._worst
            found[name] = _top(np.where(self._outcome == outcome, by, -1.0), lambda value: value >= 0)
        return {name: numbers for name, numbers in found.items() if numbers}


def wilson_low(counts: Ints, totals: Ints) -> Floats:
    """Return the lower end of the 95 % interval of a share (Wilson 1927), which is never high for just a few turns."""
    n = np.maximum(totals, 1)
    share = counts / n
    middle = share + Z**2 / (2 * n)
    found: Floats = (middle - Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))) / (1 + Z**2 / n)
    return found


def _top(values: Floats, counts: Callable[[float], bool]) -> list[int]:
    order = np.argsort(-values, kind="stable")[:RANKED].tolist()
    return [number for number in order if counts(float(values[number]))]


def _judged(batch: Batch, negative: Bools, chance: Floats) -> tuple[Ints, Floats, Floats]:
    """(T,), (T,) -> (D,) outcome, the mean negative probability of the worst stretch and of the last one.

    A conversation shorter than a stretch has no outcome and no such means.
    """
    long = batch.lengths >= STRETCH
    begins = np.flatnonzero(batch.place + STRETCH <= batch.lengths[batch.conversation])
    owner = np.cumsum(long)[batch.conversation[begins]] - 1
    within = begins[:, None] + np.arange(STRETCH)
    bad, mean = negative[within].sum(-1), chance[within].mean(-1)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.append(first[1:], len(begins)) - 1
    outcome = np.full(len(long), -1)
    worst, end = np.full(len(long), np.nan), np.full(len(long), np.nan)
    if len(begins):
        recovered = np.maximum.reduceat(bad >= BAD, first) & (bad[last] == 0)
        outcome[long] = np.where(bad[last] >= BAD, 0, np.where(recovered, 1, 2))
        worst[long], end[long] = np.maximum.reduceat(mean, first), mean[last]
    return outcome, worst, end
