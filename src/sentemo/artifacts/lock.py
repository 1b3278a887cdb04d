"""One process that writes to a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sentemo.artifacts.atomic import cannot_write
from sentemo.errors import UsageError

try:
    import fcntl
except ImportError:  # Windows has no flock; there two on one folder are the user's to avoid
    fcntl = None  # type: ignore[assignment]

LOCK = "run.lock"


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
