"""Shared helpers of the readers of published tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sentemo.errors import BadInput
from sentemo.formats.table import Row
from sentemo.formats.turns import Place
from sentemo.types import LabelSet


def find(path: Path, name: str, folders: Sequence[str]) -> Path | None:
    """Find a file by its published name in a folder or some of its subfolders, or as the path itself."""
    if path.name == name and path.is_file():
        return path
    return next((path / folder / name for folder in folders if (path / folder / name).is_file()), None)


def need_columns(header: Sequence[str], names: Sequence[str], file: Path) -> None:
    """Check that a header has each of the named columns exactly once."""
    for name in names:
        if list(header).count(name) != 1:
            raise BadInput(
                f"The header has {list(header).count(name)} columns {name!r}, not 1",
                "Fetch the file again",
                path=file,
                line=1,
            )


def grouped(rows: Iterable[Row], columns: Sequence[str]) -> dict[tuple[str, ...], list[Row]]:
    """Group rows by some columns, in order of first appearance.

    The published files have about ten thousand rows, so all of them fit in memory.
    """
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(str(row[1][name]) for name in columns), []).append(row)
    return groups


def whole_number(value: object, place: Place) -> int:
    """Parse a number that orders turns."""
    try:
        return int(str(value))
    except ValueError:
        place.refuse(f"{str(value)[:20]!r} is not a whole number", "Fetch the file again")


def known_label(value: object, labels: LabelSet, place: Place) -> str:
    """Check a label, ignoring case, against the corpus's labels."""
    name = str(value).strip().lower()
    if name not in labels.names:
        place.refuse(f"Unknown label {name[:40]!r}", f"Use one of: {', '.join(labels.names)}")
    return name


def label_of(id: str, labels: LabelSet, place: Place, first: int = 0) -> str:
    """Return the label of a published id; the labels of the set are numbered from `first`."""
    numbered = {str(number): name for number, name in enumerate(labels.names, first)}
    if id not in numbered:
        place.refuse(f"{id[:20]!r} is not a label id", f"Use numbers from {first} to {first + len(labels) - 1}")
    return numbered[id]


def all_that_apply(names: Iterable[str]) -> tuple[str | None, tuple[str, ...]]:
    """Return the labels of a turn as its `label`, if there is one, and as its `labels`, if there are several."""
    distinct = tuple(dict.fromkeys(names))
    return (distinct[0], ()) if len(distinct) == 1 else (None, distinct)
