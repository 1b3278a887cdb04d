"""Dates and times as devices write them; the order of day and month is inferred from the whole file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

ORDERS = ((2, 1, 0), (2, 0, 1), (0, 1, 2))
"""The positions of year, month and day among the three numbers: d/m/y, m/d/y, y/m/d."""
HALVES: Mapping[str, bool] = {
    **dict.fromkeys(("am", "a.m", "a. m", "a.m.", "a. m.", "ص", "ق.ظ", "上午", "早上", "凌晨", "清晨", "오전"), False),
    **dict.fromkeys(("午前", "öö", "sa", "pg", "π.μ", "π.μ.", "dop", "dop.", "de.", "ip.", "fm", "ด", "पूर्वाह्न"), False),
    **dict.fromkeys(("পূর্বাহ্ণ", "முற்பகல்", "पूर्वा", "am.", "a", "пп", "д.п", "de la mañana"), False),
    **dict.fromkeys(("pm", "p.m", "p. m", "p.m.", "p. m.", "م", "ب.ظ", "下午", "中午", "傍晚", "晚上", "오후"), True),
    **dict.fromkeys(("午後", "ös", "ch", "ptg", "μ.μ", "μ.μ.", "odp", "odp.", "du.", "ap.", "em", "अपराह्न"), True),
    **dict.fromkeys(("অপরাহ্ণ", "பிற்பகல்", "अपरा", "pm.", "p", "де", "по полудні", "de la tarde", "de la noche"), True),
}
"""The words for AM and PM: True for PM."""
MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero janeiro gennaio januari ocak",
            "feb february februar février febrero fevereiro febbraio februari şubat",
            "mar march märz mars marzo março maart mart mär",
            "apr april avril abril aprile nisan avr abr",
            "may mai mayo maio maggio mei mayıs",
            "jun june juni juin junio junho giugno haziran",
            "jul july juli juillet julio julho luglio temmuz juil",
            "aug august août agosto augustus ağustos ago",
            "sep sept september septembre septiembre setembro settembre eylül",
            "oct october oktober octobre octubre outubro ottobre ekim okt out",
            "nov november novembre noviembre novembro kasım",
            "dec december dezember décembre diciembre dezembro dicembre aralık dez dic",
        ),
        1,
    )
    for name in names.split()
}
_M = "\u200e*"
_HALF = "|".join(sorted(map(re.escape, HALVES), key=len, reverse=True))
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DATE = (
    rf"(?P<date>\d{{1,4}}{_M}\s?(?P<mark>[./-]){_M}\s?\d{{1,2}}{_M}\s?(?P=mark){_M}\s?\d{{1,4}}\.?"
    r"|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
    rf"|(?:(?:{_MONTH})\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?|\d{{1,2}}\.?\s(?:de\s)?(?:{_MONTH})\.?,?(?:\sde)?)\s\d{{4}})"
)
"""A date in numbers, with Chinese or Korean date characters, or with a month name."""
CLOCK = (
    rf"(?:(?P<before>{_HALF})\s?)?(?P<hour>\d{{1,2}})(?:[:.]|\s?h\s?)(?P<minute>\d\d)(?!\d)"
    rf"(?:[:.](?P<second>\d\d)(?!\d)(?:[.,]\d{{1,9}})?)?(?:\s?(?P<after>{_HALF})(?!\w))?(?:\s?(?:uhr|h)\b)?"
    r"(?P<zone>Z|\s?(?:UTC)?[+-]\d\d:?\d\d)?"
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Date and time of a message, with the date's numbers in the order of the file."""

    numbers: tuple[int, ...]
    """Empty if there is only a time."""
    second: int
    """Seconds since midnight."""
    offset_s: int | None = None
    """The offset east of UTC; None without a zone."""
    order: tuple[int, int, int] | None = None
    """The positions of year, month and day among the numbers, if the date itself determines them."""
    american: bool = False
    """Whether it is written with AM or PM, as in month-first countries; others write these differently."""

    @classmethod
    def of(cls, found: re.Match[str]) -> Stamp | None:
        """Parse a match of `DATE` and `CLOCK`; return None if it is not a valid time, or not a date in any order."""
        parts = found.groupdict()
        hours, minutes, seconds = int(parts["hour"]), int(parts["minute"]), int(parts["second"] or 0)
        half = (parts["before"] or parts["after"] or "").casefold()
        if hours > 24 or minutes > 59 or seconds > 60:
            return None
        if half:
            hours = hours % 12 + (12 if HALVES.get(half, False) else 0)
        second = 3600 * (hours % 24) + 60 * minutes + seconds
        numbers, order = _numbers(parts.get("date"))
        american = parts["after"] in ("AM", "PM") and "/" in (parts.get("date") or "")
        stamp = cls(numbers, second, _offset_s(parts["zone"]), order, american)
        if numbers and all(stamp.at(each) is None for each in ORDERS):
            return None
        return stamp

    @classmethod
    def of_date(cls, written: str) -> Stamp | None:
        """Parse a date without a time; return None if it is not a date in any order."""
        numbers, order = _numbers(written)
        stamp = cls(numbers, 0, None, order)
        return stamp if any(stamp.at(each) is not None for each in ORDERS) else None

    def at(self, order: tuple[int, int, int]) -> datetime | None:
        """Return the time with the date's numbers in the given order; None if they are not a date then."""
        year, month, day = (self.numbers[place] for place in self.order or order)
        if 1300 <= year < 1500:
            year, month, day = from_jalali(year, month, day)
        elif 2400 <= year < 2700:
            year -= 543  # of the Buddhist era
        try:
            midnight = datetime(year + 2000 if year < 100 else year, month, day)
        except ValueError:
            return None
        return midnight + timedelta(seconds=self.second)


