"""A set of named files: a folder, or the files of a zip."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sentemo.errors import BadInput
from sentemo.formats.lines import Line, file_lines

MAX_TEXT = 256 * 2**20
"""The most characters of a file that is read whole."""


class Tree(ABC):
    """Files by name, read in place."""

    name: str
    """Its name in messages."""

    @abstractmethod
    def names(self) -> list[str]:
        """List the files, sorted, with `/` between folders."""

    @abstractmethod
    def lines(self, name: str) -> Iterator[Line]:
        """Yield the numbered lines of a file; raise `BadInput` with file and line."""

    @abstractmethod
    def place(self, name: str) -> str:
        """Return a file's name for messages."""

    def text(self, name: str) -> str:
        """Return the whole text of a file; raise `BadInput` if it is too large for memory."""
        lines, left = [], MAX_TEXT
        for number, line in self.lines(name):
            lines.append(line)
            left -= len(line)
            if left < 0:
                cause = f"A file above {MAX_TEXT:,} characters"
                raise BadInput(cause, "Leave it out", path=self.place(name), line=number)
        return "".join(lines)

    def find(self, base: str) -> str | None:
        """Find a file by its base name; of several, the least nested one."""
        found = [name for name in self.names() if PurePosixPath(name).name == base]
        return min(found, key=lambda name: name.count("/"), default=None)


class Folder(Tree):
    """A folder on disk: its files, those one level below, and those of an Enterprise Grid, which are deeper."""

    PATTERNS = ("*", "*/*", "teams/*/*/*")

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)

    def names(self) -> list[str]:
        """List the files, sorted."""
        try:
            found = [each for pattern in self.PATTERNS for each in self.path.glob(pattern) if each.is_file()]
        except OSError as error:
            reason = f"Cannot list the folder: {error.strerror}"
            raise BadInput(reason, "Check its permissions", path=self.path) from None
        return sorted(each.relative_to(self.path).as_posix() for each in found)

    def lines(self, name: str) -> Iterator[Line]:
        """Yield the numbered lines of a file."""
        return file_lines(self.path / name)

    def place(self, name: str) -> str:
        """Return a file's path."""
        return str(self.path / name)
