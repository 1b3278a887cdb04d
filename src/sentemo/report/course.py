"""The course of conversations: turn by turn, who spoke, with which emotion and how much of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sentemo.report.store import Turns

MOST = 40
"""Conversations that are drawn; all of them where there are no more."""
FROM_RANKING = 5
Row = dict[str, Any]


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
    """Of each turn, the probability of every label that is not neutral."""

    def rows(self) -> Iterator[Row]:
        """Yield a row for each turn."""
        for turn, (speaker, label, score) in enumerate(zip(self.speakers, self.labels, self.scores, strict=True), 1):
            yield {"conversation": self.id, "turn": turn, "speaker": speaker, "label": label, "score": score}


def drawn(conversations: int, ranked: dict[str, list[int]]) -> list[int]:
    """Choose the conversations that are drawn: all, or the first of each ranking where there are too many."""
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
