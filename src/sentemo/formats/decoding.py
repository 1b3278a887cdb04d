"""Decode text to UTF-8 with line feeds: gzip, UTF-16 with a byte order mark, lines that end in CR."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from typing import IO, BinaryIO, cast

from sentemo.errors import BadInput

HEAD_BYTES = 64 * 1024
CHUNK_BYTES = 256 * 1024
MAX_RATIO = 200
FREE_BYTES = 16 * 2**20
"""The most that a compressed file may unpack to, relative to its size and beyond 16 MB (texts compress to a tenth,
zip bombs to a thousandth)."""
MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


C1 = {byte: text for byte in range(0x80, 0xA0) if (text := bytes([byte]).decode("cp1252", "ignore"))}
"""Windows' quotes and dashes: what cp1252 means by the bytes that are control characters in Latin-1."""
WINDOWS = "sentemo-windows"
"""For `bytes.decode("utf-8", WINDOWS)`: reads these bytes as cp1252 and rejects all others that are not UTF-8."""


def _of_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError) or error.object[error.start] not in C1:
        raise error
    return C1[error.object[error.start]], error.start + 1


codecs.register_error(WINDOWS, _of_windows)


def as_text(stream: IO[bytes], path: str) -> BinaryIO:
    """Return a stream of the text in UTF-8; bytes that can't be decoded are left for the line reader to reject."""
    buffered = _peekable(stream)
    if buffered.peek(2)[:2] == b"\x1f\x8b":
        buffered = io.BufferedReader(_Unpacked(buffered, path), HEAD_BYTES)
    head = buffered.peek(HEAD_BYTES)[:HEAD_BYTES]
    encoding = MARKS.get(head[:2])
    if encoding:
        return io.BufferedReader(_Decoded(buffered, encoding), HEAD_BYTES)
    if b"\r" in head and b"\n" not in head:
        return io.BufferedReader(_Decoded(buffered, None), HEAD_BYTES)
    return buffered


def _peekable(stream: IO[bytes]) -> io.BufferedReader:
    if isinstance(stream, io.BufferedReader):
        return stream
    raw = stream if isinstance(stream, io.RawIOBase) else _Raw(stream)
    return io.BufferedReader(raw, HEAD_BYTES)


class _Raw(io.RawIOBase):
    """Base class of raw streams, to be buffered."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = self.more()
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def more(self) -> bytes:
        """Return the next bytes, b"" at the end."""
        return self._stream.read(CHUNK_BYTES)


class _Counted:
    """Count bytes as they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self.count += len(chunk)
        return chunk


class _Unpacked(_Raw):
    """A gzip file's content, within bounds."""

    def __init__(self, stream: IO[bytes], path: str) -> None:
        self._packed = _Counted(stream)
        super().__init__(cast(IO[bytes], gzip.GzipFile(fileobj=cast(IO[bytes], self._packed), mode="rb")))
        self._path = path
        self._bytes = 0

    def more(self) -> bytes:
        try:
            chunk = super().more()
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadInput(f"Damaged gzip: {error}", "Compress or fetch it again", path=self._path, line=1) from None
        self._bytes += len(chunk)
        if self._bytes > FREE_BYTES + MAX_RATIO * self._packed.count:
            cause = f"The file unpacks to more than {MAX_RATIO} times its size"
            raise BadInput(cause, "Unpack it by hand, if you trust it", path=self._path, line=1)
        return chunk


class _Decoded(_Raw):
    """Convert UTF-16, or text with CR line ends, to UTF-8; what isn't Unicode becomes invalid UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str | None) -> None:
        super().__init__(stream)
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass") if encoding else None
        self._ended = False

    def more(self) -> bytes:
        while not self._ended:
            chunk = super().more()
            self._ended = not chunk
            if found := self._utf8(chunk):
                return found
        return b""

    def _utf8(self, chunk: bytes) -> bytes:
        if self._decoder is None:
            return chunk.replace(b"\r", b"\n")
        try:
            text = self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            return b"\xff"  # half a character at the end of the file
        return text.replace("\r\n", "\n").encode("utf-8", "surrogatepass")
