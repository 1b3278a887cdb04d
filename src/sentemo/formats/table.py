"""Flat rows, one turn each, to conversations; shared by CSV and Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sentemo.errors import BadInput
from sentemo.formats.attempts import Attempt, attempts
from sentemo.formats.source import Source
from sentemo.formats.turns import Place, make_conversation, make_turn, plain
from sentemo.types import Conversation, Utterance

TEXT = ("text", "utterance", "message")
SPEAKER = ("speaker", "author", "name")
CONVERSATION = ("conversation", "dialogue", "dialogue_id", "conversation_id", "id")
LABEL = ("label", "emotion")

Row = tuple[int, Mapping[str, object]]
"""The 1-based line (or row) number and the cells by column name."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table holds what; None where the table has none."""

    text: str
    speaker: str | None
    conversation: str | None
    label: str | None

    @classmethod
    def of(cls, header: Sequence[str], path: str | Source) -> Columns:
        """Find the columns by name, in any case; of several candidates the first in the lists above wins."""
        by_name = {name.strip().casefold(): name for name in reversed(header)}
        text, speaker, conversation, label = (
            next((by_name[alias] for alias in aliases if alias in by_name), None)
            for aliases in (TEXT, SPEAKER, CONVERSATION, LABEL)
        )
        if text is None:
            raise BadInput("No column of texts", f"Name one of the columns {' or '.join(TEXT)}", path=str(path), line=1)
        if len(set(header)) != len(header):
            raise BadInput("Two columns of the same name", "Give each its own name", path=str(path), line=1)
        return cls(text, speaker, conversation, label)


def each_conversation(rows: Iterator[Row], columns: Columns, path: str | Source, stem: str) -> Iterator[Attempt]:
    """Yield one conversation for each run of rows with the same conversation id, in the order of the rows.

    Without such a column all rows are one conversation, `stem-0`. An id that comes again after another one is
    `BadInput`: only ids are kept in memory, so the rows of one conversation must stand together. In place of a
    conversation with a row that can't be read stands the reason.
    """
    seen: set[str] = set()

    def make(run: tuple[str, Iterable[tuple[str, Row | BadInput]]]) -> Conversation:
        id, rows = run
        again = id in seen
        seen.add(id)
        first, turns = _turns((row for _, row in rows), columns, path)
        if again:
            Place(path, first).refuse(f"Conversation {id!r} comes again after another one", "Sort the rows by it")
        return make_conversation(id, turns, Place(path, first))

    return attempts(groupby(_named(rows, columns, path, stem), itemgetter(0)), make)


def _named(
    rows: Iterator[Row], columns: Columns, path: str | Source, stem: str
) -> Iterator[tuple[str, Row | BadInput]]:
    """Name each row's conversation; a row that can't be read counts to the one before it."""
    id = "" if columns.conversation else f"{stem}-0"
    while True:
        row: Row | BadInput
        try:
            row = next(rows)
            id = _id(row, columns, path, stem)
        except StopIteration:
            return
        except BadInput as error:
            row = error.with_traceback(None)  # as in `attempts`
        yield id, row


def _id(row: Row, columns: Columns, path: str | Source, stem: str) -> str:
    if columns.conversation is None:
        return f"{stem}-0"
    line, cells = row
    value = cells.get(columns.conversation)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    place = Place(path, line)
    if value is None or value == "":
        place.refuse(f"No conversation id in column {columns.conversation!r}", "Fill it in for every row")
    return plain(value, "conversation id", place)


def _turns(group: Iterable[Row | BadInput], columns: Columns, path: str | Source) -> tuple[int, list[Utterance]]:
    first, turns = 0, []
    for row in group:
        if isinstance(row, BadInput):
            raise row
        line, cells = row
        first = first or line
        speaker = cells.get(columns.speaker) if columns.speaker else None
        label = cells.get(columns.label) if columns.label else None
        turns.append(make_turn(cells.get(columns.text), speaker, label, Place(path, line)))
    return first, turns
