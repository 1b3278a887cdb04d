"""The files to label: found by patterns, counted and hashed, read one conversation at a time."""

from __future__ import annotations

import glob
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sentemo.bulk.folder import is_remote, open_storage, reached
from sentemo.bulk.parts import Failure
from sentemo.errors import BadInput, UsageError
from sentemo.formats.files import read_each
from sentemo.formats.sniff import EXTENSIONS, folder_format
from sentemo.types import Conversation


@dataclass(frozen=True, slots=True)
class Input:
    """A file, by its path or URL, or the folder of a Slack export or a ConvoKit corpus."""

    file: str
    format: str
    """The format; `auto` if only the content shows it."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation and its file."""

    file: str
    conversation: Conversation


Item = Talk | Failure


@dataclass(frozen=True, slots=True)
class Survey:
    """The contents of a file; an unfinished run resumes only if these haven't changed."""

    file: str
    format: str
    bytes: int
    sha256: str
    conversations: int
    turns: int
    failures: int


def find_inputs(patterns: Sequence[str], format: str = "auto") -> list[Input]:
    """Return the files of paths, URLs and patterns, each once, sorted by name.

    Raises `UsageError` for a pattern that no file matches, and for a folder that is not an export.
    """
    files: set[str] = set()
    for pattern in patterns:
        found = _matching(pattern, format)
        if not found:
            raise UsageError(f"No file matches {pattern}", "Check the path; quote patterns such as 'in/*.parquet'")
        files.update(found)
    for file in files:
        if not file.isprintable():
            raise UsageError(f"The name {file!r} has characters that can't be written", "Rename the file")
    return [Input(file, _format(file) if format == "auto" else format) for file in sorted(files)]


def _matching(pattern: str, format: str) -> list[str]:
    if is_remote(pattern):
        system, path = open_storage(pattern)
        with reached(pattern):
            return [system.unstrip_protocol(found) for found in system.glob(path) if system.isfile(found)]
    found = [pattern] if Path(pattern).exists() else glob.glob(pattern, recursive=True)  # noqa: PTH207 - kept as given
    for name in found:
        if format == "auto" and Path(name).is_dir() and folder_format(Path(name)) is None:
            raise UsageError(f"{name} is a folder", f"Name its files: '{name.rstrip('/')}/*.jsonl'")
        if Path(name).exists() and not (Path(name).is_file() or Path(name).is_dir()):
            raise UsageError(f"{name} is a pipe or a device, which can't be read twice", "Save it to a file first")
    return found


def _format(file: str) -> str:
    told = EXTENSIONS.get(PurePosixPath(file).suffix.lower(), "auto")
    return told if told in ("jsonl", "csv", "parquet") else "auto"  # for the others the content says more


def read_items(inputs: Iterable[Input]) -> Iterator[Item]:
    """Yield the conversations of the files, in order, with a failure in place of each that can't be read."""
    for source in inputs:
        with _local(source.file) as path:
            yield from _items(source, path)


def survey(source: Input, *, strict: bool = False) -> Survey:
    """Read a file once to count its turns and hash it; with `strict`, raise at the first failure."""
    conversations = turns = failures = 0
    with _local(source.file) as path:
        for item in _items(source, path):
            if isinstance(item, Failure):
                if strict:
                    raise item.error()
                failures += 1
            else:
                conversations += 1
                turns += len(item.conversation)
        size, digest = _digest(path)
    return Survey(source.file, source.format, size, digest, conversations, turns, failures)


def _items(source: Input, path: Path) -> Iterator[Item]:
    for attempt in read_each(path, source.format):
        if isinstance(attempt, BadInput):
            yield Failure.of(source.file, attempt)
        else:
            yield Talk(source.file, attempt)


def _digest(path: Path) -> tuple[int, str]:
    """Return size and SHA-256, for a folder those of all its files; nothing for a file that can't be read."""
    if path.is_dir():
        inside = sorted(each for each in path.rglob("*") if each.is_file())
        found = [(str(each.relative_to(path)), *_digest(each)) for each in inside]
        return sum(size for _, size, _ in found), hashlib.sha256(repr(found).encode()).hexdigest()
    try:
        with path.open("rb") as stream:
            return path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return 0, ""


@contextmanager
def _local(file: str) -> Iterator[Path]:
    """Yield the path of a file; one in object storage is copied to a temporary folder while it is read."""
    if not is_remote(file):
        yield Path(file)
        return
    system, path = open_storage(file)
    with tempfile.TemporaryDirectory(prefix="sentemo-") as folder:
        fetched = Path(folder) / PurePosixPath(path).name
        with reached(file):
            system.get_file(path, str(fetched))
        yield fetched


@dataclass(frozen=True, slots=True)
class Shard:
    """Consecutive conversations and failures of the input."""

    number: int
    items: tuple[Item, ...]


def shards(items: Iterable[Item], turns: int) -> Iterator[Shard]:
    """Split the input every `turns` turns, at the end of a conversation; a failure counts as a turn.

    The contents of a shard depend only on the input and on `turns`.
    """
    number = count = 0
    held: list[Item] = []
    for item in items:
        held.append(item)
        count += 1 if isinstance(item, Failure) else len(item.conversation)
        if count >= turns:
            yield Shard(number, tuple(held))
            number, count, held = number + 1, 0, []
    if held:
        yield Shard(number, tuple(held))
