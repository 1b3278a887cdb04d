"""CSV and TSV: one turn a row, with a header; the delimiter is the one that makes sense of the header."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

from sentemo.corpora.lines import Line, file_lines
from sentemo.corpora.source import Source
from sentemo.corpora.table import TEXT, Columns, Row, conversations
from sentemo.corpora.turns import Place
from sentemo.types import Conversation

DELIMITERS = (",", ";", "\t")


def read_csv(path: Source) -> Iterator[Conversation]:
    """Yield the conversations of a file; the columns are described in `table`."""
    return parse_csv(file_lines(path), path, path.stem)


def parse_csv(lines: Iterable[Line], path: str | Source, stem: str) -> Iterator[Conversation]:
    """Yield the conversations of numbered lines; raise `BadInput` with file and line."""
    header, rows = csv_rows(lines, path)
    if header:
        yield from conversations(rows, Columns.of(header, path), path, stem)


def csv_rows(lines: Iterable[Line], path: str | Source) -> tuple[list[str], Iterator[Row]]:
    """Give the header ([] for an empty file) and the rows under it, each with the line where it starts."""
    start = iter(lines)
    first = next(start, None)
    if first is None:
        return [], iter(())
    records = _records(chain([first], start), delimiter(first[1]), path)
    _, header = next(records, (1, []))
    return header, _rows(records, header, path)


def delimiter(header: str) -> str:
    """Choose the delimiter with which a header line has a column of texts; a comma if none has."""
    return next((each for each in DELIMITERS if has_text_column(header, each)), ",")


def has_text_column(header: str, separator: str) -> bool:
    """Tell whether a line, split at the separator, names a column of texts."""
    return any(name.strip(' \r\n"').casefold() in TEXT for name in header.split(separator))


def _records(lines: Iterable[Line], separator: str, path: str | Source) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with its first line number; skip blank lines."""
    reader = csv.reader((text for _, text in lines), delimiter=separator, strict=True)
    while True:
        start = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            Place(path, start).refuse(f"Not CSV: {error}", "Quote cells that hold quotes, commas or line ends")
        if record:
            yield start, record


def _rows(records: Iterator[tuple[int, list[str]]], header: list[str], path: str | Source) -> Iterator[Row]:
    for line, record in records:
        if len(record) != len(header):
            cause = f"A row of {len(record)} cells under a header of {len(header)}"
            Place(path, line).refuse(cause, "Quote cells that hold the delimiter")
        yield line, dict(zip(header, record, strict=True))
