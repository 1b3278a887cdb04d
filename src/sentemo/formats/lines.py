"""Read bytes as numbered lines of text; every failure is a `BadInput` with file and line."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO, BinaryIO, TypeVar

from sentemo.errors import BadInput
from sentemo.formats.decoding import WINDOWS, as_text
from sentemo.formats.reading import Source
from sentemo.types import Conversation

MAX_LINE_BYTES = 64 * 2**20
"""A longer line is rejected, so that a file without line ends can't exhaust memory."""

Line = tuple[int, str]
"""A 1-based line number and the text of the line with its line end."""

BOM = b"\xef\xbb\xbf"


@contextmanager
def open_binary(path: Source) -> Iterator[BinaryIO]:
    """Open a file or bytes for reading; raise `BadInput` if it is missing, a folder or not permitted."""
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
    """Yield the numbered lines of a UTF-8 stream, with or without a byte order mark; also of UTF-16 and gzip.

    Only a line feed ends a line, so that texts may contain other separators; a file without line feeds may use CR. A
    line that can't be read raises `BadInput`, and the next call continues after it.
    """
    return _Lines(as_text(stream, str(path)), path)


class _Lines(Iterator[Line]):
    def __init__(self, stream: IO[bytes], path: str | Source) -> None:
        self._stream = stream
        self._path = path
        self._number = 0
        self._inside = False
        """Whether the last line was too long and its rest is still to be skipped."""

    def __next__(self) -> Line:
        raw = self._read()
        while self._inside and raw:
            self._inside = not raw.endswith(b"\n")
            raw = self._read()
        if not raw:
            raise StopIteration
        self._number += 1
        if len(raw) > MAX_LINE_BYTES:
            self._inside = not raw.endswith(b"\n")
            raise self._bad(f"A line above {MAX_LINE_BYTES:,} bytes", "Split it into lines")
        try:
            return self._number, (raw.removeprefix(BOM) if self._number == 1 else raw).decode("utf-8", WINDOWS)
        except UnicodeDecodeError as error:
            raise self._bad(f"Not valid UTF-8 (byte {error.start + 1} of the line)", "Save it as UTF-8") from None

    def _read(self) -> bytes:
        try:
            return self._stream.readline(MAX_LINE_BYTES + 1)
        except OSError as error:
            self._stream = BytesIO()  # treat a read error as the end of the stream
            self._number += 1
            raise self._bad(f"Reading failed: {error}", "Check the disk and the file") from None

    def _bad(self, cause: str, next_step: str) -> BadInput:
        return BadInput(cause, next_step, path=str(self._path), line=self._number)


def file_lines(path: Source) -> Generator[Line, None, None]:
    """Yield the numbered lines of a file or of bytes."""
    with open_binary(path) as stream:
        yield from read_lines(stream, path)


def bare(lines: Iterable[Line]) -> Iterator[Line]:
    """Drop the line ends."""
    return map(_bare, lines)  # continues after a line that raises, which a generator couldn't


def _bare(line: Line) -> Line:
    return line[0], line[1].rstrip("\r\n")


Item = TypeVar("Item")
Attempt = Conversation | BadInput
"""A conversation, or the error in its place."""


def attempts(items: Iterator[Item], make: Callable[[Item], Conversation]) -> Iterator[Attempt]:
    """Make a conversation from each item; yield the error in place of one that can't be read or made, and continue.

    If getting an item raises `BadInput`, the iterator must be able to continue, which a generator can't.
    """
    attempt: Attempt
    while True:
        try:
            attempt = make(next(items))
        except StopIteration:
            return
        except BadInput as error:
            attempt = error.with_traceback(None)  # which would hold this frame, and with it the open file
        yield attempt


def strictly(attempts: Iterable[Attempt]) -> Iterator[Conversation]:
    """Yield conversations; raise the first error."""
    for attempt in attempts:
        if isinstance(attempt, BadInput):
            raise attempt
        yield attempt
