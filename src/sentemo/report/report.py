"""The report: every figure of some labelled conversations, as tables, JSON, CSV or a page."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import chain, islice
from os import PathLike
from pathlib import Path
from typing import Any

from sentemo.errors import BadInput, MissingExtra, UsageError
from sentemo.report.figures import figures, reading
from sentemo.report.labelled import Labelled
from sentemo.report.results import Results
from sentemo.report.store import stored
from sentemo.types import ABSTENTION, LabelSet, Prediction

Row = dict[str, Any]
NEUTRAL = ("neutral", "no emotion")
"""What models call it where there is no emotion."""


class Report(Results):
    """Every figure of some labelled conversations."""

    @classmethod
    def from_predictions(cls, predictions: Iterable[Prediction], labels: LabelSet | None = None) -> Report:
        """Report on predictions; nothing is written to disk.

        `labels` are those of the labeler; without them they are what the first prediction's probabilities name. Raises
        `BadInput` where there is no labelled turn.
        """
        return cls._of(map(Labelled, predictions), labels, on_disk=False)

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
        """Report on files of conversations, which a model labels, or on files with labels as sentemo writes them.

        `model` is a name as `sentemo.load` takes it, or a labeler. `by` names columns to report by; `tick` is
        told how many turns were read so far. Memory doesn't grow
        with the number of turns: they are put into a temporary file. Raises `BadInput` for what can't be read.
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
        """Return a table as a DataFrame of pandas, or of polars where only that is installed.

        Raises `UsageError` for a table that isn't there, `MissingExtra` where neither library is.
        """
        if name not in self.tables:
            raise UsageError(f"Unknown table {name!r}", f"Use one of: {', '.join(self.tables)}")
        for library in ("pandas", "polars"):
            if importlib.util.find_spec(library):
                return importlib.import_module(library).DataFrame(list(self.tables[name]))
        raise MissingExtra("A library of tables (pandas or polars)", "report")

    def to_dict(self) -> Row:
        """Return everything as plain values, as `sentemo report --json` prints it."""
        from sentemo.report.plain import plain

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
        """Return the page, which needs no other file and asks no other host for anything."""
        from sentemo.report.page.page import page

        return page(self)

    def __str__(self) -> str:
        """Say the most important in a few sentences."""
        from sentemo.report.page.summary import summary

        return "\n".join(summary(self))

    def write_csv(self, folder: str | PathLike[str]) -> list[Path]:
        """Write each table to a CSV file in a folder, which is made where it isn't there; return the files."""
        from sentemo.report.plain import write_tables

        return write_tables(self.tables, Path(folder))


def _labels(first: Sequence[Labelled]) -> LabelSet:
    """Return the labels that the probabilities of the first conversation name."""
    names = [name for each in first for turn in each.prediction for name in turn.probabilities if name != ABSTENTION]
    if not names:
        raise BadInput("No labelled turns to report on", "Give conversations, or labels as sentemo writes them")
    return LabelSet(tuple(dict.fromkeys(names)), next((name for name in NEUTRAL if name in names), None))
