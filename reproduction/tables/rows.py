"""Published and measured rows under the same columns; what can't be compared is marked in its own cell."""

from __future__ import annotations

from collections.abc import Iterable

from reproduction.measured import Measured
from reproduction.tables.published import Convention, PublishedRow
from sentemo.evaluation.report import TITLES

COLUMNS = {**TITLES, "precision": "P", "recall": "R"}

LETTERS = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿ"

Row = tuple[str, ...]


class Sheet:
    """Lay out rows, and remember a letter for each convention that is not that of its column.

    A figure that is not comparable stands in brackets with its letter, such as `(51.05)ᵃ`.
    """

    def __init__(self, figures: Iterable[str]) -> None:
        self.figures = tuple(figures)
        self._letters: dict[Convention, str] = {}

    @property
    def columns(self) -> Row:
        """The heads of the columns."""
        return ("model", "source", *(COLUMNS[name] for name in self.figures), "protocol and convention")

    def heading(self, text: str) -> Row:
        """Return a row that names the group below it."""
        return (f"**{text}**", *[""] * (len(self.columns) - 1))

    def published(self, row: PublishedRow, protocol: str) -> Row:
        """Lay out a published row that stands among figures of a protocol; of none where it is empty."""
        told = "; ".join([*(convention.short for convention in row.conventions), *([row.note] if row.note else [])])
        cells = (self._cell(row, name, protocol) for name in self.figures)
        return (f"{row.model} ({row.citation})" if row.citation else row.model, row.source, *cells, told)

    def measured(self, row: Measured) -> Row:
        """Lay out a measured row, or say why there are no figures."""
        source = f"not run: {row.why_not}" if row.why_not else f"measured here, {row.split}{_seeds(row)}"
        cells = ("–" if row.why_not else row.cell(name) for name in self.figures)
        return (row.system, source, *cells, f"`{row.protocol}`")

    def notes(self) -> tuple[str, ...]:
        """Say what the letters mean, as one list; nothing where there is none."""
        lines = [f"- {letter} {convention.says}." for convention, letter in self._letters.items()]
        return ("A figure in brackets is not comparable with its column:\n\n" + "\n".join(lines),) if lines else ()

    def _cell(self, row: PublishedRow, name: str, protocol: str) -> str:
        figure = row.figures.get(name)
        if figure is None:
            return "–"
        if figure.is_comparable(protocol):
            return figure.printed
        letter = self._letters.setdefault(figure.convention, LETTERS[len(self._letters)])
        return f"({figure.printed}){letter}"


def _seeds(row: Measured) -> str:
    """Say how many seeds a row is the mean of, where there are several."""
    runs = max((spread.n for spread in row.figures.values()), default=1)
    return f", {runs} seeds" if runs > 1 else ""
