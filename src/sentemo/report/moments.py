"""The moments that stand out, with the turns around them, and timelines of whole conversations."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sentemo.report.batch import Batch, Floats, Ints, Row
from sentemo.report.resampling import FEWEST_CONVERSATIONS
from sentemo.report.store import Turns

AROUND = 2
"""Turns to show on either side."""
SHOWN = 3
CANDIDATES = 50
"""Candidate turns kept for each mark."""
LONGEST = 600
"""Maximum number of characters to show of a text."""


class Moments:
    """The turns with the highest score of each label and tag.

    No text comes twice, and no conversation where there are ten or more.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._marks = [*((name, "emotion") for name in turns.labels.names), *((name, "tag") for name in turns.tags)]
        self._best: list[list[Row]] = [[] for _ in self._marks]

    def add(self, batch: Batch) -> None:
        """Look for higher scores in a batch."""
        for mark in range(len(self._turns.labels)):
            at = np.flatnonzero(batch.label == mark)
            self._offer(mark, batch, at, batch.score[at])
        for tag in range(len(self._turns.tags)):
            given = batch.tag == tag
            self._offer(len(self._turns.labels) + tag, batch, batch.tag_turn[given], batch.tag_score[given])

    def _offer(self, mark: int, batch: Batch, at: Ints, scores: Floats) -> None:
        order = np.argsort(-scores, kind="stable")
        if len(self._turns.ids) >= FEWEST_CONVERSATIONS:  # the best of each conversation
            _, firsts = np.unique(batch.conversation[at[order]], return_index=True)
            order = order[np.sort(firsts)]
        best = self._best[mark]
        for place in order[:CANDIDATES].tolist():
            if len(best) < CANDIDATES or scores[place] > best[-1]["score"]:
                best.append(self._row(mark, batch, int(at[place]), float(scores[place])))
        best.sort(key=lambda row: (-row["score"], row["number"], row["turn"]))
        del best[CANDIDATES:]

    def _row(self, mark: int, batch: Batch, turn: int, score: float) -> Row:
        begin, end = batch.starts[batch.conversation[turn]], batch.starts[batch.conversation[turn] + 1]
        around = range(max(begin, turn - AROUND), min(end, turn + AROUND + 1))
        number = batch.first + int(batch.conversation[turn])
        return {
            "mark": self._marks[mark][0],
            "kind": self._marks[mark][1],
            "conversation": self._turns.ids[number],
            "number": number,
            "turn": int(batch.place[turn]) + 1,
            "score": round(score, 6),
            "time_s": None if np.isnan(batch.time_s[turn]) else float(batch.time_s[turn]),
            "turns": [self._turn(batch, each) for each in around],
            "at": turn - around[0],
        }

    def _turn(self, batch: Batch, turn: int) -> Row:
        text = batch.texts[turn].as_py()
        return {
            "speaker": self._turns.speakers[batch.speaker[turn]],
            "text": text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
            "label": self._turns.labels[int(batch.label[turn])] if batch.label[turn] >= 0 else None,
        }

    def rows(self) -> list[Row]:
        """Return the turns to show, highest score first."""
        return [row for best in self._best for row in _distinct(best)[:SHOWN]]


def _distinct(rows: list[Row]) -> list[Row]:
    seen: set[str] = set()
    found = []
    for row in rows:
        text = row["turns"][row["at"]]["text"].casefold()
        if text not in seen:
            seen.add(text)
            found.append(row)
    return found


MOST = 40
"""Maximum number of conversations to draw."""
FROM_RANKING = 5


@dataclass(frozen=True)
class Course:
    """One conversation, as lists with an entry for each turn."""

    number: int
    id: str
    start_s: float | None
    speakers: list[str]
    labels: list[str | None]
    scores: list[float]
    amounts: list[list[float]]
    """For each turn, the probability of every label but neutral."""

    def rows(self) -> Iterator[Row]:
        """Yield a row for each turn."""
        for turn, (speaker, label, score) in enumerate(zip(self.speakers, self.labels, self.scores, strict=True), 1):
            yield {"conversation": self.id, "turn": turn, "speaker": speaker, "label": label, "score": score}


def drawn(conversations: int, ranked: dict[str, list[int]]) -> list[int]:
    """Choose the conversations to draw: all, or the first of each ranking if there are too many."""
    if conversations <= MOST:
        return [*range(conversations)]
    found: dict[int, None] = {}
    for place in range(FROM_RANKING):
        found |= dict.fromkeys(numbers[place] for numbers in ranked.values() if place < len(numbers))
    return sorted([*found][:MOST])


def courses(turns: Turns, numbers: Sequence[int]) -> list[Course]:
    """Look up the turns of some conversations."""
    return [_course(turns, number) for number in numbers]


def _course(turns: Turns, number: int) -> Course:
    batch = turns.batch(bisect_right(turns.firsts, number) - 1)
    place = number - batch.first
    here = slice(int(batch.starts[place]), int(batch.starts[place + 1]))
    feelings = [place for place, name in enumerate(turns.labels) if name != turns.labels.neutral]
    start_s = float(batch.time_s[here.start])
    return Course(
        number,
        turns.ids[number],
        None if np.isnan(start_s) else start_s,
        [turns.speakers[code] for code in batch.speaker[here].tolist()],
        [turns.labels[code] if code >= 0 else None for code in batch.label[here].tolist()],
        [round(score, 6) for score in batch.score[here].tolist()],
        np.round(batch.probabilities[here][:, feelings].astype(float), 4).tolist(),
    )
