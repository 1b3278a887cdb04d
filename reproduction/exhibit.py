"""What `python -m reproduction` shows: a table or a figure of the paper, measured again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sentemo.evaluation.report import table

NUMBER = re.compile(r"\(?-?\d|–|not run|$")
"""How a cell begins in a column of numbers."""


@dataclass(frozen=True)
class Exhibit:
    """A table, with its notes and the pictures that belong to it."""

    name: str
    """As the command names it, such as `table-2`."""
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """As printed, a cell per column."""
    data: Any
    """The same for machines: lists, mappings, numbers and text."""
    notes: tuple[str, ...] = ()
    """Paragraphs of Markdown below the table: protocol, convention, what is comparable."""
    pictures: tuple[str, ...] = ()
    """File names beside the table's own."""

    parts: tuple[Exhibit, ...] = ()
    """What belongs to it but may not stand in the same table."""

    def to_markdown(self, level: int = 2) -> str:
        """Return the exhibit as a section of a Markdown page, under a heading of a level."""
        blocks = [f"{'#' * level} {self.title}"]
        if self.rows:
            blocks.append(aligned_table(self.columns, self.rows))
        blocks += [f"![{self.title}]({picture})" for picture in self.pictures]
        blocks += self.notes
        blocks += [part.to_markdown(level + 1).rstrip("\n") for part in self.parts]
        return "\n\n".join(blocks) + "\n"

    def to_json(self) -> dict[str, Any]:
        """Return the exhibit for machines."""
        told = {"name": self.name, "title": self.title, "data": self.data, "notes": list(self.notes)}
        return {**told, "parts": [part.to_json() for part in self.parts]} if self.parts else told


def aligned_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Make a Markdown table, columns of numbers to the right, the first one and those mostly of words to the left."""
    head, _, *lines = table(columns, rows).split("\n")
    numbers = [sum(bool(NUMBER.match(row[place])) for row in rows) for place in range(len(columns))]
    sides = ["--:" if place and 2 * count > len(rows) else ":--" for place, count in enumerate(numbers)]
    return "\n".join([head, f"| {' | '.join(sides)} |", *lines])
