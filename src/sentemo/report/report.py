"""The report: all figures for labelled conversations, as tables, JSON, CSV or a page."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain, islice
from os import PathLike
from pathlib import Path
from typing import Any

from sentemo.errors import BadInput, MissingExtra, UsageError
from sentemo.files import cannot_write, write_bytes
from sentemo.report.batch import Labelled, Row
from sentemo.report.figures import Results, figures, reading
from sentemo.report.store import stored
from sentemo.types import ABSTENTION, LabelSet, Prediction

NEUTRAL = ("neutral", "no emotion")
"""Names that models use for the absence of emotion."""


class Report(Results):
    """All figures for labelled conversations."""

    @classmethod
    def from_predictions(
        cls, predictions: Iterable[Prediction], labels: LabelSet | None = None, *, model: Row | None = None
    ) -> Report:
        """Report on predictions; nothing is written to disk.

        `labels` are those of the labeler; by default those in the first prediction's probabilities. `model` is
        the labeler's description, from `sentemo.report.sources.about`. Raises `BadInput` if there is no labelled turn.
        """
        return cls._of(map(Labelled, predictions), labels, on_disk=False, model=model)

    @classmethod
    def from_files(
        cls,
        files: str | PathLike[str] | Sequence[str | PathLike[str]],
        model: Any = "default",
        *,
        format: str = "auto",
        by: Sequence[str] = (),
        tick: Callable[[int], None] = lambda turns: None,
    ) -> Report:
        """Report on files of conversations, which a model labels, or on files labelled by sentemo.

        `model` is a name for `sentemo.load`, or a labeler. `by` names columns to report by; `tick` is called with the
        number of turns read so far. Memory doesn't grow with the number of turns: they are stored in a temporary file.
        Raises `BadInput` for files that can't be read.
        """
        from sentemo.report.sources import Sources

        sources = Sources.of([files] if isinstance(files, str | PathLike) else files, model, format, by, tick)
        return cls._of(sources.read(), sources.labels(), by, on_disk=True, model=sources.model())

    @classmethod
    def _of(
        cls,
        labelled: Iterable[Labelled],
        labels: LabelSet | None,
        by: Sequence[str] = (),
        *,
        on_disk: bool,
        model: Row | None = None,
    ) -> Report:
        rest = iter(labelled)
        first = list(islice(rest, 1))
        known = labels or _labels(first)
        with stored(chain(first, rest), known, by, on_disk=on_disk) as turns:
            return cls(reading(turns), known, *figures(turns), model or {})

    def table(self, name: str) -> Any:
        """Return a table as a pandas DataFrame, or a polars one if only polars is installed.

        Raises `UsageError` for an unknown table, `MissingExtra` if neither library is installed.
        """
        if name not in self.tables:
            raise UsageError(f"Unknown table {name!r}", f"Use one of: {', '.join(self.tables)}")
        for library in ("pandas", "polars"):
            if importlib.util.find_spec(library):
                return importlib.import_module(library).DataFrame(list(self.tables[name]))
        raise MissingExtra("A library of tables (pandas or polars)", "report")

    def to_dict(self) -> Row:
        """Return everything as plain values, as `sentemo report --json` prints it."""
        found: Row = plain(
            {
                "read": self.read,
                "labels": list(self.labels),
                "model": self.model,
                **self.tables,
                "courses": [asdict(course) for course in self.courses],
            }
        )
        return found

    def to_html(self) -> str:
        """Return the page as HTML, which needs no other file and no network."""
        from sentemo.report.page.page import page

        return page(self)

    def __str__(self) -> str:
        """Summarise the main results in a few sentences."""
        from sentemo.report.page.page import summary

        return "\n".join(summary(self))

    def write_csv(self, folder: str | PathLike[str]) -> list[Path]:
        """Write each table to a CSV file in a folder, which is created if needed; return the files."""
        return write_tables(self.tables, Path(folder))


def _labels(first: Sequence[Labelled]) -> LabelSet:
    """Return the labels in the probabilities of the first conversation."""
    names = [name for each in first for turn in each.prediction for name in turn.probabilities if name != ABSTENTION]
    if not names:
        raise BadInput("No labelled turns to report on", "Give conversations, or labels as sentemo writes them")
    return LabelSet(tuple(dict.fromkeys(names)), next((name for name in NEUTRAL if name in names), None))


DIGITS = 6
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which a spreadsheet would take a text for a formula."""


def plain(value: Any) -> Any:
    """Round numbers, and replace NaN by None, as JSON has no NaN."""
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def write_tables(tables: Mapping[str, Sequence[Mapping[str, Any]]], folder: Path) -> list[Path]:
    """Write each table as `NAME.csv`; texts that look like formulas are prefixed with an apostrophe."""
    with cannot_write(folder):
        folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in tables.items():
        written.append(folder / f"{name}.csv")
        write_bytes(written[-1], _csv(rows).encode())
    return written


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
