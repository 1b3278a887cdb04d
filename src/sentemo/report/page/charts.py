"""Charts as SVG: dots with intervals, lines over time, and the timeline of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, isfinite, log10
from typing import Any

from sentemo.report.batch import Row
from sentemo.report.figures import Results
from sentemo.report.page.html import Markup, Tones, el, join

WIDTH = 340
"""Width of a panel: that of a phone, so that text is never small."""
LEFT, RIGHT, ROW = 104, 46, 26
TALL, FOOT, HEAD = 150, 22, 10
CELLS = 200
"""Turns of a conversation drawn one by one; in a longer one several share a cell."""


@dataclass(frozen=True)
class Point:
    """A named value with its interval."""

    name: str
    value: float
    low: float
    high: float
    place: float = 0.0
    """Its position on the horizontal axis of line charts."""


def top(values: Iterable[float]) -> float:
    """Return a round number at least as high as all of them."""
    most = max((value for value in values if isfinite(value)), default=0.0)
    if most <= 0:
        return 0.01
    unit = 10.0 ** int(log10(most) // 1)
    return float(next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * unit >= most * 0.999))


def dots(
    title: str,
    points: Sequence[Point],
    mark: str | None,
    tones: Tones,
    most: float,
    shown: Callable[[float], str],
    place: Callable[[float], float] = lambda value: value,
) -> Markup:
    """Draw a row for each point: its name, its interval, its value as the mark's shape and as text.

    Without a mark, each point's name is its mark.
    """
    room = WIDTH - LEFT - RIGHT
    height = HEAD + ROW * len(points) + FOOT

    def x(value: float) -> float:
        return LEFT + room * min(max(place(value) / place(most), 0.0), 1.0)

    rows = []
    for number, point in enumerate(points):
        y = HEAD + ROW * (number + 0.5)
        name = point.name if len(point.name) <= 14 else f"{point.name[:13]}…"
        rows.append(
            el(
                "g",
                el("title", f"{point.name}: {shown(point.value)}, {shown(point.low)} to {shown(point.high)}"),
                el("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="base"),
                el("text", name, x=LEFT - 8, y=y + 4, class_="name"),
                _reach((x(point.low), y), (x(point.high), y)) if isfinite(point.low) else None,
                tones.shape(mark or point.name, x(point.value), y),
                el("text", shown(point.value), x=WIDTH, y=y + 4, class_="value"),
                class_=tones.css(mark or point.name),
            )
        )
    ticks = [
        el("text", shown(value), x=f"{x(value):.1f}", y=height - 5, class_="tick")
        for value in (0.0, most)
        if shown(value)
    ]
    return picture(title, WIDTH, height, "", *rows, *ticks)


def lines(
    title: str,
    points: Sequence[Point],
    mark: str,
    tones: Tones,
    most: float,
    shown: Callable[[float], str],
    ends: Sequence[tuple[float, str]],
) -> Markup:
    """Draw values over time as a line in the band of its intervals; the line breaks at missing places."""
    left, right = 40.0, WIDTH - 12.0
    first, last = ends[0][0], ends[-1][0]

    def x(at: float) -> float:
        return left + (right - left) * ((at - first) / (last - first) if last > first else 0.5)

    def y(value: float) -> float:
        return HEAD + (TALL - HEAD) * (1 - min(value / most, 1.0))

    def grid(value: float) -> Markup:
        words = el("text", shown(value), x=left - 6, y=f"{y(value) + 4:.1f}", class_="name")
        return join(el("line", x1=left, x2=right, y1=f"{y(value):.1f}", y2=f"{y(value):.1f}", class_="base"), words)

    drawn = []
    for run in _runs(points):
        path = "L".join(f"{x(point.place):.1f} {y(point.value):.1f}" for point in run)
        over = [f"{x(point.place):.1f} {y(point.high):.1f}" for point in run if isfinite(point.high)]
        under = [f"{x(point.place):.1f} {y(point.low):.1f}" for point in reversed(run) if isfinite(point.low)]
        drawn.append(el("path", d=f"M{'L'.join(over + under)}Z", class_="band") if len(over) > 1 else None)
        drawn.append(el("path", d=f"M{path}", class_="line") if len(run) > 1 else None)
        if len(run) == 1 and isfinite(run[0].low):
            at = x(run[0].place)
            drawn.append(_reach((at, y(run[0].low)), (at, y(run[0].high))))
    spots = [tones.shape(mark, x(point.place), y(point.value), 7) for point in points] if len(points) <= 31 else []
    ticks = [
        el("text", words, x=f"{x(at):.1f}", y=TALL + FOOT - 5, class_="tick", text_anchor=_anchor(number, len(ends)))
        for number, (at, words) in enumerate(ends)
    ]
    return picture(
        title, WIDTH, TALL + FOOT, tones.css(mark), grid(0.0), grid(most / 2), grid(most), *drawn, *spots, *ticks
    )


def _reach(start: tuple[float, float], end: tuple[float, float]) -> Markup:
    """Draw an interval."""
    (x1, y1), (x2, y2) = start, end
    return el("line", x1=f"{x1:.1f}", x2=f"{x2:.1f}", y1=f"{y1:.1f}", y2=f"{y2:.1f}", class_="reach")


def _anchor(number: int, ends: int) -> str:
    return "start" if number == 0 and ends > 1 else "end" if number == ends - 1 and ends > 1 else "middle"


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Split points at missing places."""
    runs: list[list[Point]] = []
    for point in points:
        if runs and point.place - runs[-1][-1].place <= 1.0:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def strip(title: str, amounts: Sequence[Sequence[float] | None], marks: Sequence[str], tones: Tones) -> Markup:
    """Draw the amount of each emotion, turn by turn, stacked; None where somebody else speaks."""
    step = ceil(len(amounts) / CELLS)
    cells = [_mean([each for each in amounts[at : at + step] if each]) for at in range(0, len(amounts), step)]
    paths = dict.fromkeys(marks, "")
    for place, cell in enumerate(cells):
        under = 0.0
        for mark, amount in zip(marks, cell, strict=False):
            if amount >= 0.02:
                paths[mark] += f"M{place + 0.06:.2f} {1 - under:.3f}h.88v{-amount:.3f}h-.88z"
                under += amount
    here = "".join(f"M{place + 0.06:.2f} 1h.88v-.04h-.88z" for place, cell in enumerate(cells) if cell)
    drawn = [el("path", d=path, class_=f"mark {tones.css(mark)}") for mark, path in paths.items() if path]
    return el(
        "svg",
        el("title", title),
        el("path", d=here, class_="here"),
        *drawn,
        viewBox=f"0 0 {len(cells)} 1",
        preserveAspectRatio="none",
        role="img",
        class_="strip",
    )


def _mean(rows: Sequence[Sequence[float]]) -> list[float]:
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]


def picture(title: str, width: float, height: float, css: str, *children: Markup | None) -> Markup:
    """Return an SVG element with a title."""
    return el("svg", el("title", title), *children, viewBox=f"0 0 {width} {height}", role="img", class_=f"panel {css}")


class Found:
    """A report, its marks, and their tones."""

    def __init__(self, report: Results) -> None:
        self.report = report
        self.read = report.read
        self.emotions = [name for name in report.labels if name != report.labels.neutral]
        """All labels but neutral, which is the rest."""
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
        """Return a mark's share in each group as points."""
        return [
            Point(group, rows[mark]["share"], rows[mark]["low"], rows[mark]["high"], place(group))
            for group, rows in self.shares(by).items()
        ]

    def rows(self, table: str, **wanted: Any) -> Sequence[Row]:
        """Return the rows of a table that have these values."""
        return [row for row in self.report.tables[table] if all(row[key] == value for key, value in wanted.items())]
