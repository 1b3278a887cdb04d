"""Groupings of turns: by speaker, by time, by any column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from sentemo.report.batch import Batch, Floats, Ints, Names
from sentemo.report.store import Turns

PARTS = 10
"""Number of parts of a conversation, from its first turn to its last."""
MOST_NAMES = 24
"""Number of speakers, or values of a column, that are distinguished: those with the most turns."""
MOST_IN_TIME = 6
"""Number of those that are followed from week to week."""
MOST_DAYS, MOST_WEEKS = 400, 600
DAY_S, HOUR_S = 86_400, 3_600
MONDAY = 3
"""1970-01-01 was a Thursday: days since then plus this, modulo 7, is 0 on Mondays."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Codes = Callable[[Batch], Ints]


@dataclass(frozen=True)
class Grouping:
    """The name of the grouping, the names of its groups, and a function from a batch to group codes (-1 for none)."""

    name: str
    groups: Sequence[str]
    codes: Codes


def groupings(turns: Turns) -> Iterator[Grouping]:
    """Yield every grouping that makes sense for these turns."""
    yield Grouping("all", ("all",), lambda batch: np.zeros(len(batch), int))
    speaker = _named("speaker", turns.speakers, lambda batch: batch.speaker)
    yield speaker
    yield Grouping("part", [f"{part * 10}-{part * 10 + 10} %" for part in range(PARTS)], _part)
    columns = [_column(name, turns) for name in turns.columns]
    yield from columns
    if turns.first_s > turns.last_s:
        return
    yield Grouping("hour", [f"{hour:02}" for hour in range(24)], lambda batch: _round(batch.time_s, HOUR_S, 24))
    yield Grouping("weekday", WEEKDAYS, lambda batch: _round(batch.time_s, DAY_S, 7, MONDAY))
    spans = [_every(name, days, turns) for name, days in (("day", 1), ("week", 7))]
    yield from (span for span, most in zip(spans, (MOST_DAYS, MOST_WEEKS), strict=True) if len(span.groups) <= most)
    if len(spans[1].groups) > 1:
        yield from (_crossed(way, spans[1]) for way in (speaker, *columns) if len(spans[1].groups) <= MOST_WEEKS)


def _part(batch: Batch) -> Ints:
    return batch.place * PARTS // batch.lengths[batch.conversation]


def _named(way: str, names: Names, codes: Codes) -> Grouping:
    """Group by name, keeping only the most frequent ones."""
    chosen = names.most_frequent(MOST_NAMES)
    group = np.full(len(names), -1)
    group[chosen] = range(len(chosen))
    return Grouping(way, [names[code] for code in chosen], lambda batch: group[codes(batch)])


def _column(name: str, turns: Turns) -> Grouping:
    return _named(name, turns.columns[name], lambda batch: batch.columns[name])


def _count(time_s: Floats, unit_s: int) -> Ints:
    """Return whole units since 1970; a large negative number, which is never counted, if the time is unknown."""
    return np.nan_to_num(np.floor(time_s / unit_s), nan=-(2**40)).astype(np.int64)


def _round(time_s: Floats, unit_s: int, units: int, shift: int = 0) -> Ints:
    """Return units, such as hours, within a cycle of this many, such as a day; -1 if the time is unknown."""
    return np.where(np.isnan(time_s), -1, (_count(time_s, unit_s) + shift) % units)


def _every(name: str, days: int, turns: Turns) -> Grouping:
    """Group by days, or by weeks that begin on Mondays."""
    shift = MONDAY if days == 7 else 0
    first, last = ((int(time_s // DAY_S) + shift) // days for time_s in (turns.first_s, turns.last_s))
    dates = [_date(number * days - shift) for number in range(first, last + 1)] if last - first < 10_000 else []

    def codes(batch: Batch) -> Ints:
        return np.maximum((_count(batch.time_s, DAY_S) + shift) // days - first, -1)

    return Grouping(name, dates or range(last - first + 1), codes)  # type: ignore[arg-type]


def _date(days: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days)).date().isoformat()


def _crossed(way: Grouping, weeks: Grouping) -> Grouping:
    """Cross a grouping with weeks, for its most frequent groups."""
    chosen = way.groups[:MOST_IN_TIME]

    def codes(batch: Batch) -> Ints:
        one, week = way.codes(batch), weeks.codes(batch)
        return np.where((one >= 0) & (one < len(chosen)) & (week >= 0), one * len(weeks.groups) + week, -1)

    names = [f"{group} | {week}" for group in chosen for week in weeks.groups]
    return Grouping(f"{way.name} and week", names, codes)
