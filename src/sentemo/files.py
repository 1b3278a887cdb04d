"""Atomic writing of files and folders, folder locks, and file hashes."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sentemo.errors import SentemoError, UsageError

try:
    import fcntl
except ImportError:  # Windows has no flock; users must avoid two writers on one folder there
    fcntl = None  # type: ignore[assignment]

LOCK = "run.lock"
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # as Linux numbers them


def sync(path: Path) -> None:
    """Flush a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _allowed(mode: int) -> int:
    """Apply the user's umask to a mode, as the system does for new files."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mode & ~mask


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file atomically; on any failure the old one is kept."""
    write_chunks(path, [content])


def write_chunks(path: Path, chunks: Iterable[bytes]) -> None:
    """Write chunks as `write_bytes` does, with only one of them in memory."""
    with cannot_write(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        staged = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(chunks)
                file.flush()
                os.fsync(file.fileno())
            staged.chmod(_allowed(0o644))
            staged.replace(path)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
        sync(path.parent)


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder next to `target`, and move it to `target` if the block succeeds.

    An existing folder is swapped with the new one in one step and then removed, so that a kill at any moment leaves
    either the old or the new folder complete.
    """
    target = Path(os.path.realpath(target)) if target.is_symlink() else target
    with cannot_write(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{target.name}.new-", dir=target.parent))
        try:
            yield staged
            staged.chmod(_allowed(0o755))
            for path in (staged, *staged.rglob("*")):
                sync(path)
            _swap(staged, target)
            sync(target.parent)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise


def _swap(staged: Path, target: Path) -> None:
    if not target.exists():
        staged.rename(target)
        return
    if not _exchange(staged, target):  # two steps then: a kill between them leaves the old folder under another name
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.old-", dir=target.parent))
        target.rename(aside)
        try:
            staged.rename(target)
        except BaseException:
            aside.rename(target)
            raise
        staged = aside
    shutil.rmtree(staged, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; return False if the system or its file system can't."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return bool(rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0)


@contextmanager
def cannot_write(path: Path) -> Iterator[None]:
    """Turn errors such as a full disk or a read-only folder into a one-sentence error."""
    try:
        yield
    except OSError as error:
        raise SentemoError(
            f"{path} can't be written ({error.strerror or error})", "Free some space or choose another folder"
        ) from error


@contextmanager
def locked(folder: Path, work: str = "training") -> Iterator[None]:
    """Lock the folder for this process; the system releases the lock however the process ends."""
    with cannot_write(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("w")
    with file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(
                    f"Another {work} is writing to {folder}", "Wait for it, or choose another --out"
                ) from None
        yield


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
