"""Where conversations are read from: a file on disk, or bytes that came some other way."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO, Literal


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
