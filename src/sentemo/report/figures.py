"""All figures of stored turns, in one pass over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sentemo.report.answers import Answers, Pauses, Shares
from sentemo.report.batch import Batch, Row
from sentemo.report.groups import groupings
from sentemo.report.moments import Course, Moments, courses, drawn
from sentemo.report.outcomes import Conversations, Outcomes
from sentemo.report.resampling import RESAMPLES
from sentemo.report.store import Turns
from sentemo.report.turning import Turning
from sentemo.report.words import Words
from sentemo.types import LabelSet


class Figure(Protocol):
    """A figure that is accumulated over batches."""

    def add(self, batch: Batch) -> None: ...


NOT_OF_CONVERSATIONS = ("speaker", "speaker and week", "part", "hour", "weekday", "day")
"""Groupings that make no sense for whole conversations."""


def figures(turns: Turns) -> tuple[dict[str, Sequence[Row]], list[Course]]:
    """Return every table by its name, and the timelines of the conversations to draw."""
    ways = list(groupings(turns))
    shares = [Shares(way, turns) for way in ways]
    outcomes = Outcomes(turns, [way for way in ways if way.name not in NOT_OF_CONVERSATIONS])
    answers, pauses, turning = Answers(turns), Pauses(turns), Turning(turns)
    moments, words = Moments(turns), Words(turns)
    every: list[Figure] = [*shares, outcomes, answers, pauses, turning, moments, words]
    for batch in turns.batches():
        for figure in every:
            figure.add(batch)
    conversations = outcomes.conversations()
    ranked = conversations.ranked()
    tables: dict[str, Sequence[Row]] = {
        "shares": [row for each in shares for row in each.rows()],
        "turning": turning.rows(),
        "turning_points": turning.points(),
        "moments": moments.rows(),
        "answers": answers.rows(),
        "pauses": pauses.rows(),
        "outcomes": outcomes.shares(),
        "rankings": _rankings(conversations, ranked),
        "words": words.rows(),
    }
    found = courses(turns, drawn(len(conversations), ranked))
    tables["course"] = [row for course in found for row in course.rows()]
    return tables, found


def _rankings(conversations: Conversations, ranked: Mapping[str, Sequence[int]]) -> list[Row]:
    return [
        {"ranking": name, "rank": rank, **conversations.row(number)}
        for name, numbers in ranked.items()
        for rank, number in enumerate(numbers, 1)
    ]


def reading(turns: Turns) -> Row:
    """Describe what was read, and how intervals were computed."""
    return {
        "files": list(turns.files),
        "conversations": len(turns.ids),
        "turns": turns.turns,
        "unlabelled": turns.unlabelled,
        "speakers": len(turns.speakers),
        "tags": list(turns.tags),
        "columns": list(turns.columns),
        "first": moment(turns.first_s),
        "last": moment(turns.last_s),
        "resampled": str(turns.design),
        "resamples": RESAMPLES,
    }


def moment(time_s: float | None) -> str | None:
    """Format seconds since 1970 as ISO 8601, to the minute; None for NaN."""
    if time_s is None or time_s != time_s or abs(time_s) == float("inf"):
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time_s)).strftime("%Y-%m-%dT%H:%M")


@dataclass(frozen=True)
class Results:
    """The results for labelled conversations. `tables` contains every figure, by the name of its table."""

    read: Row
    """What was read: files, conversations, turns, speakers, when, and what intervals are resampled by."""
    labels: LabelSet
    tables: Mapping[str, Sequence[Row]]
    courses: Sequence[Course] = ()
    model: Row = field(default_factory=dict)
    """The model that labelled them, and its weaknesses; empty if the files already had labels."""
