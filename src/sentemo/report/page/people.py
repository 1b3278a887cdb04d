"""Sections on what happens between people: answers, times to answer, turning points."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log

from sentemo.report.answers import EVERYONE, FEWEST
from sentemo.report.batch import Row
from sentemo.report.page.charts import Found, Point, dots
from sentemo.report.page.html import Child, Markup, counted, duration, el, join, percent, table
from sentemo.report.turning import AFTER, BEFORE

LEAST_CELL = 5
"""Minimum number of answers to show a cell for a pair."""
SHOWN = 12
KINDS = {
    "answered turn": "Until a turn with this emotion is answered",
    "answer": "Until somebody answers with this emotion",
}


def answers(found: Found) -> Markup:
    """Show which emotion follows which, against chance, and where single pairs differ most from it."""
    every = found.rows("answers", to=EVERYONE, by=EVERYONE)
    if not every:
        return el("p", "Nobody answers anybody here: there is one speaker in each conversation.")
    labels = [label for label in found.report.labels if any(row["count"] for row in every if row["comes"] == label)]
    cells = {(row["after"], row["comes"]): row for row in every}
    rows: list[list[Child]] = [
        [found.tones.felt(one), *(_cell(cells[one, other]) for other in labels)]
        for one in found.report.labels
        if any(cells[one, other]["count"] for other in labels)
    ]
    total = sum(row["count"] for row in every)
    grid = table(
        "How many times as often as by chance a turn with the emotion on the left is answered with the emotion above",
        ["after", *labels],
        rows,
    )
    how = el(
        "p",
        f"{counted(total, 'answer')}. 2.0× is twice as often as if the two emotions had nothing to do with each other. "
        "Shaded cells differ clearly from 1: their 95% interval leaves it out. Of twenty cells, one does so by chance.",
        class_="muted",
    )
    return join(how, el("div", grid, class_="heat"), _pairs(found))


def _cell(row: Row) -> Markup:
    ratio, clear = row["times_chance"], _is_clear(row)
    if not isfinite(ratio):
        return el("span", "–", class_="muted")
    step = min(3, 1 + int(abs(log(max(ratio, 1e-3), 2)))) if clear else 0
    css = f"{'more' if ratio > 1 else 'less'}-{step}" if step else "chance"
    words = f"{row['count']:,} answers; {row['chance']:.1f} by chance; {row['low']:.1f} to {row['high']:.1f} times"
    return el("span", f"{ratio:.1f}×", class_=f"times {css}", title=words)


def _is_clear(row: Row) -> bool:
    return bool(row["count"] >= LEAST_CELL and (row["low"] > 1 or row["high"] < 1))


def _pairs(found: Found) -> Markup:
    told = [row for row in found.rows("answers") if row["to"] != EVERYONE and _is_clear(row)]
    told = [row for row in told if row["comes"] in found.emotions]
    told.sort(key=lambda row: -abs(log(max(row["times_chance"], 1e-3))))
    if not told:
        return el(
            "p", f"No pair of speakers with {FEWEST} answers or more differs clearly from chance.", class_="muted"
        )
    rows: list[list[Child]] = [
        [
            f"{row['by']} to {row['to']}",
            found.tones.felt(row["after"]),
            found.tones.felt(row["comes"]),
            f"{row['count']:,}",
            percent(row["share"]),
            f"{row['times_chance']:.1f}× ({row['low']:.1f} to {row['high']:.1f})",
        ]
        for row in told[:SHOWN]
    ]
    caption = "What pairs of speakers do clearly more, or less, often than by chance"
    return table(caption, ["who answers", "after", "with", "times", "share", "against chance"], rows)


def pauses(found: Found) -> Markup:
    """Show the median time to answer, by the emotion of the answered turn and by that of the answer."""
    rows = found.report.tables["pauses"]
    most = max((row["high_s"] for row in rows if isfinite(row["high_s"])), default=60.0) or 60.0
    panels = []
    for kind, title in KINDS.items():
        points = [_pause(row) for row in rows if row["emotion_of"] == kind]
        panels.append(el("figure", el("figcaption", title), _median(title, points, most, found)))
    every: list[list[Child]] = [
        [
            row["emotion"],
            row["emotion_of"],
            f"{row['answers']:,}",
            duration(row["median_s"]),
            f"{duration(row['low_s'])} to {duration(row['high_s'])}",
        ]
        for row in rows
    ]
    numbers = table(
        "Median time to an answer, with 95% intervals", ["emotion", "of the", "answers", "median", "interval"], every
    )
    return join(el("div", *panels, class_="panels"), el("details", el("summary", "Numbers"), numbers))


def _pause(row: Row) -> Point:
    return Point(row["emotion"], row["median_s"], row["low_s"], row["high_s"])


def _median(title: str, points: Sequence[Point], most: float, found: Found) -> Markup:
    return dots(title, points, None, found.tones, most, duration, lambda seconds: log(1 + max(seconds, 0.0)))


def turning(found: Found) -> Markup:
    """Show where a speaker's emotion changes and stays changed."""
    kinds, points = found.report.tables["turning"], found.report.tables["turning_points"]
    count, chance = sum(row["count"] for row in kinds), sum(row["by_chance"] for row in kinds)
    how = (
        f"Where a speaker had one emotion in {BEFORE} turns in a row and has another in at least {AFTER} from there "
        f"on: {counted(count, 'point')}. If each speaker's turns had come in a random order, there would be about "
        f"{chance:,.0f}."
    )
    items = [_point(found, row) for row in points[:SHOWN]]
    return join(el("p", how), el("ol", *items, class_="points") if items else None)


def _point(found: Found, row: Row) -> Markup:
    where = f" for {counted(row['stays'], 'turn')} · {row['conversation']}, turn {row['turn']:,}"
    change = join(found.tones.felt(row["from"]), " → ", found.tones.felt(row["to"]))
    what = el("p", el("strong", row["speaker"]), ": ", change, el("span", where, class_="muted"))
    return el("li", what, el("blockquote", row["text"][:300]))
