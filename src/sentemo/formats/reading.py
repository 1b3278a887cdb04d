"""Where conversations are read from, how to read them, and what was noticed while reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO, Literal

from sentemo.errors import UsageError

NOTICES = "notices of the app"
WORDLESS = "messages without words: pictures, calls, deleted ones"
BOTS = "messages of bots"
"""Parts of chat exports that are not part of the conversations."""


@dataclass(slots=True)
class Reading:
    """What the user specifies about a file before reading, and what the reader reports about it."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """A table's columns by role (text, speaker, conversation, label, time, id), as named by the user."""
    kind: str = ""
    """A description of the file: "WhatsApp on Android"."""
    columns_taken: Mapping[str, str] = field(default_factory=dict)
    """The columns that were used, by role; empty if the file is not a table."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How many of each kind of thing were left out: "notices", "empty cells"."""
    remarks: list[str] = field(default_factory=list)
    """Remarks for the user, as sentences."""

    def leave_out(self, what: str, count: int = 1) -> None:
        """Count something that was left out of the conversations."""
        if count:
            self.left_out[what] += count

    def remark(self, sentence: str) -> None:
        """Add a remark, once."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)


def as_columns(text: str) -> dict[str, str]:
    """Parse a user's specification of a table's columns: `text=body,speaker=agent`."""
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        what, equals, name = part.partition("=")
        if not equals or not name or what in found:
            raise UsageError(f"{part!r} is not WHAT=COLUMN", "Write text=body,speaker=agent, each once")
        found[what.strip()] = name.strip()
    return found


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that readers accept like a file, with the part of the `Path` interface that they need."""

    data: bytes = field(repr=False)
    name: str = ""
    """The name in messages and ids; its extension determines the format."""

    @property
    def stem(self) -> str:
        """The name without its extension, "input" if there is none."""
        return PurePath(self.name).stem or "input"

    @property
    def suffix(self) -> str:
        """The extension with its dot."""
        return PurePath(self.name).suffix

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """Return a stream over the bytes."""
        return BytesIO(self.data)

    def __str__(self) -> str:
        return self.name or "input"


Source = Path | Blob


PACKED = ".gz"


def stem_of(source: Source) -> str:
    """Return the name without its extension, for ids; bytes that are not UTF-8 become question marks."""
    stem = PurePath(source.stem).stem if source.suffix.lower() == PACKED else source.stem
    return stem.encode("utf-8", "replace").decode()


def extension_of(source: Source) -> str:
    """Return the extension in lower case, with its dot; for a compressed file, that of its content."""
    suffix = source.suffix.lower()
    return PurePath(source.stem).suffix.lower() if suffix == PACKED else suffix
