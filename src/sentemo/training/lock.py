"""One trainer to a run folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sentemo.artifacts.atomic import cannot_write
from sentemo.errors import UsageError

try:
    import fcntl
except ImportError:  # Windows has no flock; there two trainers on one folder are the user's to avoid
    fcntl = None  # type: ignore[assignment]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; the system lets go when the process ends, however it ends."""
    with cannot_write(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "run.lock").open("w")
    with file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(
                    f"Another training is writing to {folder}", "Wait for it, or choose another --out"
                ) from None
        yield
