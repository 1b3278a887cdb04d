"""CSV and TSV: one turn per row, with a header, from which the delimiter is inferred."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from sentemo.errors import BadInput
from sentemo.formats.lines import Attempt, Line, file_lines, strictly
from sentemo.formats.reading import Reading, Source, stem_of
from sentemo.formats.table import Columns, Row, each_conversation, find_names
from sentemo.formats.turns import Place
from sentemo.types import Conversation

DELIMITERS = (",", ";", "\t", "|")
NAMES_DELIMITER = re.compile(r"\ufeff?sep=(.)\s*", re.IGNORECASE)
"""A first line that Excel interprets and hides."""


def read_csv(path: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of a file; the columns are described in `table`."""
    return parse_csv(file_lines(path), path, stem_of(path), reading)


def parse_csv(
    lines: Iterable[Line], path: str | Source, stem: str, reading: Reading | None = None
) -> Iterator[Conversation]:
    """Yield the conversations of numbered lines; raise `BadInput` with file and line."""
    return strictly(each_csv(lines, path, stem, reading))


def each_csv(lines: Iterable[Line], path: str | Source, stem: str, reading: Reading | None = None) -> Iterator[Attempt]:
    """Yield as `parse_csv` does, with the error in place of each conversation that can't be read."""
    header, rows = csv_rows(lines, path)
    if not header:
        return
    columns = Columns.of(header, path, reading)
    if set(header) >= EMPATHETIC:
        rows = map(partial(_with_commas, columns.text), rows)
    yield from each_conversation(rows, columns, path, stem, reading)


EMPATHETIC = {"conv_id", "utterance_idx", "speaker_idx"}
"""Columns of EmpatheticDialogues, which writes commas as `_comma_`."""


def _with_commas(column: str, row: Row) -> Row:
    line, cells = row
    return line, {**cells, column: str(cells.get(column, "")).replace("_comma_", ",")}


def csv_rows(lines: Iterable[Line], path: str | Source) -> tuple[list[str], Iterator[Row]]:
    """Return the header ([] for an empty file) and the rows below it, each with its first line number."""
    start = iter(lines)
    first = next((line for line in start if line[1].strip()), None)
    told = NAMES_DELIMITER.fullmatch(first[1]) if first else None
    if told:
        first = next(start, None)
    if first is None:
        return [], iter(())
    records = _Records(chain([first], start), told[1] if told else delimiter(first[1]), path, first[0] - 1)
    _, header = next(records, (1, []))
    return header, map(partial(_row, header, path), records)


LONGEST = 80
"""The most characters of a column name."""


def delimiter(header: str) -> str:
    """Choose the delimiter that gives the header line a text column, or the most frequent one if none does."""
    most = max(DELIMITERS, key=header.count)
    return next((each for each in DELIMITERS if has_text_column(header, each)), most)


def has_text_column(header: str, separator: str) -> bool:
    """Return whether a line, split at the separator, names a text column."""
    names = [name.strip(' \r\n"') for name in header.split(separator)]
    return all(len(name) < LONGEST for name in names) and "text" in find_names(names)


class _Records(Iterator[tuple[int, list[str]]]):
    """Each record with its first line number; blank lines are skipped, and a bad record raises and is skipped."""

    def __init__(self, lines: Iterable[Line], separator: str, path: str | Source, before: int) -> None:
        self._reader = csv.reader(map(self._text, lines), delimiter=separator, strict=True)
        self._path = path
        self._line = before

    def _text(self, line: Line) -> str:
        self._line, text = line
        return text

    def __next__(self) -> tuple[int, list[str]]:
        record: list[str] = []
        while not record:
            start = self._line + 1
            try:
                record = next(self._reader)
            except csv.Error as error:
                Place(self._path, start).refuse(
                    f"Not CSV: {error}", "Quote cells that contain quotes, commas or line ends"
                )
            except BadInput as error:
                self._line = error.line or self._line
                raise
        return start, record


def _row(header: list[str], path: str | Source, record: tuple[int, list[str]]) -> Row:
    line, cells = record
    if len(cells) != len(header):
        cause = f"A row of {len(cells)} cells under a header of {len(header)}"
        Place(path, line).refuse(cause, "Quote cells that contain the delimiter")
    return line, dict(zip(header, cells, strict=True))
