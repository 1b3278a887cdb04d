"""Convert between times as written in files and datetimes."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

EARLIEST_S, LATEST_S = 631_152_000, 4_102_444_800
"""The years 1990 to 2099: a number outside this range is not a count of seconds since 1970."""
LONGEST = 64


def read_time(value: object) -> datetime | None:
    """Read a time: ISO 8601, RFC 2822, or seconds, milli- or microseconds since 1970; None for anything else.

    A time with an offset is returned in UTC, one without is naive.
    """
    if isinstance(value, datetime):
        return in_utc(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_1970(value)
    text = value.strip() if isinstance(value, str) else ""
    if not 0 < len(text) <= LONGEST:
        return None
    try:
        return _since_1970(float(text)) if text.replace(".", "", 1).isdecimal() else in_utc(_of_text(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _of_text(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return parsedate_to_datetime(text)


def _since_1970(number: float) -> datetime | None:
    for unit in (1, 1_000, 1_000_000):
        if EARLIEST_S <= number / unit < LATEST_S:
            return datetime.fromtimestamp(number / unit, UTC)
    return None


def in_utc(time: datetime) -> datetime | None:
    """Return the time in UTC if its zone is known, and unchanged otherwise."""
    try:
        return time if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        return None


def seconds(time: datetime | None) -> float:
    """Return the seconds of a time since 1970, NaN for None; a time without a zone counts as UTC."""
    return math.nan if time is None else time.replace(tzinfo=time.tzinfo or UTC).timestamp()


def written(time: datetime) -> str:
    """Return the time in ISO 8601, with a Z if it is in UTC."""
    return time.isoformat().replace("+00:00", "Z")
