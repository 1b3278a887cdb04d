"""How large a share of the turns each emotion and each tag has, in every group, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np

from sentemo.report.batch import Batch
from sentemo.report.groups import Grouping
from sentemo.report.resampling import Tally, interval, shares
from sentemo.report.store import Turns

Row = dict[str, Any]


class Shares:
    """Of one way to group: the shares of labels and tags among the labelled turns of each group."""

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
        """Return a row for each mark of each group that has a turn."""
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
