"""One file out of a tar.gz, found by its name; nothing else in the archive touches the disk."""

from __future__ import annotations

import tarfile
import zlib
from pathlib import Path, PurePosixPath

from sentemo.errors import BadInput

MAX_BYTES = 256 * 2**20
"""An archive whose members are larger together is refused: those before the wanted one are unpacked to pass them."""

# Whatever tarfile and gzip raise for a damaged archive.
DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError)


def unpack(archive: Path, name: str, target: Path) -> None:
    """Write the member of that name, which must be a plain file, to a path of the caller's choice.

    Raises `BadInput` for an archive that is damaged, too large or without it.
    """
    try:
        data = _member(archive, PurePosixPath(name))
    except DAMAGED as error:
        raise BadInput(f"Damaged tar.gz: {error}", "Fetch it again", path=archive) from None
    target.write_bytes(data)


def _member(archive: Path, name: PurePosixPath) -> bytes:
    size = 0
    with tarfile.open(archive, "r:gz") as opened:
        for member in opened:
            size += member.size
            if size > MAX_BYTES:
                raise BadInput(f"The archive unpacks to over {MAX_BYTES:,} bytes", "Check the address", path=archive)
            stream = opened.extractfile(member) if member.isreg() and PurePosixPath(member.name) == name else None
            if stream is not None:
                return stream.read()
    raise BadInput(f"No {name} in the archive", "Check the address", path=archive)
