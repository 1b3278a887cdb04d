"""Text files inside a zip, or inside a zip inside a zip, without extracting anything to disk."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath

from sentemo.corpora.lines import Line, open_binary, read_lines
from sentemo.errors import BadInput

MAX_ARCHIVE_BYTES = 256 * 2**20
"""A larger archive is refused: it is held in memory."""

# Whatever zipfile raises for a damaged, encrypted or oddly compressed archive.
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


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip held in memory; every failure is `BadInput` naming the archive and the member."""

    name: str
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, path: Path) -> Archive:
        """Read an archive from disk."""
        with open_binary(path) as stream:
            return cls(str(path), _bounded(stream.read(MAX_ARCHIVE_BYTES + 1), str(path)))

    def inner(self, name: str) -> Archive | None:
        """Open the archive of that base name that lies in this one; None where there is none."""
        member = self.find(name)
        if member is None:
            return None
        with (
            self._refusing(member),
            zipfile.ZipFile(BytesIO(self.data)) as archive,
            archive.open(member) as stream,
        ):
            data = stream.read(MAX_ARCHIVE_BYTES + 1)
        return Archive(f"{self.name}!{member}", _bounded(data, self.name))

    def find(self, name: str) -> str | None:
        """Find a member by base name, but for the shadow copies that a Mac puts beside it."""
        with self._refusing(), zipfile.ZipFile(BytesIO(self.data)) as archive:
            members = archive.namelist()
        paths = ((each, PurePosixPath(each)) for each in members)
        return next((each for each, path in paths if path.name == name and "__MACOSX" not in path.parts), None)

    def lines(self, member: str) -> Iterator[Line]:
        """Yield the numbered lines of a member, unpacking as it goes."""
        with (
            self._refusing(member),
            zipfile.ZipFile(BytesIO(self.data)) as archive,
            archive.open(member) as stream,
        ):
            yield from read_lines(stream, f"{self.name}!{member}")

    @contextmanager
    def _refusing(self, member: str = "") -> Iterator[None]:
        try:
            yield
        except DAMAGED as error:
            name = f"{self.name}!{member}" if member else self.name
            raise BadInput(f"Damaged zip: {error}", "Fetch it again or unpack it by hand", path=name) from None


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > MAX_ARCHIVE_BYTES:
        raise BadInput(f"An archive above {MAX_ARCHIVE_BYTES:,} bytes", "Unpack it by hand", path=name)
    return data
