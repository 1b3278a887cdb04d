"""Replies cached on disk, so that a table can be reproduced without asking again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sentemo.errors import SentemoError
from sentemo.llm.completion import Reply

WAIT_S = 60.0


@dataclass(frozen=True)
class ReplyCache:
    """One SQLite file of replies by the SHA-256 of the whole request, so that no request is stored.

    SQLite's journal makes it safe for concurrent processes and under `kill -9`; each reply is committed when it
    arrives.
    """

    path: Path

    @contextmanager
    def opened(self) -> Iterator[OpenCache]:
        """Open the file; use what it yields in one thread only."""
        try:
            self.path.parent.mkdir(0o700, parents=True, exist_ok=True)
            database = sqlite3.connect(self.path, timeout=WAIT_S)
            try:
                database.execute("CREATE TABLE IF NOT EXISTS reply (key BLOB PRIMARY KEY, reply TEXT)")
                yield OpenCache(database)
            finally:
                database.close()
        except (sqlite3.Error, OSError) as error:
            raise SentemoError(
                f"The cache of replies {self.path} can't be used ({error})",
                "Free some space or delete it, choose another folder with SENTEMO_CACHE, or pass --no-cache",
            ) from error


@dataclass(frozen=True)
class OpenCache:
    """An open cache of replies."""

    database: sqlite3.Connection

    def get(self, key: bytes) -> Reply | None:
        """Return the reply to a request by its digest; None if there is none, or if another version wrote it."""
        row = self.database.execute("SELECT reply FROM reply WHERE key = ?", (key,)).fetchone()
        try:
            return None if row is None else replace(Reply(**json.loads(row[0])), is_cached=True, shares=())
        except (ValueError, TypeError):
            return None

    def put(self, key: bytes, reply: Reply) -> None:
        """Store a reply."""
        with self.database:
            self.database.execute("INSERT OR REPLACE INTO reply VALUES (?, ?)", (key, json.dumps(asdict(reply))))