def _numbers(written: str | None) -> tuple[tuple[int, ...], tuple[int, int, int] | None]:
    numbers = tuple(map(int, re.findall(r"\d+", written or "")))
    if written is None or len(numbers) == 3:
        return numbers, (0, 1, 2) if written and re.search("[年년]", written) else None
    month = next(MONTHS[word] for word in re.findall(r"[^\W\d]+", written.casefold()) if word in MONTHS)
    return (numbers[1], month, numbers[0]), (0, 1, 2)


def _offset_s(zone: str | None) -> int | None:
    if not zone:
        return None
    digits = re.sub(r"\D", "", zone)
    seconds = 3600 * int(digits[:2] or 0) + 60 * int(digits[2:] or 0)
    return -seconds if "-" in zone else seconds


def from_jalali(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Convert a date of the Iranian calendar to the Gregorian one, by the 33-year cycle of leap years (1799 to 2242).

    Returns (0, 0, 0) for an invalid date.
    """
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return 0, 0, 0
    of_cycles = year + 1595
    leap_days = of_cycles // 33 * 8 + (of_cycles % 33 + 3) // 4
    of_year = 31 * (month - 1) if month < 7 else 30 * (month - 7) + 186
    found = date.fromordinal(365 * of_cycles + leap_days + of_year + day - 356_033)  # so that 1403-01-01 is 2024-03-20
    return found.year, found.month, found.day


@dataclass(slots=True)
class Order:
    """Find the order of day, month and year that fits a file best, in constant memory.

    That is the one with the fewest impossible dates, then the fewest steps back in time, then the shortest pauses; ties
    are broken by how the time of day is written.
    """

    _american: bool = False
    _impossible: list[int] = field(default_factory=lambda: [0, 0, 0])
    _back: list[int] = field(default_factory=lambda: [0, 0, 0])
    _pauses_s: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    _last: list[datetime | None] = field(default_factory=lambda: [None, None, None])

    @property
    def has_dates(self) -> bool:
        """Whether any date was added."""
        return any(last is not None for last in self._last)

    def add(self, stamp: Stamp) -> None:
        """Take the next message's date and time into account."""
        self._american = stamp.american
        for place, order in enumerate(ORDERS):
            time, last = stamp.at(order), self._last[place]
            if time is None:
                self._impossible[place] += 1
                continue
            if last is not None:
                pause_s = (time - last).total_seconds()
                self._back[place] += pause_s < 0
                self._pauses_s[place] += abs(pause_s)
            self._last[place] = time

    def time(self, stamp: Stamp) -> datetime:
        """Return a stamp's time in the best order that makes it a date."""
        usual = (1, 0, 2) if self._american else (0, 1, 2)
        fit = sorted(usual, key=lambda place: (self._impossible[place], self._back[place], self._pauses_s[place]))
        return next(time for place in fit if (time := stamp.at(ORDERS[place])) is not None)
