"""Read JSON of any size, one value at a time or whole; every failure is a `BadInput`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from sentemo.errors import BadInput
from sentemo.formats.decoding import as_text
from sentemo.formats.lines import open_binary
from sentemo.formats.reading import Source
from sentemo.formats.turns import Place

CHUNK_CHARACTERS = 2**20
MAX_VALUE = 128 * 2**20
"""The most characters of a value that is loaded whole."""
STEP = "Export it again, or check it with a JSON validator"
_SPACE = " \t\r\n"
_UNFINISHED = 16
"""An error this close to the end of the text read so far may only mean that more must be read."""


class JsonStream:
    """A position in a JSON text. The next value can be loaded, entered or skipped."""

    def __init__(self, stream: IO[bytes], path: str) -> None:
        self._stream, self._path = stream, path
        self._decoder = json.JSONDecoder(object_pairs_hook=without_repeats)
        self._bytes = b""
        self._text, self._at = "", 0
        self._line, self._counted = 1, 0
        """The line of a place in the text."""
        self._ended = False

    def _more(self, least: int = CHUNK_CHARACTERS) -> bool:
        """Read more text; False at the end of the file."""
        if self._ended:
            return False
        chunk = self._stream.read(least)
        self._ended = not chunk
        data = self._bytes + chunk
        cut = len(data) if self._ended else _whole(data)
        try:
            text = data[:cut].decode("utf-8")
        except UnicodeDecodeError as error:
            line = self.line_at(len(self._text)) + data[: error.start].count(b"\n")
            raise BadInput("Not valid UTF-8", "Save it as UTF-8", path=self._path, line=line) from None
        self._bytes = data[cut:]
        self._line = self.line_at(self._at)
        self._text, self._at, self._counted = self._text[self._at :] + text, 0, 0
        return True

    def line_at(self, place: int) -> int:
        """Return the line of a position in the buffered text."""
        if place >= self._counted:
            self._line += self._text.count("\n", self._counted, place)
            self._counted = place
        return self._line

    @property
    def line(self) -> int:
        """The current line, from 1."""
        return self.line_at(self._at)

    @property
    def place(self) -> Place:
        """The current place, for messages."""
        return Place(self._path, self.line)

    def refuse(self, cause: str) -> BadInput:
        """Return an error for the current place."""
        return BadInput(f"Not JSON: {cause}", STEP, path=self._path, line=self.line)

    def peek(self) -> str:
        """Return the next non-space character, "" at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Consume the expected character."""
        if self.peek() != expected:
            found = repr(self.peek()) if self.peek() else "the end of the file"
            raise self.refuse(f"{found} in place of {expected!r}")
        self._at += 1

    def load(self) -> object:
        """Return the whole next value."""
        self.peek()
        size = CHUNK_CHARACTERS
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _UNFINISHED
                if not cut or not self._more(size):
                    raise self._broken(error) from None
            except (ValueError, RecursionError) as error:
                message = f"JSON that cannot be used: {error}"
                raise BadInput(message, STEP, path=self._path, line=self.line) from None
            else:
                if end < len(self._text) or not self._more(size):
                    self._at = end
                    return value
            size *= 2
            if len(self._text) > MAX_VALUE:
                raise BadInput(f"A value above {MAX_VALUE:,} characters", "Split it", path=self._path, line=self.line)

    def _broken(self, error: json.JSONDecodeError) -> BadInput:
        return BadInput(f"Not JSON: {error.msg}", STEP, path=self._path, line=self.line_at(error.pos))

    def items(self) -> Iterator[str]:
        """Enter an array; after each step, which yields a dummy, the next item can be read."""
        yield from self._parts("[", "]", named=False)

    def members(self) -> Iterator[str]:
        """Enter an object; yield each key, after which its value can be read."""
        yield from self._parts("{", "}", named=True)

    def _parts(self, opening: str, closing: str, *, named: bool) -> Iterator[str]:
        self.take(opening)
        if self.peek() == closing:
            self._at += 1
            return
        while True:
            key = ""
            if named:
                if self.peek() != '"':
                    raise self.refuse("a key without quotes")
                key = str(self.load())
                self.take(":")
            yield key
            if self.peek() == closing:
                self._at += 1
                return
            self.take(",")


def _whole(data: bytes) -> int:
    """Return the number of bytes that form complete characters."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            needs = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if needs > back else len(data)
        if byte < 0x80:
            break
    return len(data)


@contextmanager
def open_json(source: Source) -> Iterator[JsonStream]:
    """Open a file's JSON."""
    with open_binary(source) as binary:
        stream = as_text(binary, str(source))
        if stream.peek(3)[:3] == b"\xef\xbb\xbf":  # type: ignore[attr-defined]
            stream.read(3)
        yield JsonStream(stream, str(source))


def load_object(text: str, place: Place) -> Mapping[str, object]:
    """Parse the JSON object of a line."""
    value = load_json(text, place, "Write one flat JSON object a line")
    if not isinstance(value, dict):
        place.refuse("Not a JSON object", 'Write {"turns": [{"speaker": "Ann", "text": "Hello"}]}')
    return value


def load_json(text: str, place: Place, next_step: str) -> object:
    """Parse JSON; an error gives the place's line, or the line within the text if the place is a whole file."""
    try:
        value: object = json.loads(text, object_pairs_hook=without_repeats)
    except json.JSONDecodeError as error:
        where = Place(place.path, place.line or error.lineno)
        where.refuse(f"Not JSON: {error.msg} at character {error.colno}", next_step)
    except (ValueError, RecursionError) as error:  # a repeated key, a number of thousands of digits, deep nesting
        place.refuse(f"JSON that cannot be used: {error}", next_step)
    return value


def without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object names a key twice")
    return value
