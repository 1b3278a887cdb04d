"""The output folder: a local one, or one in object storage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sentemo.errors import MissingExtra, SentemoError, UsageError
from sentemo.files import LOCK, cannot_write, locked, write_chunks


def is_remote(name: str) -> bool:
    """Return whether a name is a URL and not a local path."""
    return "://" in name


def open_storage(address: str) -> tuple[Any, str]:
    """Return the file system of a URL and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingExtra("fsspec, which reaches object storage,", "bulk") from error
    try:
        system, path = url_to_fs(address)
    except ImportError as error:  # fsspec names the package that this kind of storage needs
        raise UsageError(f"{address} can't be reached: {error}", "Install the package that it names") from error
    except ValueError as error:
        raise UsageError(f"{address} can't be reached: {error}", "Write s3://bucket/name or a path") from error
    return system, path


@contextmanager
def reached(address: str) -> Iterator[None]:
    """Turn any error of a storage into one sentence."""
    try:
        yield
    except SentemoError:
        raise
    except Exception as error:  # each kind of storage has its own exceptions
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise SentemoError(
            f"{address} can't be read or written ({reason})", "Check the address, the permissions and the network"
        ) from error


class Folder(Protocol):
    """Files by name, each of which is complete or absent."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lock the folder for this run."""
        ...

    def write(self, name: str, chunks: Iterable[bytes]) -> None: ...

    def read(self, name: str) -> bytes | None:
        """Return a file's content, None if it doesn't exist."""
        ...

    def names(self, below: str = "") -> list[str]:
        """List the files in a folder below this one, sorted."""
        ...


def open_folder(place: str) -> Folder:
    """Return the folder for a path or a URL."""
    return _Remote(place) if is_remote(place) else _Local(Path(place))


class _Local:
    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        with locked(self._path, "run of `sentemo label`"):
            for kind in (".part-*.*", ".*.json.*", ".*.jsonl.*"):  # left by a run that was killed while writing
                for left in self._path.rglob(kind):
                    left.unlink(missing_ok=True)
            yield

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        path = self._path / name
        with cannot_write(path):
            path.parent.mkdir(exist_ok=True)
        write_chunks(path, chunks)

    def read(self, name: str) -> bytes | None:
        with cannot_write(self._path / name):
            try:
                return (self._path / name).read_bytes()
            except FileNotFoundError:
                return None

    def names(self, below: str = "") -> list[str]:
        folder = self._path / below
        return sorted(path.name for path in folder.iterdir() if path.name != LOCK) if folder.is_dir() else []


class _Remote:
    """A folder in object storage, which writes files atomically but has no lock: users must avoid concurrent runs."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._system, self._root = open_storage(self._address)

    @contextmanager
    def held(self) -> Iterator[None]:
        with reached(self._address):
            self._system.makedirs(self._root, exist_ok=True)
        yield

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        path = f"{self._root}/{name}"
        with reached(self._address):
            self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._system.pipe_file(path, b"".join(chunks))

    def read(self, name: str) -> bytes | None:
        with reached(self._address):
            try:
                return bytes(self._system.cat_file(f"{self._root}/{name}"))
            except FileNotFoundError:
                return None

    def names(self, below: str = "") -> list[str]:
        with reached(self._address):
            self._system.invalidate_cache()
            try:
                found = self._system.ls(f"{self._root}/{below}", detail=False)
            except FileNotFoundError:
                return []
        return sorted(path.rpartition("/")[2] for path in found)
