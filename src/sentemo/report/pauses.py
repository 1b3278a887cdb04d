"""How long it takes until a turn is answered, by its emotion and by that of the answer, where times are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from sentemo.report.batch import Batch, Floats
from sentemo.report.resampling import Tally, interval
from sentemo.report.store import Turns

STEP = 1.02
"""From one class of times to the next, above a minute: medians are exact to 2 %."""
EXACT_S = 60
"""Times up to here are shown to the second."""
LONGEST_S = 30 * 86_400
EDGES_S = np.concatenate(
    [
        np.arange(EXACT_S),
        EXACT_S * STEP ** np.arange(int(np.log(LONGEST_S / EXACT_S) / np.log(STEP)) + 1),
    ]
)
"""Where each class begins; the last one has no end."""
Row = dict[str, Any]


class Pauses:
    """Medians of the seconds between a turn and the answer of another speaker, in the same conversation."""

    def __init__(self, turns: Turns) -> None:
        self._labels = turns.labels.names
        self._tallies = {kind: Tally(len(self._labels), len(EDGES_S)) for kind in ("answered turn", "answer")}

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        answers = np.flatnonzero(batch.answers)
        pause_s = batch.time_s[answers] - batch.time_s[answers - 1]
        known = pause_s >= 0  # which NaN is not, nor a clock that goes back
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
    """(R+1,C,classes) -> (R+1,C): where the class begins in which half of the answers is reached; NaN without any."""
    reached = np.cumsum(counts, -1) * 2 >= counts.sum(-1, keepdims=True)
    return np.where(counts.sum(-1) > 0, EDGES_S[reached.argmax(-1)], np.nan)
