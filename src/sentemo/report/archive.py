"""Read labels written by `sentemo predict` and `sentemo label`: JSON lines, CSV, Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

from sentemo.errors import UsageError
from sentemo.formats.csvfile import csv_rows
from sentemo.formats.json_stream import load_json, load_object
from sentemo.formats.lines import file_lines
from sentemo.formats.parquet import column_names, parquet_rows
from sentemo.formats.table import Row
from sentemo.formats.turns import Place, plain
from sentemo.report.batch import Labelled
from sentemo.times import read_time
from sentemo.types import ABSTENTION, Prediction, TurnPrediction

NEEDED = ("text", "label", "probabilities")
"""The columns, or keys of a turn, that every file labelled by sentemo has."""
KNOWN = (*NEEDED, "speaker", "score", "time", "tags")
Value = Mapping[str, Any]


def has_labels(path: Path, format: str) -> bool:
    """Return whether a JSON lines, CSV or Parquet file contains labels as sentemo writes them."""
    return all(name in keys_of(path, format) for name in NEEDED)


def keys_of(path: Path, format: str) -> list[str]:
    """Return the columns of a table, or the keys of the first conversation and of its first turn."""
    if format == "parquet":
        return column_names(path)
    with closing(file_lines(path)) as lines:
        if format == "csv":
            return csv_rows(lines, path)[0]
        for number, text in lines:
            if text.strip():
                value = load_object(text, Place(path, number))
                turns = value.get("turns")
                first = turns[0] if isinstance(turns, list) and turns and isinstance(turns[0], dict) else {}
                return [*value, *first]
    return []


def read_labelled(path: Path, format: str, by: Sequence[str]) -> Iterator[Labelled]:
    """Yield the labelled conversations of a file, each with its values in the columns `by`.

    Raises `BadInput` with file and line for anything that sentemo wouldn't write.
    """
    if format == "jsonl":
        yield from _read_jsonl(path, by)
        return
    with closing(file_lines(path)) as lines:  # opens nothing until a line is asked for
        header, rows = csv_rows(lines, path) if format == "csv" else (column_names(path), iter(()))
        wanted = [name for name in ("file", "id", *KNOWN, *by) if name in header]
        if format == "parquet":
            rows = parquet_rows(path, list(dict.fromkeys(wanted)))
        for _, run in groupby(rows, lambda row: (row[1].get("file"), row[1].get("id"))):
            yield _of_rows(list(run), by, path)


def _of_rows(rows: Sequence[Row], by: Sequence[str], path: Path) -> Labelled:
    line, first = rows[0]
    turns = [_turn(cells, Place(path, line)) for line, cells in rows]
    id = plain(first.get("id") or path.stem, "id", Place(path, line))
    file = _text(first.get("file")) or str(path)
    columns = {name: [_text(cells.get(name)) for _, cells in rows] for name in by}
    return Labelled(Prediction(id, tuple(turns)), file, columns)


def _read_jsonl(path: Path, by: Sequence[str]) -> Iterator[Labelled]:
    with closing(file_lines(path)) as lines:
        for number, text in lines:
            if text.strip():
                place = Place(path, number)
                yield _of_object(load_object(text, place), by, place, path)


def _of_object(value: Value, by: Sequence[str], place: Place, path: Path) -> Labelled:
    given = value.get("turns")
    if not isinstance(given, list) or not all(isinstance(turn, dict) for turn in given):
        place.refuse('No list "turns" of objects', "Give the file as `sentemo predict --json` writes it")
    turns = tuple(_turn(turn, place) for turn in given)
    id = value.get("id") or f"{path.stem}-{(place.line or 1) - 1}"
    columns = {name: [_text(turn.get(name, value.get(name))) for turn in given] for name in by}
    file = _text(value.get("file")) or str(path)
    return Labelled(Prediction(plain(str(id), "id", place), turns), file, columns)


def _turn(value: Value, place: Place) -> TurnPrediction:
    probabilities = _shares(value.get("probabilities"), "probabilities", place)
    label = value.get("label") or ABSTENTION
    if not isinstance(label, str) or (label != ABSTENTION and not probabilities):
        place.refuse("A turn without label or probabilities", "Give the file as `sentemo predict --json` writes it")
    score = probabilities.get(label, 0.0)
    text, speaker = plain(value.get("text"), "utterance", place), plain(value.get("speaker") or "", "speaker", place)
    tags = _shares(value.get("tags"), "tags", place)
    return TurnPrediction(speaker, text, label, score, probabilities, tags=tags, time=read_time(value.get("time")))


def _shares(value: object, what: str, place: Place) -> dict[str, float]:
    """Read a mapping of names to numbers, JSON if it is text; nulls are left out."""
    if isinstance(value, str) and value:
        value = load_json(value, place, f"Write the {what} as a JSON object")
    if value is None or value == "":
        return {}
    if isinstance(value, list) and all(isinstance(each, tuple) and len(each) == 2 for each in value):
        value = dict(value)  # a map of Parquet
    if not isinstance(value, dict) or not all(isinstance(each, float | int | None) for each in value.values()):
        place.refuse(f"The {what} are not numbers by name", "Give the file as sentemo writes it")
    return {name: float(number) for name, number in value.items() if number is not None}


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)


def columns_beside(path: Path, format: str, by: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Yield the values in the columns `by` for each turn of a file of conversations, in its order."""
    with closing(file_lines(path)) as lines:  # opens nothing until a line is asked for
        rows: Iterator[Row]
        if format == "jsonl":
            rows = ((number, load_object(text, Place(path, number))) for number, text in lines if text.strip())
        else:
            names = [name for name in (*by, "turns") if format == "parquet" and name in column_names(path)]
            rows = parquet_rows(path, names) if format == "parquet" else csv_rows(lines, path)[1]
        for _, cells in rows:
            turns = cells.get("turns")
            for turn in turns if isinstance(turns, list) else [cells]:
                own = turn if isinstance(turn, dict) else {}
                yield {name: _text(own.get(name, cells.get(name))) for name in by}


def check_columns(by: Sequence[str], keys: Iterable[str], file: str) -> None:
    """Raise `UsageError` for a column that a file lacks."""
    known = list(keys)
    for name in by:
        if name not in known:
            raise UsageError(f"{file} has no column {name!r}", f"It has: {', '.join(known) or 'none'}")
