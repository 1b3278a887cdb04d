"""The description of a published corpus: labels, splits, licence, published counts and reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

from sentemo.errors import BadInput, UsageError
from sentemo.types import Conversation, LabelSet

SPLITS = ("train", "validation", "test")
ALIASES = {"dev": "validation", "val": "validation", "valid": "validation"}

Reader = Callable[[Path, str], Iterator[Conversation]]


class SplitNotFound(BadInput):
    """The requested split was not found in the given folder."""

    def __init__(self, corpus: str, split: str, path: Path, expected: str) -> None:
        found = "no such file or folder" if not path.exists() else f"no {corpus} {split} split there"
        super().__init__(found[0].upper() + found[1:], f"Give {expected}", path=path)


@dataclass(frozen=True, slots=True)
class SplitCounts:
    """Published sizes of one split; None if a figure is not known for certain."""

    dialogues: int | None = None
    """Number of conversations."""
    utterances: int | None = None
    """Number of turns, labelled or not."""
    labels: Mapping[str, int] | None = None
    """Number of turns of each label; a turn with several labels counts for each."""
    edition: str = ""
    """The release that the figures describe, if a corpus has several."""


@dataclass(frozen=True, slots=True)
class Overall:
    """Published figures over all splits of a corpus."""

    dialogues: int
    """Number of conversations."""
    max_turns: int | None = None
    """Turns of the longest conversation."""
    mean_turns: float | None = None
    """Mean number of turns, as rounded by its source."""


@dataclass(frozen=True)
class Corpus:
    """A published corpus, in any of its published layouts."""

    name: str
    """The short name in commands and ids."""
    title: str
    """The name as written by its authors."""
    labels: LabelSet
    """All labels in fixed order, with the neutral one named."""
    licence: str
    """The licence of the data."""
    citation: str
    """The publication to cite."""
    homepage: str
    """The corpus's web page."""
    published: Mapping[str, tuple[SplitCounts, ...]]
    """Counts per split, one entry for each edition in use."""
    reader: Reader
    """The generator that reads one split."""
    overall: Overall | None = None
    """Figures over all splits, if published."""
    language: str = "English"
    """The language of the conversations."""
    splits: tuple[str, ...] = SPLITS
    """Canonical split names."""
    several: Literal["none", "all", "votes"] = "none"
    """The meaning of several labels of a turn: there are none, all apply, or each is one annotator's."""

    def split(self, name: str) -> str:
        """Return the canonical name of a split; raise `UsageError` for an unknown one."""
        canonical = ALIASES.get(name, name)
        if canonical not in self.splits:
            raise UsageError(
                f"{self.name} has no split {name!r}",
                f"Use one of: {', '.join(self.splits)} (dev = validation)",
            )
        return canonical

    def iter(self, path: str | PathLike[str], split: str) -> Iterator[Conversation]:
        """Yield the conversations of a split from a folder or file; only that split needs to be there.

        Raises `BadInput` with file and line for unreadable data, and `SplitNotFound` if the split is missing.
        """
        return self.reader(Path(path), self.split(split))

    def read(self, path: str | PathLike[str], split: str) -> list[Conversation]:
        """Read a whole split; counts other than the published ones are fine (see `check` for those)."""
        return list(self.iter(path, split))

    def present(self, path: str | PathLike[str]) -> tuple[str, ...]:
        """Return the splits found in the given folder, readable or damaged."""
        return tuple(split for split in self.splits if self._lies_in(Path(path), split))

    def _lies_in(self, path: Path, split: str) -> bool:
        try:
            next(self.reader(path, split), None)
        except SplitNotFound:
            return False
        except BadInput:
            return True
        return True
