"""Bytes to numbered lines of text, with every failure as `BadInput` that names file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from sentemo.corpora.source import Source
from sentemo.errors import BadInput

MAX_LINE_BYTES = 64 * 2**20
"""A longer line is refused, so that a file without line ends can't fill the memory."""

Line = tuple[int, str]
"""A 1-based line number and the text of the line, its line end included."""

BOM = b"\xef\xbb\xbf"


@contextmanager
def open_binary(path: Source) -> Iterator[BinaryIO]:
    """Open a file or bytes for reading; raise `BadInput` where it is missing, a folder or not allowed."""
    try:
        stream = path.open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            f"Cannot open the file: {reason}", "Check the path and its permissions", path=str(path)
        ) from None
    with stream:
        yield stream


def read_lines(stream: IO[bytes], path: str | Source) -> Iterator[Line]:
    """Yield the numbered lines of a stream of UTF-8, with or without a byte order mark.

    Only a line feed ends a line, so that texts may hold other separators.
    """
    number = 0
    while raw := _next_line(stream, path, number + 1):
        number += 1
        try:
            yield number, (raw.removeprefix(BOM) if number == 1 else raw).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadInput(
                f"Not valid UTF-8 (byte {error.start + 1} of the line)",
                "Save it as UTF-8",
                path=str(path),
                line=number,
            ) from None


def _next_line(stream: IO[bytes], path: str | Source, number: int) -> bytes:
    try:
        raw = stream.readline(MAX_LINE_BYTES + 1)
    except OSError as error:
        raise BadInput(f"Reading failed: {error}", "Check the disk and the file", path=str(path), line=number) from None
    if len(raw) > MAX_LINE_BYTES:
        raise BadInput(f"A line above {MAX_LINE_BYTES:,} bytes", "Split it into lines", path=str(path), line=number)
    return raw


def file_lines(path: Source) -> Iterator[Line]:
    """Yield the numbered lines of a file or of bytes."""
    with open_binary(path) as stream:
        yield from read_lines(stream, path)


def bare(lines: Iterable[Line]) -> Iterator[Line]:
    """Drop the line ends."""
    return ((number, text.rstrip("\r\n")) for number, text in lines)
