"""Numbers in words, the same everywhere on the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from math import isfinite


def percent(share: float | None) -> str:
    """Write a share: 4.3%, 12%, and a dash where there is none."""
    if share is None or not isfinite(share):
        return "–"
    return f"{share:.1%}" if 0 < share < 0.0995 else f"{share:.0%}"


def between(low: float | None, high: float | None) -> str:
    """Write an interval of shares."""
    return f"{percent(low)} to {percent(high)}"


def counted(number: int, noun: str) -> str:
    """Say how many there are: 1 turn, 2,000 turns."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """List names in a sentence; of many, the first and how many more there are."""
    shown = list(names[:most]) if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1:,} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def duration(seconds: float | None) -> str:
    """Write a time span in its largest unit."""
    if seconds is None or not isfinite(seconds):
        return "–"
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            amount = seconds / size
            return f"{amount:.1f} {unit}" if amount < 9.95 and round(amount, 1) % 1 else f"{amount:.0f} {unit}"
    return f"{seconds:.0f} s"


def day(iso: str) -> str:
    """Write a date: 3 Jan 2026."""
    given = date.fromisoformat(iso[:10])
    return f"{given.day} {given:%b %Y}"


def clock(iso: str) -> str:
    """Write a date and a time: 3 Jan 2026, 14:05."""
    return f"{day(iso)}, {datetime.fromisoformat(iso):%H:%M}"
