"""Sections on the frequency of each emotion: by speaker, over time, by any column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from math import isfinite

from sentemo.report.page.charts import Found, Point, dots, lines, top
from sentemo.report.page.html import Child, Markup, between, counted, day, el, folded, join, percent, table

MOST_ROWS = 12
"""Maximum number of groups in a panel; all are in the table."""
MOST_POINTS = 60
NAMED = {"part": "part of the conversation", "hour": "hour of the day", "weekday": "day of the week"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def compared(found: Found, by: str) -> Markup:
    """Compare groups: a stacked bar for each, then a panel per emotion with intervals, then all numbers."""
    groups = [*found.shares(by)][:MOST_ROWS]
    bars = el("ul", *(_bar(found, by, group) for group in groups), class_="bars")
    panels = []
    for mark in found.marks(by):
        points = found.points(by, mark)[:MOST_ROWS]
        drawn = dots(f"Share of {mark} by {by}", points, mark, found.tones, _most(points), percent)
        panels.append(el("figure", el("figcaption", found.tones.felt(mark)), drawn))
    return join(_legend(found), bars, el("div", *panels, class_="panels"), numbers(found, by))


def _legend(found: Found) -> Markup:
    return el("p", *(join(found.tones.felt(mark), " ") for mark in found.report.labels), class_="legend")


def _bar(found: Found, by: str, group: str) -> Markup:
    rows, at, parts = found.shares(by)[group], 0.0, []
    for mark in (*found.emotions, *(name for name in found.report.labels if name not in found.emotions)):
        share = rows[mark]["share"]
        if share > 0:
            words = el("title", f"{mark} {percent(share)}")
            parts.append(
                el(
                    "rect",
                    words,
                    x=f"{at:.4f}",
                    y=0,
                    width=f"{share:.4f}",
                    height=1,
                    class_=f"mark {found.tones.css(mark)}",
                )
            )
            at += share
    picture = el("svg", *parts, viewBox="0 0 1 1", preserveAspectRatio="none", class_="bar", aria_hidden="true")
    turns = counted(rows[found.report.labels[0]]["turns"], "turn")
    return el("li", el("span", el("strong", group), el("span", turns, class_="muted"), class_="who"), picture)


def numbers(found: Found, by: str) -> Markup:
    """Return the shares of a grouping as a collapsible table."""
    marks, named = [*found.report.labels, *found.tags], NAMED.get(by, by)
    rows: list[list[Child]] = [
        [group, f"{shares[marks[0]]['turns']:,}", *(_cell(shares[mark]) for mark in marks)]
        for group, shares in found.shares(by).items()
    ]
    caption = f"Share of the turns by {named}, with 95% intervals"
    return folded(f"Numbers by {named}", table(caption, [named, "turns", *marks], rows, hidden=True))


def _cell(row: dict[str, float]) -> Markup:
    return join(percent(row["share"]), " ", el("small", between(row["low"], row["high"])))


def over_time(found: Found) -> Markup:
    """Draw shares by day or week, by hour and weekday if times are known, and from beginning to end."""
    blocks: list[Markup] = []
    span = _span(found)
    if span:
        blocks += [el("h3", f"By {span}"), _timeline(found, span)]
    if len(found.shares("hour")) > 1:
        hours = [(0.0, "0:00"), (12.0, "12:00"), (23.0, "23:00")]
        blocks += [el("h3", "By hour of the day"), _panels(found, "hour", float, hours)]
    if len(found.shares("weekday")) > 1:
        days: list[tuple[float, str]] = [(place, WEEKDAYS[place][:3]) for place in range(7)]
        blocks += [el("h3", "By day of the week"), _panels(found, "weekday", WEEKDAYS.index, days)]
    ends = [(0.0, "first turns"), (9.0, "last turns")]
    place: Callable[[str], float] = lambda group: int(group.split("-")[0]) / 10  # noqa: E731 - a key, used once
    blocks += [el("h3", "From the beginning of a conversation to its end"), _panels(found, "part", place, ends)]
    return join(*blocks)


def _span(found: Found) -> str | None:
    """Choose between days and weeks: days if there are few enough to show, and most of them have an interval."""
    days = found.shares("day")
    dates = [date.fromisoformat(group).toordinal() for group in days]
    known = [isfinite(rows[found.report.labels[0]]["low"]) for rows in days.values()]
    if len(dates) > 1 and max(dates) - min(dates) <= MOST_POINTS and sum(known) * 2 >= len(known):
        return "day"
    return "week" if len(found.shares("week")) > 1 else "day" if len(dates) > 1 else None


def _timeline(found: Found, span: str) -> Markup:
    groups = sorted(found.shares(span))
    step = 7 if span == "week" else 1
    start = date.fromisoformat(groups[0]).toordinal()

    def place(group: str) -> float:
        return (date.fromisoformat(group).toordinal() - start) / step

    return _panels(found, span, place, [(place(groups[0]), day(groups[0])), (place(groups[-1]), day(groups[-1]))])


def _panels(found: Found, by: str, place: Callable[[str], float], ends: list[tuple[float, str]]) -> Markup:
    panels = []
    for mark in found.marks(by):
        points = sorted(found.points(by, mark, place), key=lambda point: point.place)
        drawn = lines(
            f"Share of {mark} by {NAMED.get(by, by)}", points, mark, found.tones, _most(points), percent, ends
        )
        panels.append(el("figure", el("figcaption", found.tones.felt(mark)), drawn))
    return join(el("div", *panels, class_="panels"), numbers(found, by))


def _most(points: Iterable[Point]) -> float:
    """Choose the end of an axis: the highest value, or end of an interval that isn't very wide."""
    return top(max(point.value, min(point.high, 2 * point.value)) for point in points)


def by_week(found: Found, by: str) -> Markup | None:
    """Draw the weekly trend of the groups with the most turns, one emotion at a time."""
    crossed = found.shares(f"{by} and week")
    groups = list(dict.fromkeys(name.rpartition(" | ")[0] for name in crossed))
    weeks = sorted({name.rpartition(" | ")[2] for name in crossed})
    if len(weeks) < 2:
        return None
    start = date.fromisoformat(weeks[0]).toordinal()

    def place(name: str) -> float:
        return (date.fromisoformat(name.rpartition(" | ")[2]).toordinal() - start) / 7

    ends = [(place(weeks[0]), day(weeks[0])), (place(weeks[-1]), day(weeks[-1]))]
    blocks = []
    for mark in found.marks(f"{by} and week"):
        points = found.points(f"{by} and week", mark, place)
        most = _most(points)
        panels = []
        for group in groups:
            own = sorted((p for p in points if p.name.rpartition(" | ")[0] == group), key=lambda point: point.place)
            drawn = lines(f"Share of {mark} by week, {group}", own, mark, found.tones, most, percent, ends)
            panels.append(el("figure", el("figcaption", group), drawn))
        blocks.append(folded(f"{mark} by week", el("div", *panels, class_="panels")))
    return join(el("h3", "Trend by week"), *blocks)
