"""Turning points: where a speaker's emotion changes and stays changed."""

from __future__ import annotations

import heapq

import numpy as np

from sentemo.report.batch import Batch, Bools, Ints, Row
from sentemo.report.resampling import Tally, interval
from sentemo.report.store import Turns

BEFORE, AFTER = 2, 3
"""Turns of one speaker that must share an emotion before the point, and turns that must share another from there."""
SHUFFLES = 20
"""Random orders of each speaker's turns to estimate the number of points by chance."""
KEPT = 100


class Turning:
    """A speaker has one emotion in two turns in a row, and another in at least three from the turning point on."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._size = len(turns.labels)
        self._tally = Tally(self._size, self._size)
        self._by_chance = np.zeros((self._size, self._size))
        self._rng = np.random.default_rng(turns.design.seed)
        self._strongest: list[tuple[float, int, int, Row]] = []

    def add(self, batch: Batch) -> None:
        """Find the turning points of a batch."""
        order = np.lexsort((batch.place, batch.speaker, batch.conversation))
        person = batch.conversation[order] * len(self._turns.speakers) + batch.speaker[order]
        label = batch.label[order].astype(int)
        at = np.flatnonzero(_turns_here(person, label))
        kind = label[at - 1] * self._size + label[at]
        self._tally.add(batch, kind, order[at])
        for _ in range(SHUFFLES):
            shuffled = label[np.lexsort((self._rng.random(len(label)), person))]
            chance = np.flatnonzero(_turns_here(person, shuffled))
            kinds = shuffled[chance - 1] * self._size + shuffled[chance]
            self._by_chance += np.bincount(kinds, minlength=self._size**2).reshape(self._by_chance.shape) / SHUFFLES
        self._keep(batch, order, at, _stays(person, label)[at])

    def _keep(self, batch: Batch, order: Ints, at: Ints, stays: Ints) -> None:
        """Keep the strongest: those whose probabilities before and after differ most."""
        probabilities = batch.probabilities[order]
        before = sum(probabilities[at - step] for step in range(1, BEFORE + 1)) / BEFORE
        after = sum(probabilities[at + step] for step in range(AFTER)) / AFTER
        strengths = np.abs(after - before).sum(-1) / 2 if len(at) else np.zeros(0)
        for place in np.argsort(-strengths, kind="stable")[:KEPT].tolist():
            turn, strength = int(order[at[place]]), round(float(strengths[place]), 6)
            number = batch.first + int(batch.conversation[turn])
            row = {
                "conversation": self._turns.ids[number],
                "turn": int(batch.place[turn]) + 1,
                "speaker": self._turns.speakers[batch.speaker[turn]],
                "from": self._turns.labels[int(batch.label[order[at[place] - 1]])],
                "to": self._turns.labels[int(batch.label[turn])],
                "strength": strength,
                "stays": int(stays[place]),
                "text": batch.texts[turn].as_py(),
            }
            item = (strength, -number, -row["turn"], row)
            (heapq.heappush if len(self._strongest) < KEPT else heapq.heappushpop)(self._strongest, item)

    def points(self) -> list[Row]:
        """Return the strongest, in the order of strength."""
        return [row for *_, row in sorted(self._strongest, key=lambda item: item[:3], reverse=True)]

    def rows(self) -> list[Row]:
        """Return the number from each emotion to each, and the number expected in a random order."""
        counts = self._tally.counts
        low, high = interval(counts.astype(float))
        return [
            {
                "from": self._turns.labels[one],
                "to": self._turns.labels[other],
                "count": int(counts[0, one, other]),
                "low": float(low[one, other]),
                "high": float(high[one, other]),
                "by_chance": round(float(self._by_chance[one, other]), 6),
            }
            for one in range(self._size)
            for other in range(self._size)
            if counts[0, one, other] or self._by_chance[one, other]
        ]


def _turns_here(person: Ints, label: Ints) -> Bools:
    """(N,), (N,), each speaker's turns in a row -> (N,): whether it is a turning point."""
    size = len(label)
    found = np.zeros(size, bool)
    if size < BEFORE + AFTER:
        return found

    def at(values: Ints, step: int) -> Ints:
        return values[BEFORE + step : size - AFTER + 1 + step]

    same = at(person, -BEFORE) == at(person, AFTER - 1)
    known = (at(label, -1) >= 0) & (at(label, 0) >= 0) & (at(label, -1) != at(label, 0))
    steady = np.ones_like(same)
    for step in range(-BEFORE, AFTER):
        steady &= at(label, step) == at(label, -1 if step < 0 else 0)
    found[BEFORE : size - AFTER + 1] = same & known & steady
    return found


def _stays(person: Ints, label: Ints) -> Ints:
    """(N,), (N,) -> (N,): the number of consecutive turns, from each one on, with its label."""
    ends = np.flatnonzero(np.append((np.diff(person) != 0) | (np.diff(label) != 0), True))
    return ends[np.searchsorted(ends, np.arange(len(label)))] - np.arange(len(label)) + 1
