"""The colour and the shape of each label: those of the web page."""

from __future__ import annotations

from collections.abc import Sequence

from sentemo.report.page.html import Markup, el

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
"""Outlines in a square of 16."""
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
    """A tone for each mark: a known emotion's own, else a spare one."""

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
        """Write a mark in words, with its shape and colour."""
        path = el("path", d=SHAPES[self._of.get(mark, "neutral")])
        glyph = el("svg", path, class_="glyph", viewBox="0 0 16 16", aria_hidden="true")
        return el("span", glyph, el("span", f"{mark}{after}"), class_=f"felt {self.css(mark)}")
