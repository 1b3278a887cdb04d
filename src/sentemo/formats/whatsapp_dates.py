"""Dates as WhatsApp writes them in every country: the whole chat tells which of the numbers is the day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

ORDERS = ((2, 1, 0), (2, 0, 1), (0, 1, 2))
"""Where year, month and day stand among the three numbers: d/m/y, m/d/y, y/m/d."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Date and time of a message, the date's numbers in the order of the file."""

    numbers: tuple[int, ...]
    second: int
    """Of the day."""

    @classmethod
    def of(cls, numbers: str, hour: str, minute: str, second: str | None, half: str | None) -> Stamp | None:
        """Read a stamp; `half` is the a or p of am and pm. None for what is no time, or no date in any order."""
        hours, minutes, seconds = int(hour), int(minute), int(second or 0)
        if hours > 24 or minutes > 59 or seconds > 60:
            return None
        if half:
            hours = hours % 12 + (12 if half in "pP" else 0)
        stamp = cls(tuple(map(int, re.findall(r"\d+", numbers))), 3600 * hours + 60 * minutes + seconds)
        return stamp if any(stamp.time_s(order) is not None for order in ORDERS) else None

    def time_s(self, order: tuple[int, int, int]) -> int | None:
        """Give the seconds since a day long ago; None where the numbers are no date in that order."""
        year, month, day = (self.numbers[place] for place in order)
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        first_of_month = date(year + 2000 if year < 100 else year, month, 1).toordinal()
        return 86_400 * (first_of_month + day) + self.second


def times_s(stamps: Sequence[Stamp]) -> list[int]:
    """Give the times in the order of day, month and year that fits the whole chat best.

    That is the one with the fewest impossible dates, then the fewest steps back in time, then the shortest pauses.
    """
    by_order = [[stamp.time_s(order) for stamp in stamps] for order in ORDERS]
    best = sorted(by_order, key=_misfit)
    return [next(time for time in each if time is not None) for each in zip(*best, strict=True)]


def _misfit(times: Sequence[int | None]) -> tuple[int, int, int]:
    known = [time for time in times if time is not None]
    pauses = [after - before for before, after in pairwise(known)]
    return len(times) - len(known), sum(pause < 0 for pause in pauses), sum(map(abs, pauses))
