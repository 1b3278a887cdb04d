"""Results that are kept one by one, so that a stop loses none that was there."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sentemo.files import write_bytes

Value = dict[str, Any]


class Cells:
    """A folder with a JSON file for each result; what decides a result is its key."""

    def __init__(self, folder: Path, again: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.again = folder, again
        self._made: set[Path] = set()

    def get(self, key: Mapping[str, Any]) -> Value | None:
        """Return a result that is there: its value, and under `made` when and where it was made."""
        path = self._path(key)
        if self.again and path not in self._made:
            return None
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            return {**record["value"], "made": record["made"]} if record["key"] == json.loads(text(key)) else None
        except (OSError, ValueError, KeyError, TypeError):  # not there, or damaged: it is computed again
            return None

    def value(self, key: Mapping[str, Any], make: Callable[[], Value]) -> Value:
        """Return a result, and make it where it isn't there."""
        found = self.get(key)
        if found is None:
            start = time.monotonic()
            value = make()
            made = circumstances() | {"seconds": round(time.monotonic() - start, 1)}
            record = {"key": key, "made": made, "value": value}
            path = self._path(key)
            write_bytes(path, (json.dumps(record, indent=1) + "\n").encode())
            self._made.add(path)
            found = {**value, "made": made}
        return found

    def _path(self, key: Mapping[str, Any]) -> Path:
        return self.folder / f"{key['part']}-{digest(key)}.json"


def text(key: Mapping[str, Any]) -> str:
    """Write a key, the same for the same content."""
    return json.dumps(key, sort_keys=True)


def digest(key: Mapping[str, Any]) -> str:
    """Name a key."""
    return hashlib.sha256(text(key).encode()).hexdigest()[:20]


def circumstances() -> Value:
    """Tell date, commit and machine."""
    import torch

    machine = f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}"
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    return {"date": date, "commit": commit(), "machine": machine}


def commit() -> str:
    """Name the commit of the sources, -dirty where they have changed since; empty outside a repository."""

    def git(*words: str) -> str:
        here = Path(__file__).parent
        try:
            done = subprocess.run(["git", "--no-optional-locks", *words], cwd=here, capture_output=True, text=True)
        except OSError:
            return ""
        return done.stdout.strip()

    name = git("rev-parse", "--short", "HEAD")
    return f"{name}-dirty" if name and git("status", "--porcelain", "--untracked-files=no") else name
