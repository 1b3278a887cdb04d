"""HTML from Python, formatted numbers, and the colour and shape of each label."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from html import escape
from math import isfinite


class Markup(str):
    """Text that is already HTML."""

    __slots__ = ()


Child = str | Markup | None


def el(name: str, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """Return an element; `class_` is `class`, underscores become hyphens, False and None omit an attribute."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{name}{given}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Join children, escaping those that are text."""
    return Markup(
        "".join(child if isinstance(child, Markup) else escape(child, quote=False) for child in children if child)
    )


def table(caption: str, header: list[str], rows: list[list[Child]], *, hidden: bool = False) -> Markup:
    """Return a table whose first column names its rows, in a frame that scrolls if it is too wide."""
    head = el("thead", el("tr", *(el("th", name, scope="col") for name in header)))
    body = el(
        "tbody",
        *(el("tr", el("th", row[0], scope="row"), *(el("td", cell) for cell in row[1:])) for row in rows),
    )
    made = el("table", el("caption", caption, class_="hidden" if hidden else None), head, body)
    return el("div", made, class_="wide", tabindex="0", role="region", aria_label=caption)


def folded(summary: str, *children: Child) -> Markup:
    """Return a collapsible section."""
    return el("details", el("summary", summary), *children)


def percent(share: float | None) -> str:
    """Format a share: 4.3%, 12%, and a dash for none."""
    if share is None or not isfinite(share):
        return "–"
    return f"{share:.1%}" if 0 < share < 0.0995 else f"{share:.0%}"


def between(low: float | None, high: float | None) -> str:
    """Format an interval of shares."""
    return f"{percent(low)} to {percent(high)}"


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: 1 turn, 2,000 turns."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Join names for a sentence; if there are many, the first and the number of others."""
    shown = list(names[:most]) if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1:,} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def duration(seconds: float | None) -> str:
    """Format a time span in its largest unit."""
    if seconds is None or not isfinite(seconds):
        return "–"
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            amount = seconds / size
            return f"{amount:.1f} {unit}" if amount < 9.95 and round(amount, 1) % 1 else f"{amount:.0f} {unit}"
    return f"{seconds:.0f} s"


def day(iso: str) -> str:
    """Format a date: 3 Jan 2026."""
    given = date.fromisoformat(iso[:10])
    return f"{given.day} {given:%b %Y}"


def clock(iso: str) -> str:
    """Format a date and a time: 3 Jan 2026, 14:05."""
    return f"{day(iso)}, {datetime.fromisoformat(iso):%H:%M}"


SHAPES = {
    "neutral": "M8 3.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 1 0 0-9.6z",
    "anger": "M8 1.5L15 14H1z",
    "disgust": "M1 2.5h14L8 15z",
    "fear": "M8 .8L14 8l-6 7.2L2 8z",
    "happiness": "M1 5.5h14a7 7 0 0 1-14 0z",
    "sadness": "M8 .8c2.7 4.2 4.8 6.4 4.8 9.2a4.8 4.8 0 0 1-9.6 0C3.2 7.2 5.3 5 8 .8z",
    "surprise": "M8 0l2 6 6 2-6 2-2 6-2-6-6-2 6-2z",
    "1": "M8 14.5C3 10.5 1 8 1 5.2A3.6 3.6 0 0 1 8 4a3.6 3.6 0 0 1 7 1.2c0 2.8-2 5.3-7 9.3z",
    "2": "M2.5 2.5h11v11h-11z",
    "3": "M6 1h4v5h5v4h-5v5H6v-5H1V6h5z",
    "4": "M8 .8l6.5 3.7v7L8 15.2l-6.5-3.7v-7z",
    "5": "M1 5.5h14v5H1z",
    "6": "M8 1l7 5.3L12.3 15H3.7L1 6.3z",
    "7": "M3.5 1L8 5.5 12.5 1 15 3.5 10.5 8l4.5 4.5-2.5 2.5L8 10.5 3.5 15 1 12.5 5.5 8 1 3.5z",
    "8": "M5.5 1h5v14h-5z",
}
"""SVG outlines in a 16 × 16 box."""
SAME = {
    "happiness": ("happiness", "happy", "joy", "joyful", "excited", "excitement", "amusement"),
    "anger": ("anger", "angry", "mad", "annoyance", "frustrated", "frustration"),
    "sadness": ("sadness", "sad", "grief", "disappointment"),
    "fear": ("fear", "scared", "afraid", "nervousness", "worry"),
    "surprise": ("surprise", "surprised", "realization"),
    "disgust": ("disgust", "disgusted"),
    "neutral": ("neutral", "no emotion", "none", "other"),
}
SPARE = tuple("12345678")


class Tones:
    """A tone for each mark: a known emotion's own, otherwise a spare one."""

    def __init__(self, marks: Sequence[str]) -> None:
        self._of: dict[str, str] = {}
        for mark in marks:
            taken = set(self._of.values())
            own = next((tone for tone, names in SAME.items() if mark.lower() in names and tone not in taken), None)
            spare = next((tone for tone in SPARE if tone not in taken), SPARE[len(self._of) % len(SPARE)])
            self._of[mark] = own or spare

    def css(self, mark: str | None) -> str:
        """Return the class that carries a mark's colours."""
        return f"tone-{self._of.get(mark or '', 'neutral')}"

    def shape(self, mark: str, x: float, y: float, size: float = 11) -> Markup:
        """Draw a mark's shape around a point of a picture."""
        path = el("path", d=SHAPES[self._of.get(mark, "neutral")], class_="mark")
        move = f"translate({x - size / 2:.1f} {y - size / 2:.1f}) scale({size / 16:.3f})"
        return el("g", path, transform=move)

    def felt(self, mark: str, after: str = "") -> Markup:
        """Return a mark's name with its shape and colour."""
        path = el("path", d=SHAPES[self._of.get(mark, "neutral")])
        glyph = el("svg", path, class_="glyph", viewBox="0 0 16 16", aria_hidden="true")
        return el("span", glyph, el("span", f"{mark}{after}"), class_=f"felt {self.css(mark)}")
