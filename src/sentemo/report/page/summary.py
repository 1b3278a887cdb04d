"""A report in a few sentences."""

from __future__ import annotations

from sentemo.report.page.found import Found
from sentemo.report.page.spread import MOST_ROWS
from sentemo.report.page.words import between, counted, day, listed, percent
from sentemo.report.results import Results


def source(report: Results) -> str:
    """Name what was read."""
    names = [name.rpartition("/")[2] for name in report.read["files"] if name]
    return listed(names, 3) if names else counted(report.read["conversations"], "conversation")


def summary(report: Results) -> list[str]:
    """Say the most important in a few sentences."""
    read, found = report.read, Found(report)
    sizes = ((read["turns"], "turn"), (read["speakers"], "speaker"), (read["conversations"], "conversation"))
    turns, speakers, conversations = (counted(number, noun) for number, noun in sizes)
    when = f", {day(read['first'])} to {day(read['last'])}" if read["first"] else ""
    return [f"{turns} of {speakers} in {conversations}{when}.", *_frequent(found), *_differences(found)]


def _frequent(found: Found) -> list[str]:
    """Name the most frequent emotions."""
    rows = found.shares("all").get("all", {})
    ranked = sorted((mark for mark in found.emotions if rows and rows[mark]["count"]), key=lambda m: -rows[m]["share"])
    if not ranked:
        return []
    told = [f"{mark} ({percent(rows[mark]['share'])})" for mark in ranked]
    neutral = found.report.labels.neutral
    rest = f"{percent(rows[neutral]['share'])} of the turns are {neutral}. " if neutral else ""
    then = f", then {listed(told[1:3])}" if told[1:] else ""
    return [f"{rest}The most frequent emotion is {told[0]}{then}."]


def _differences(found: Found) -> list[str]:
    """Name the clearest difference between two speakers: their intervals don't meet."""
    best, sentence = 0.0, ""
    for mark in found.emotions:
        points = found.points("speaker", mark)[:MOST_ROWS]
        if len(points) < 2:
            return []
        high, low = max(points, key=lambda point: point.value), min(points, key=lambda point: point.value)
        gap = high.low - low.high
        if gap > best:
            best = gap
            sentence = (
                f"The clearest difference between speakers is {mark}: {high.name} {percent(high.value)} "
                f"({between(high.low, high.high)}), {low.name} {percent(low.value)} ({between(low.low, low.high)})."
            )
    return [sentence] if sentence else []
