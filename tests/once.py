"""Folders that take seconds to make, made once for all processes of a run (`pytest -n`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

PLACE = Path("unset")
"""Where they are; `conftest.py` sets it."""


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that `make` makes where no process has yet; tests only read it."""
    folder, made = PLACE / name, PLACE / f"{name}.made"
    with FileLock(PLACE / f"{name}.lock"):
        if not made.exists():
            make(folder)
            made.touch()
    return folder
