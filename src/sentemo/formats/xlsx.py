"""Excel workbooks: the first sheet whose first row names a text column, one turn per row."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from sentemo.errors import BadInput, MissingExtra
from sentemo.formats.lines import Attempt, open_binary, strictly
from sentemo.formats.reading import Reading, Source, stem_of
from sentemo.formats.table import Columns, Row, each_conversation, find_names
from sentemo.formats.turns import Place
from sentemo.formats.zips import DAMAGED, FREE_BYTES, MAX_RATIO
from sentemo.types import Conversation

BROKEN = (*DAMAGED, ParseError, LookupError, TypeError, AttributeError, RecursionError)
"""Errors that openpyxl may raise for a damaged file, depending on which byte is wrong."""


def read_xlsx(source: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of a workbook; the `line` of an error is a 1-based row."""
    return strictly(each_xlsx(source, reading))


def each_xlsx(source: Source, reading: Reading | None = None) -> Iterator[Attempt]:
    """Yield as `read_xlsx` does, with the error in place of each conversation that can't be read."""
    header, rows = _sheet(source, reading)
    yield from each_conversation(rows, Columns.of(header, source, reading), source, stem_of(source), reading)


def _sheet(source: Source, reading: Reading | None) -> tuple[list[str], Iterator[Row]]:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise MissingExtra("openpyxl, which reads Excel's files,", "xlsx") from error
    try:
        with open_binary(source) as stream:
            check_size(stream)
            with warnings.catch_warnings(action="ignore"):  # about styles and charts that openpyxl doesn't know
                book = load_workbook(stream, read_only=False, data_only=True)
        sheets = [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]
    except BROKEN as error:
        cause = f"Damaged or not an Excel workbook: {type(error).__name__}"
        raise BadInput(cause, "Save it again, or as CSV", path=str(source), line=1) from None
    filled = [sheet for sheet in sheets if sheet]
    if not filled:
        Place(source, 1).refuse("The workbook is empty", "Give it a sheet with a turn a row")
    chosen = next((sheet for sheet in filled if _has_text(sheet[0], reading)), filled[0])
    header = [str(cell) if cell is not None else f"column {place}" for place, cell in enumerate(chosen[0], 1)]
    return header, _rows(header, chosen[1:])


def check_size(stream: BinaryIO) -> None:
    """Raise `ValueError` if a workbook unpacks to far more than its size."""
    size = stream.seek(0, 2)
    stream.seek(0)
    with zipfile.ZipFile(stream) as archive:
        if sum(each.file_size for each in archive.infolist()) > FREE_BYTES + MAX_RATIO * size:
            raise ValueError("unpacks to too much")


def _has_text(cells: Sequence[Any], reading: Reading | None) -> bool:
    names = [str(cell) for cell in cells if cell is not None]
    return "text" in find_names(names) or (reading is not None and reading.columns.get("text") in names)


def _rows(header: list[str], rows: Sequence[Sequence[Any]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, 2):
        if any(cell is not None for cell in cells):
            yield number, dict(zip(header, cells, strict=False))
