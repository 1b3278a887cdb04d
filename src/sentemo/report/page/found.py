"""The rows of a report's tables, looked up the way sections need them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from sentemo.report.page.charts import Point
from sentemo.report.page.tones import Tones
from sentemo.report.results import Results

Row = dict[str, Any]


class Found:
    """A report, its marks, and their tones."""

    def __init__(self, report: Results) -> None:
        self.report = report
        self.read = report.read
        self.emotions = [name for name in report.labels if name != report.labels.neutral]
        """Labels but for neutral, which is what is left."""
        self.tags: list[str] = list(report.read["tags"])
        self.tones = Tones([*report.labels, *self.tags])

    @cached_property
    def _shares(self) -> dict[str, dict[str, dict[str, Row]]]:
        found: dict[str, dict[str, dict[str, Row]]] = {}
        for row in self.report.tables["shares"]:
            found.setdefault(row["by"], {}).setdefault(row["group"], {})[row["mark"]] = row
        return found

    def shares(self, by: str) -> dict[str, dict[str, Row]]:
        """Return the rows of a grouping: by group, then by mark."""
        return self._shares.get(by, {})

    def marks(self, by: str) -> list[str]:
        """Return the emotions and tags that have a turn in a grouping."""
        groups = self.shares(by).values()
        return [mark for mark in (*self.emotions, *self.tags) if any(rows[mark]["count"] for rows in groups)]

    def points(self, by: str, mark: str, place: Callable[[str], float] = lambda group: 0.0) -> list[Point]:
        """Return a mark's share in each group."""
        return [
            Point(group, rows[mark]["share"], rows[mark]["low"], rows[mark]["high"], place(group))
            for group, rows in self.shares(by).items()
        ]

    def rows(self, table: str, **wanted: Any) -> Sequence[Row]:
        """Return the rows of a table that have these values."""
        return [row for row in self.report.tables[table] if all(row[key] == value for key, value in wanted.items())]
