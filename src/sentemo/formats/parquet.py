"""Parquet in three shapes: flat columns as in CSV, nested `turns`, or the hub's `dialog` and `emotion`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sentemo.errors import BadInput, optional
from sentemo.formats.json_layouts import Layouts, Value
from sentemo.formats.json_talks import turn_of
from sentemo.formats.lines import Attempt, attempts, open_binary, strictly
from sentemo.formats.reading import Reading, Source, stem_of
from sentemo.formats.table import Columns, Row, each_conversation, is_turns
from sentemo.formats.turns import Place, make_conversation, make_turn, plain
from sentemo.types import Conversation, Utterance

BATCH_ROWS = 512


def read_parquet(path: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of a file; the `line` of an error is a 1-based row.

    Nested: `turns` list<struct<text, speaker?, label?, labels?>> or list<string>. Hub: `dialog` list<string> with
    an optional `emotion` or `label`, a list of names or numbers; speakers alternate, A and B.
    """
    return strictly(each_parquet(path, reading))


def each_parquet(path: Source, reading: Reading | None = None) -> Iterator[Attempt]:
    """Yield as `read_parquet` does, with the error in place of each conversation that can't be read."""
    header = column_names(path)
    if "turns" in header:
        yield from _nested(path, header)
    elif "dialog" in header:
        yield from _dialogs(path, header)
    elif nested := next((name for name in header if is_turns(name) and name in lists(path)), None):
        layouts = Layouts(stem_of(path), reading)
        for number, cells in parquet_rows(path, [nested]):
            yield from layouts.sequence(Value(Place(path, number), cells[nested]).items())
    else:
        columns = Columns.of(header, path, reading)
        rows = parquet_rows(path, [name for name in asdict(columns).values() if name])
        yield from each_conversation(rows, columns, path, stem_of(path), reading)


@contextmanager
def _opened(path: Source) -> Iterator[Any]:
    """Open a Parquet file; any error that pyarrow raises becomes `BadInput`."""
    pa, pq = optional("pyarrow"), optional("pyarrow.parquet")

    # A damaged file can raise any of these, depending on which byte is wrong.
    damaged = (
        pa.ArrowException,
        OSError,
        ValueError,
        TypeError,
        MemoryError,
        OverflowError,
        KeyError,
        IndexError,
    )
    with open_binary(path) as stream:
        try:
            yield pq.ParquetFile(stream, page_checksum_verification=True)
        except damaged as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise BadInput(f"Damaged or not Parquet: {reason}", "Write or fetch it again", path=str(path)) from None


def column_names(path: Source) -> list[str]:
    """List the top-level columns."""
    with _opened(path) as file:
        return list(file.schema_arrow.names)


def lists(path: Source) -> list[str]:
    """Return the names of the list columns."""
    import pyarrow.types as kinds

    with _opened(path) as file:
        return [each.name for each in file.schema_arrow if kinds.is_list(each.type) or kinds.is_large_list(each.type)]


def parquet_rows(path: Source, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the given columns of every row, with 1-based row numbers, with one batch in memory at a time."""
    number = 0
    for batch in _batches(path, columns):
        for cells in batch:
            number += 1
            yield number, cells


def _batches(path: Source, columns: Sequence[str]) -> Iterator[list[Mapping[str, object]]]:
    with _opened(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns), use_threads=False):
            batch.validate(full=True)  # offsets and UTF-8, before anything is read
            yield batch.to_pylist()


def _nested(path: Source, header: Sequence[str]) -> Iterator[Attempt]:
    def make(row: Row) -> Conversation:
        number, cells = row
        place = Place(path, number)
        id = f"{stem_of(path)}-{number - 1}" if cells.get("id") is None else str(cells["id"])
        turns = [_turn(turn, place) for turn in as_list(cells["turns"], "turns", place)]
        return make_conversation(plain(id, "id", place), turns, place)

    return attempts(parquet_rows(path, [name for name in ("id", "turns") if name in header]), make)


def _turn(value: object, place: Place) -> Utterance:
    if isinstance(value, dict):
        return turn_of(value, place)
    return make_turn(value, None, None, place)


def _dialogs(path: Source, header: Sequence[str]) -> Iterator[Attempt]:
    gold = next((name for name in ("emotion", "label") if name in header), None)

    def make(row: Row) -> Conversation:
        number, cells = row
        place = Place(path, number)
        texts = as_list(cells["dialog"], "dialog", place)
        labels = as_list(cells[gold], gold, place) if gold else [None] * len(texts)
        if len(labels) != len(texts):
            place.refuse(f"{len(texts)} utterances but {len(labels)} labels", "Give each utterance one label")
        turns = [
            make_turn(text, "AB"[i % 2], str(label) if isinstance(label, int) else label, place)
            for i, (text, label) in enumerate(zip(texts, labels, strict=True))
        ]
        return make_conversation(f"{stem_of(path)}-{number - 1}", turns, place)

    return attempts(parquet_rows(path, ["dialog", gold] if gold else ["dialog"]), make)


def as_list(value: object, what: str, place: Place) -> list[object]:
    """Return a cell's list; raise `BadInput` if it is not one."""
    if not isinstance(value, list):
        place.refuse(f"The column {what!r} is not a list here", "Write a list in every row")
    return value
