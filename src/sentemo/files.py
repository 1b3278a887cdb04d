"""Files and folders that are there whole or not at all, one writer to a folder, and what a file's bytes add up to."""

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
except ImportError:  # Windows has no flock; there two on one folder are the user's to avoid
    fcntl = None  # type: ignore[assignment]

LOCK = "run.lock"
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # as Linux numbers them


def sync(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _allowed(mode: int) -> int:
    """Take from a mode what the user's umask takes, as the system does for files that it makes itself."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mode & ~mask


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file in one step; on any failure the old one stays."""
    write_chunks(path, [content])


def write_chunks(path: Path, chunks: Iterable[bytes]) -> None:
    """As `write_bytes`, holding one chunk in memory."""
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
    """Give an empty folder beside `target` and put it in its place when the block ends well.

    A folder that was there before changes places with the new one in one step and is removed last, so that a kill at
    any moment leaves the old one or the new one whole.
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
    """Let two folders change places in one step; False where the system or its file system can't."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return bool(rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0)


@contextmanager
def cannot_write(path: Path) -> Iterator[None]:
    """Turn a full disk or a read-only folder into one sentence."""
    try:
        yield
    except OSError as error:
        raise SentemoError(
            f"{path} can't be written ({error.strerror or error})", "Free some space or choose another folder"
        ) from error


@contextmanager
def locked(folder: Path, work: str = "training") -> Iterator[None]:
    """Hold the folder for this process; the system lets go when the process ends, however it ends."""
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
