"""Where conversations are read from, how they are to be read, and what was noticed while they were."""

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
"""What exports of chats hold and conversations don't."""


@dataclass(slots=True)
class Reading:
    """What a user says about a file before it is read, and what a reader has to say about it."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """A table's columns by what they hold (text, speaker, conversation, label, time, id), where a user names them."""
    kind: str = ""
    """What the file is, in words: "WhatsApp on Android"."""
    columns_taken: Mapping[str, str] = field(default_factory=dict)
    """The columns that were taken, by what they hold; empty where the file is no table."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How many of each kind of thing were left out: "notices", "empty cells"."""
    remarks: list[str] = field(default_factory=list)
    """Sentences that a user should read."""

    def leave_out(self, what: str, count: int = 1) -> None:
        """Count something that is not in the conversations."""
        if count:
            self.left_out[what] += count

    def remark(self, sentence: str) -> None:
        """Keep a sentence, once."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)


def as_columns(text: str) -> dict[str, str]:
    """Read what a user says of a table's columns: `text=body,speaker=agent`."""
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        what, equals, name = part.partition("=")
        if not equals or not name or what in found:
            raise UsageError(f"{part!r} is not WHAT=COLUMN", "Write text=body,speaker=agent, each once")
        found[what.strip()] = name.strip()
    return found


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that readers take like a file: it can what they ask of a `Path`."""

    data: bytes = field(repr=False)
    name: str = ""
    """What it is called in messages and ids; its extension tells the format."""

    @property
    def stem(self) -> str:
        """The name without its extension, "input" where there is none."""
        return PurePath(self.name).stem or "input"

    @property
    def suffix(self) -> str:
        """The extension with its dot."""
        return PurePath(self.name).suffix

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """Give a stream over the bytes."""
        return BytesIO(self.data)

    def __str__(self) -> str:
        return self.name or "input"


Source = Path | Blob


PACKED = ".gz"


def stem_of(source: Source) -> str:
    """Return the name without its extension, for ids; bytes of it that are no UTF-8 become question marks."""
    stem = PurePath(source.stem).stem if source.suffix.lower() == PACKED else source.stem
    return stem.encode("utf-8", "replace").decode()


def extension_of(source: Source) -> str:
    """Return the extension in small letters, with its dot; of a compressed file, that of what is in it."""
    suffix = source.suffix.lower()
    return PurePath(source.stem).suffix.lower() if suffix == PACKED else suffix
