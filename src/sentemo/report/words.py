"""Words typical of each emotion and tag in these chats, by weighted log-odds (Monroe et al. 2008)."""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np

from sentemo.report.batch import Batch, Floats, Row
from sentemo.report.store import Turns

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[\u2600-\u27bf\U0001f300-\U0001faff]")
"""Words, with apostrophes inside, and emoji."""
PRIOR = 1000
"""Weight of the prior in occurrences, distributed like the words of all turns."""
FEWEST = 5
"""Minimum number of turns with a word."""
SHOWN = 15
CLEAR = 1.96
"""Words with a smaller z are not shown: their interval contains 0."""
MOST_WORDS = 200_000
"""Maximum number of distinct words to count per mark; beyond that, words seen once are dropped."""


class Words:
    """The number of turns of each mark that contain each word."""

    def __init__(self, turns: Turns) -> None:
        self._marks = [*((name, "emotion") for name in turns.labels.names), *((name, "tag") for name in turns.tags)]
        self._labels = len(turns.labels)
        self._counts: list[Counter[str]] = [Counter() for _ in self._marks]

    def add(self, batch: Batch) -> None:
        """Count the words of a batch, each once per turn."""
        tags: dict[int, list[int]] = {}
        for turn, tag in zip(batch.tag_turn.tolist(), batch.tag.tolist(), strict=True):
            tags.setdefault(turn, []).append(self._labels + tag)
        for turn, (text, label) in enumerate(zip(batch.texts.to_pylist(), batch.label.tolist(), strict=True)):
            if label >= 0:
                found = words(text)
                for mark in (label, *tags.get(turn, ())):
                    self._counts[mark].update(found)
        for counts in self._counts:
            if len(counts) > MOST_WORDS:
                for word in [word for word, number in counts.items() if number == 1]:
                    del counts[word]

    def rows(self) -> list[Row]:
        """Return the most typical words of each mark, the clearest first."""
        everything: Counter[str] = Counter()
        for counts in self._counts[: self._labels]:
            everything.update(counts)
        frequent = sorted(word for word, number in everything.items() if number >= FEWEST)
        total = np.array([everything[word] for word in frequent], float)
        return [row for mark in range(len(self._marks)) for row in self._rows(mark, frequent, total)]

    def _rows(self, mark: int, frequent: list[str], total: Floats) -> list[Row]:
        here = np.array([self._counts[mark][word] for word in frequent], float)
        if len(frequent) < 2 or not here.sum() or here.sum() == total.sum():
            return []
        odds, deviation = log_odds(here, total - here)
        z = odds / deviation
        order = sorted(np.flatnonzero(z > CLEAR).tolist(), key=lambda place: (-z[place], frequent[place]))[:SHOWN]
        return [
            {
                "mark": self._marks[mark][0],
                "kind": self._marks[mark][1],
                "word": frequent[place],
                "turns": int(here[place]),
                "elsewhere": int(total[place] - here[place]),
                "log_odds": float(odds[place]),
                "low": float(odds[place] - CLEAR * deviation[place]),
                "high": float(odds[place] + CLEAR * deviation[place]),
                "z": float(z[place]),
            }
            for place in order
        ]


def words(text: str) -> set[str]:
    """Return the distinct words of a text, in lower case, and its emoji."""
    return set(WORD.findall(text.lower().replace("’", "'")))


def log_odds(here: Floats, there: Floats) -> tuple[Floats, Floats]:
    """(W,) counts here and there -> (W,) log-odds ratios with an informative Dirichlet prior, (W,) deviations.

    Equations 16, 20 and 22 of Monroe, Colaresi and Quinn (2008); the prior is the shares of all words.
    """
    prior = PRIOR * (here + there) / (here + there).sum()
    whole = math.fsum(prior)
    one, other = here + prior, there + prior
    odds = np.log(one / (here.sum() + whole - one)) - np.log(other / (there.sum() + whole - other))
    return odds, np.sqrt(1 / one + 1 / other)
