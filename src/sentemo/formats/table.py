"""Convert flat rows, one turn each, to conversations; shared by CSV and Parquet."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter

from sentemo.errors import BadInput, UsageError
from sentemo.formats.lines import Attempt, attempts
from sentemo.formats.reading import Reading, Source
from sentemo.formats.turns import Place, make_conversation, make_turn, plain
from sentemo.types import Conversation, Utterance

LAST = "id"
"""A column of this name is the conversation column if there is no other."""
PARTS = ("text", "speaker", "conversation", "label", "time", "id")
_OTHER = re.compile(r"[^\w]|_")


@cache
def names() -> Mapping[str, tuple[str, ...]]:
    """Return the known column names by role, most likely first, normalised by `plain_name`."""
    text = files("sentemo.formats").joinpath("names.toml").read_text(encoding="utf-8")
    return {what: tuple(words.split()) for what, words in tomllib.loads(text).items()}


def plain_name(name: str) -> str:
    """Normalise a name to lower-case letters and digits."""
    return _OTHER.sub("", name).casefold()


def is_turns(name: str) -> bool:
    """Return whether a key may contain an object's turns, or conversations."""
    return plain_name(name) in names()["turns"]


def find_names(header: Iterable[str]) -> dict[str, str]:
    """Return the column of each role; a column has at most one role."""
    by_name: dict[str, str] = {}
    for name in header:
        by_name.setdefault(plain_name(name), name)
    found: dict[str, str] = {}
    for what in PARTS:
        taken = set(found.values())
        known = (by_name[each] for each in names()[what] if each in by_name)
        chosen = next((name for name in known if name not in taken), None)
        if chosen is not None:
            found[what] = chosen
    if "conversation" not in found and LAST in by_name:
        found["conversation"] = by_name[LAST]
    return found


Row = tuple[int, Mapping[str, object]]
"""The 1-based line (or row) number and the cells by column name."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns by role; None if the table has none."""

    text: str
    speaker: str | None = None
    conversation: str | None = None
    label: str | None = None
    time: str | None = None
    id: str | None = None
    start: str | None = None
    end: str | None = None

    @classmethod
    def of(cls, header: Sequence[str], path: str | Source, reading: Reading | None = None) -> Columns:
        """Find the columns by their usual names, or use those that `reading` names."""
        chosen = {} if reading is None else reading.columns
        found = find_names(name for name in header if name not in chosen.values()) | check_chosen(chosen, header)
        if "text" not in found:
            step = "Say which it is: --columns text=NAME,speaker=NAME (or rename it to text)"
            cause = f"No column of texts among the {len(header)}"  # not their names: without a header, they are texts
            raise BadInput(cause, step, path=str(path), line=1)
        if len(set(header)) != len(header):
            raise BadInput("Two columns of the same name", "Give each its own name", path=str(path), line=1)
        spans = {name: name for name in ("start", "end") if name in header and name not in found.values()}
        columns = cls(**(found | spans))
        if reading is not None:
            columns.tell(reading)
        return columns

    def tell(self, reading: Reading) -> None:
        """Report which column was used for what."""
        taken = {what: name for what, name in asdict(self).items() if name is not None}
        reading.columns_taken = taken
        reading.kind = "a table: " + ", ".join(f"{what} = {name}" for what, name in taken.items())
        if self.conversation is None:
            reading.remark(
                "No column names the conversation, so all rows are one: name it with --columns conversation=NAME if "
                "there is one."
            )


def check_chosen(chosen: Mapping[str, str], header: Sequence[str]) -> dict[str, str]:
    """Check that the columns named by the user exist; raise `UsageError` if they don't."""
    known = [each.name for each in fields(Columns)]
    for what, name in chosen.items():
        if what not in known:
            raise UsageError(f"A table has no {what!r} to be read", f"Use one of: {', '.join(known)}")
        if name not in header:
            raise UsageError(f"Unknown column {name!r}", f"Use one of: {', '.join(header[:40])}")
    return dict(chosen)


def each_conversation(
    rows: Iterator[Row], columns: Columns, path: str | Source, stem: str, reading: Reading | None = None
) -> Iterator[Attempt]:
    """Yield one conversation for each run of rows with the same conversation id, in the order of the rows.

    Without such a column, all rows are one conversation, `stem-0`. An id that recurs after another one is a `BadInput`:
    only ids are kept in memory, so the rows of a conversation must be contiguous. A conversation with an unreadable row
    is replaced by its error.
    """
    yield from _told(_conversations(rows, columns, path, stem), columns, reading)


def _told(found: Iterator[Attempt], columns: Columns, reading: Reading | None) -> Iterator[Attempt]:
    """Pass conversations through; add a remark if each row of the table is a conversation of its own."""
    conversations = turns = 0
    for attempt in found:
        if isinstance(attempt, Conversation):
            conversations += 1
            turns += len(attempt)
        yield attempt
    if reading is not None and columns.conversation and turns == conversations > 1:
        reading.remark(
            f"Every row is a conversation of its own by {columns.conversation!r}: if that numbers the messages, name "
            "another column with --columns conversation=NAME."
        )


def _conversations(rows: Iterator[Row], columns: Columns, path: str | Source, stem: str) -> Iterator[Attempt]:
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
    """Yield each row with its conversation; an unreadable row belongs to the conversation before it."""
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
    value, place = as_text(value), Place(path, line)
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
        turns.append(_turn(cells, columns, Place(path, line)))
    return first, turns


def _turn(cells: Mapping[str, object], columns: Columns, place: Place) -> Utterance:
    def cell(name: str | None) -> object:
        return cells.get(name) if name else None

    label = cell(columns.label)
    several = [label_of(each) for each in label] if isinstance(label, list) else None
    text, speaker = as_text(cell(columns.text)), as_text(cell(columns.speaker))
    return make_turn(
        *(text, speaker, None if several else label_of(label), place, several),
        id=cell(columns.id),
        time=cell(columns.time),
        span_s=(cell(columns.start), cell(columns.end)),
    )


def label_of(value: object) -> object:
    """Convert a label to text; None for a missing one, which pandas writes as nan."""
    text = as_text(value)
    return None if isinstance(text, str) and text.strip().casefold() == "nan" else text


def as_text(value: object) -> object:
    """Convert a number to text; None for NaN, which marks a missing cell."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else str(int(value) if value.is_integer() else value)
    return str(value)
