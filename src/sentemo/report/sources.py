"""The input of a report: chats, which a model labels, or files that are already labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, repeat
from os import PathLike
from pathlib import Path
from typing import Any

from sentemo.errors import UsageError
from sentemo.formats.files import STDIN, read_conversations
from sentemo.formats.sniff import sniff
from sentemo.report.archive import check_columns, columns_beside, has_labels, keys_of, read_labelled
from sentemo.report.batch import Labelled, Row
from sentemo.types import Labeler, LabelSet

AT_ONCE = 256
"""Number of conversations labelled together."""
TABLES = ("jsonl", "csv", "parquet")
"""Formats that labels are written in."""
FILE = "file"


@dataclass(frozen=True)
class Sources:
    """Labelled files, or files to label, but not both."""

    files: Sequence[tuple[str, str]]
    """The files with their formats."""
    labelled: bool
    named: Any
    """The model's name, or a labeler."""
    by: Sequence[str]
    tick: Callable[[int], None]

    @classmethod
    def of(
        cls,
        files: Sequence[str | PathLike[str]],
        model: Any,
        format: str = "auto",
        by: Sequence[str] = (),
        tick: Callable[[int], None] = lambda turns: None,
    ) -> Sources:
        """Find the files and detect their formats; `tick` is called with the number of turns read so far.

        Raises `UsageError` if only some have labels, and for a column that a file lacks.
        """
        found = [(name, _format(name, format)) for name in map(str, files)]
        kinds = [name != STDIN and kind in TABLES and has_labels(Path(name), kind) for name, kind in found]
        if any(kinds) and not all(kinds):
            cause = f"{found[kinds.index(True)][0]} has labels, and {found[kinds.index(False)][0]} has none"
            raise UsageError(cause, "Report on them one after the other, or label all of them first")
        for name, kind in found:
            keys = keys_of(Path(name), kind) if by and name != STDIN and kind in TABLES else []
            check_columns(by, dict.fromkeys((FILE, *keys)), name)
        return cls(found, any(kinds), model, by, tick)

    @cached_property
    def _labeler(self) -> Labeler:
        if not isinstance(self.named, str | PathLike):
            return self.named  # type: ignore[no-any-return]
        from sentemo.loading import load

        return load(str(self.named))

    def labels(self) -> LabelSet | None:
        """Return the labels of the model; None without a model, if the files already have labels."""
        return None if self.labelled else self._labeler.labels

    def model(self) -> Row:
        """Describe the model and its weaknesses."""
        return {} if self.labelled else about(self.named, self._labeler)

    def read(self) -> Iterator[Labelled]:
        """Yield every conversation with its labels."""
        turns = 0
        for name, format in self.files:
            read = read_labelled(Path(name), format, self.by) if self.labelled else self._label(name, format)
            for labelled in read:
                turns += len(labelled.prediction)
                self.tick(turns)
                yield labelled

    def _label(self, name: str, format: str) -> Iterator[Labelled]:
        conversations = read_conversations(name, format)
        first = next(conversations)  # bad input is reported before the model is loaded
        conversations = chain([first], conversations)
        own = [column for column in self.by if column != FILE]
        beside = columns_beside(Path(name), format, own) if own else repeat({})
        while batch := list(islice(conversations, AT_ONCE)):
            for conversation, prediction in zip(batch, self._labeler.predict(batch), strict=True):
                values = [{FILE: name, **each} for each in islice(beside, len(conversation))]
                columns = {column: [each[column] for each in values] for column in self.by}
                yield Labelled(prediction, name, columns)


def _format(name: str, format: str) -> str:
    return format if format != "auto" or name == STDIN else sniff(Path(name))


def about(name: Any, labeler: Labeler) -> dict[str, Any]:
    """Return the model's name and its training data, if known."""
    facts = getattr(labeler, "facts", None) or {}
    return {
        "name": str(name) if isinstance(name, str) else type(labeler).__name__,
        "corpora": list(facts.get("corpora", ())),
        "date": facts.get("date"),
    }
