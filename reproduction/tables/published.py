"""The figures that others published, each with the convention that it was measured by."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sentemo.errors import BadInput, UsageError

TABLES = ("table-2", "table-3", "table-4", "table-5", "triplet", "dailydialog", "meld", "emorynlp")
FIGURES = ("precision", "recall", "macro_f1_no_neutral", "micro_f1_no_neutral", "weighted_f1", "mcc")
SIZES = ("sequence_length", "tokens", "dimensions", "size", "parameters", "layers")
WORDS = {"model": True, "citation": True, "convention": True, "note": False, "source": False}
"""What else a row may say, and whether it must."""
SOURCE = "published.toml"


@dataclass(frozen=True, slots=True)
class Convention:
    """What a published figure is."""

    name: str
    protocol: str
    """The protocol under which our figure of the same name is comparable; empty where there is none."""
    short: str
    """In a few words, Markdown."""
    says: str
    """In a sentence, without its full stop."""


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One published figure."""

    printed: str
    """As its source prints it."""
    convention: Convention

    @property
    def value(self) -> float | None:
        """The number, the lower one of a span such as `69 to 70.4`; None for what is not a number, such as a size."""
        try:
            return float(self.printed.partition(" to ")[0])
        except ValueError:
            return None

    def is_comparable(self, protocol: str) -> bool:
        """Tell whether it may stand beside our figure of the same name under a protocol."""
        return bool(protocol) and self.convention.protocol == protocol

    def to_json(self, protocol: str) -> dict[str, Any]:
        """Return the figure for machines, beside those measured under a protocol."""
        told = {"printed": self.printed, "value": self.value, "convention": self.convention.name}
        return {**told, "comparable": self.is_comparable(protocol)}


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One row of a published table."""

    table: str
    model: str
    """As its source prints it."""
    citation: str
    figures: Mapping[str, PublishedFigure]
    """By the names of `evaluation.metrics.FIGURES`, `precision` and `recall`, or the columns of Table 5."""
    note: str = ""
    source: str = "published, test"
    """Where the figures come from, and the split that they are of."""

    @property
    def conventions(self) -> tuple[Convention, ...]:
        """The conventions of its figures, each once, those of a protocol first."""
        found = dict.fromkeys(figure.convention for figure in self.figures.values())
        return tuple(sorted(found, key=lambda convention: not convention.protocol))

    def to_json(self, protocol: str) -> dict[str, Any]:
        """Return the row for machines, beside those measured under a protocol."""
        figures = {name: figure.to_json(protocol) for name, figure in self.figures.items()}
        told = {"table": self.table, "model": self.model, "citation": self.citation, "source": self.source}
        return {**told, "figures": figures, **({"note": self.note} if self.note else {})}


def published(table: str) -> tuple[PublishedRow, ...]:
    """Return the published rows of a table of the paper, or of what others add to it, in their printed order.

    Raises `UsageError` for a table that is not known.
    """
    if table not in TABLES:
        raise UsageError(f"No published figures for {table!r}", f"Use one of: {', '.join(TABLES)}")
    return tuple(row for row in _shipped() if row.table == table)


def read_published(text: str) -> tuple[PublishedRow, ...]:
    """Read rows from TOML, strict about names; raise `BadInput` for anything unknown, missing or mistyped."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _damaged(f"Not valid TOML ({error})") from error
    conventions = {name: _convention(name, record) for name, record in tables.pop("conventions", {}).items()}
    if odd := sorted(tables.keys() - set(TABLES)):
        raise _damaged(f"Unknown table {odd[0]!r}")
    return tuple(_row(table, record, conventions) for table, records in tables.items() for record in records)


@cache
def _shipped() -> tuple[PublishedRow, ...]:
    return read_published((files("reproduction.tables") / SOURCE).read_text(encoding="utf-8"))


def _convention(name: str, record: Any) -> Convention:
    try:
        return Convention(name, **record)
    except TypeError as error:
        raise _damaged(f"The convention {name!r} has unknown or missing entries ({error})") from error


def _row(table: str, record: Mapping[str, Any], conventions: Mapping[str, Convention]) -> PublishedRow:
    where = f"A row of {table} ({record.get('model', 'without a model')})"
    missing = [key for key, needed in WORDS.items() if needed and key not in record]
    unknown = sorted(record.keys() - {*WORDS, *FIGURES, *SIZES})
    if missing or unknown:
        raise _damaged(f"{where} {'lacks' if missing else 'has an unknown'} {(missing or unknown)[0]!r}")
    figures = {}
    for key in (*FIGURES, *SIZES):
        if key in record:
            entry = [record[key], record["convention"]] if isinstance(record[key], str) else record[key]
            figures[key] = _figure(f"{where}, {key}", entry, conventions)
    optional = {key: record[key] for key in ("note", "source") if key in record}
    return PublishedRow(table, record["model"], record["citation"], figures, **optional)


def _figure(where: str, entry: Any, conventions: Mapping[str, Convention]) -> PublishedFigure:
    if not (isinstance(entry, list) and len(entry) == 2 and all(isinstance(part, str) for part in entry)):
        raise _damaged(f"{where}: {entry!r} is neither a text nor [text, convention]")
    if entry[1] not in conventions:
        raise _damaged(f"{where}: the convention {entry[1]!r} is not described")
    return PublishedFigure(entry[0], conventions[entry[1]])


def _damaged(cause: str) -> BadInput:
    return BadInput(cause, "Fix it, or check it out again", path=SOURCE)
