"""The folder of a training: recipe, log, checkpoints."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from sentemo.errors import UsageError
from sentemo.files import cannot_write, write_bytes
from sentemo.training.state import Progress, load_state, save_state

SAVE_EVERY_S = 60.0  # within an epoch


@dataclass
class RunFolder:
    """The files of a training; `fingerprint` identifies recipe, seed and data, which can't change on resume."""

    path: Path
    fingerprint: str
    rows: list[str] = field(default_factory=list)
    saved_at_s: float = field(default_factory=time.monotonic)

    def load(self) -> tuple[dict[str, Tensor], Progress] | None:
        """Load the checkpoint, None for a new folder; raise `UsageError` if it is from another training."""
        saved = load_state(self.path)
        if saved is None:
            return None
        tensors, progress, fingerprint = saved
        if fingerprint != self.fingerprint:
            raise UsageError(f"{self.path} holds a training with another recipe, seed or data", "Choose another --out")
        log = self.path / "log.jsonl"
        lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
        self.rows = [line for line in lines if json.loads(line).get("epoch", 0) <= progress.epoch]
        return tensors, progress

    def log(self, row: dict[str, Any]) -> None:
        """Append a row to log.jsonl; the file is replaced atomically, so that a kill leaves no partial row."""
        self.rows.append(json.dumps(row))
        write_bytes(self.path / "log.jsonl", ("\n".join(self.rows) + "\n").encode())

    def is_due(self) -> bool:
        """Return whether the last checkpoint is old enough for another one within the epoch."""
        return time.monotonic() - self.saved_at_s > SAVE_EVERY_S

    def save(self, tensors: dict[str, Tensor], progress: Progress) -> None:
        """Write a checkpoint."""
        with cannot_write(self.path):
            save_state(self.path, tensors, progress, self.fingerprint)
        self.saved_at_s = time.monotonic()
