"""Text files inside a zip, or inside a zip inside a zip, without extracting anything to disk."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from sentemo.errors import BadInput
from sentemo.formats.lines import Line, open_binary, read_lines
from sentemo.formats.reading import Source
from sentemo.formats.tree import Folder, Tree

MAX_ARCHIVE_BYTES = 256 * 2**20
"""A larger archive is rejected, because it is kept in memory."""

MAX_RATIO = 100
FREE_BYTES = 2**20
"""The most that an archive may unpack to, relative to its size and beyond a megabyte (chats compress to a twentieth,
zip bombs to a thousandth)."""

# Errors that zipfile may raise for a damaged, encrypted or oddly compressed archive.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # encrypted, or compressed in a way that zipfile does not know
    OSError,
    ValueError,
    KeyError,
    OverflowError,
)


class Archive(Tree):
    """A zip in memory, never unpacked to disk; every failure is a `BadInput` with the archive and the member."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._charged: set[str] = set()
        self._left = FREE_BYTES + MAX_RATIO * len(data)
        with self._refusing():
            self._zip = zipfile.ZipFile(BytesIO(data))

    @classmethod
    def of(cls, source: Source) -> Archive:
        """Read an archive from disk or from bytes."""
        with open_binary(source) as stream:
            return cls(str(source), _bounded(stream.read(MAX_ARCHIVE_BYTES + 1), str(source)))

    def inner(self, name: str) -> Archive | None:
        """Open the archive with that base name inside this one; None if there is none."""
        member = self.find(name)
        if member is None:
            return None
        with self._opened(member) as stream:
            data = stream.read(MAX_ARCHIVE_BYTES + 1)
        return Archive(self.place(member), _bounded(data, self.name))

    def names(self) -> list[str]:
        """List the members, without the shadow copies that macOS adds."""
        found = {each for each in self._zip.namelist() if not each.endswith("/")}
        return sorted(each for each in found if "__MACOSX" not in PurePosixPath(each).parts)

    def lines(self, name: str) -> Iterator[Line]:
        """Yield the numbered lines of a member, unpacking as it goes."""
        with self._opened(name) as stream:
            yield from read_lines(stream, self.place(name))

    def place(self, name: str) -> str:
        """Return the names of archive and member, escaped so that they can't control a terminal."""
        return f"{self.name}!{name if name.isprintable() else ascii(name)}"

    @contextmanager
    def _opened(self, member: str) -> Iterator[IO[bytes]]:
        """Open a member; `zipfile` unpacks no more of it than its declared size, so checking that is enough."""
        with self._refusing(member):
            self._left -= 0 if member in self._charged else self._zip.getinfo(member).file_size
            self._charged.add(member)
            if self._left < 0:
                raise BadInput(
                    f"The archive unpacks to more than {MAX_RATIO} times its size",
                    "Unpack it by hand, if you trust it",
                    path=self.place(member),
                )
            with self._zip.open(member) as stream:
                yield stream

    @contextmanager
    def _refusing(self, member: str = "") -> Iterator[None]:
        try:
            yield
        except DAMAGED as error:
            name = self.place(member) if member else self.name
            raise BadInput(f"Damaged zip: {error}", "Fetch it again or unpack it by hand", path=name) from None


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > MAX_ARCHIVE_BYTES:
        raise BadInput(f"An archive above {MAX_ARCHIVE_BYTES:,} bytes", "Unpack it by hand", path=name)
    return data


def is_zip(source: Source) -> bool:
    """Return whether a file starts with a zip signature."""
    with open_binary(source) as stream:
        return stream.read(4) in (b"PK\3\4", b"PK\5\6")


def open_tree(source: Source) -> Tree:
    """Open a folder or a zip."""
    return Folder(source) if isinstance(source, Path) and source.is_dir() else Archive.of(source)
