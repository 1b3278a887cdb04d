"""An on-disk cache of embeddings, so that each text is encoded once."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sentemo.encoders.encoder import Encoder, EncoderIdentity, OnProgress
from sentemo.errors import SentemoError

if TYPE_CHECKING:
    from sentemo.encoders.encoder import Embeddings

CHUNK = 1024  # texts encoded between two commits: the most that a kill can lose
QUERY = 500  # keys per query
WAIT_S = 60.0
MOST_BYTES = 2**28  # the most memory that a matrix may take
AT_ONCE = 4096  # rows copied at once


def default_cache_folder() -> Path:
    """Return `$SENTEMO_CACHE`, else a folder in the user's cache, else (no home) one in the temporary folder."""
    if chosen := os.environ.get("SENTEMO_CACHE"):
        return Path(chosen)
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "sentemo"
    try:
        return Path.home() / ".cache" / "sentemo"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / "sentemo-cache"


class CachedEncoder:
    """An encoder that looks up texts in a cache before encoding them.

    There is one SQLite file per encoder identity; the key is the text's SHA-256, so no text is stored. SQLite's journal
    makes it safe for concurrent processes and under `kill -9`: at most the current chunk is encoded again. A vector
    that doesn't match its checksum is also encoded again. The result may be larger than memory: it is then a
    memory-mapped file.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.encoder = encoder
        name = hashlib.sha256(encoder.identity.key.encode()).hexdigest()[:16]
        self.path = folder / f"embeddings-2-{name}.sqlite"

    @property
    def identity(self) -> EncoderIdentity:
        """The identity of the encoder behind the cache."""
        return self.encoder.identity

    def encode(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Embeddings:
        """N texts -> (N,E) float32; equal texts are looked up and encoded once."""
        distinct = list(dict.fromkeys(texts))
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in distinct]
        with self._open() as database:
            matrix = empty_matrix(len(distinct), self.identity.dimension, self.path.parent)
            missing = _look_up(database, keys, matrix)
            missing.sort(key=lambda row: len(distinct[row]))  # chunks of similar length need less padding
            for start in range(0, len(missing), CHUNK):
                chunk = missing[start : start + CHUNK]
                matrix[chunk] = self.encoder.encode([distinct[row] for row in chunk])
                _keep(database, [(keys[row], matrix[row]) for row in chunk])
                if on_progress:
                    on_progress(len(distinct) - len(missing) + start + len(chunk), len(distinct))
            if len(distinct) == len(texts):
                return matrix
            row_of = {text: row for row, text in enumerate(distinct)}
            return repeat_rows(matrix, [row_of[text] for text in texts], self.path.parent)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(0o700, parents=True, exist_ok=True)
            database = sqlite3.connect(self.path, timeout=WAIT_S)
            try:
                database.execute("CREATE TABLE IF NOT EXISTS embedding (key BLOB PRIMARY KEY, vector BLOB)")
                yield database
            finally:
                database.close()
        except (sqlite3.Error, OSError) as error:
            raise SentemoError(
                f"The embedding cache {self.path} can't be used ({error})",
                "Free some space or delete it, choose another folder with SENTEMO_CACHE, or pass --no-cache",
            ) from error


def _look_up(database: sqlite3.Connection, keys: list[bytes], matrix: Embeddings) -> list[int]:
    """Fill the rows of `matrix` whose keys are cached, and return the others."""
    rows = {key: row for row, key in enumerate(keys)}
    for start in range(0, len(keys), QUERY):
        asked = keys[start : start + QUERY]
        marks = ",".join("?" * len(asked))
        for key, blob in database.execute(f"SELECT key, vector FROM embedding WHERE key IN ({marks})", asked):
            vector, checksum = blob[:-4], blob[-4:]
            if len(vector) == 4 * matrix.shape[1] and _checksum(vector) == checksum:
                matrix[rows.pop(key)] = np.frombuffer(vector, dtype="<f4")
    return list(rows.values())


def _keep(database: sqlite3.Connection, vectors: list[tuple[bytes, Embeddings]]) -> None:
    stored = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors]
    with database:
        database.executemany(
            "INSERT OR REPLACE INTO embedding VALUES (?, ?)",
            [(key, vector + _checksum(vector)) for key, vector in stored],
        )


def _checksum(vector: bytes) -> bytes:
    return zlib.crc32(vector).to_bytes(4, "little")


def empty_matrix(rows: int, width: int, folder: Path) -> Embeddings:
    """Return a matrix (N,E) float32 to fill; a large one is memory-mapped from disk.

    Its file has no name, so that it disappears with the process, however that ends. Its blocks are allocated at once: a
    full disk is an `OSError` here rather than a crash later.
    """
    size = 4 * rows * width
    if size <= MOST_BYTES:
        return np.empty((rows, width), dtype=np.float32)
    with tempfile.TemporaryFile(dir=folder) as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:  # macOS
            file.truncate(size)
        return np.memmap(file, dtype=np.float32, mode="r+", shape=(rows, width))


def repeat_rows(matrix: Embeddings, rows: list[int], folder: Path) -> Embeddings:
    """Return the given rows of a matrix (N,E), in the given order and with repetitions."""
    out = empty_matrix(len(rows), matrix.shape[1], folder)
    for start in range(0, len(rows), AT_ONCE):
        out[start : start + AT_ONCE] = matrix[rows[start : start + AT_ONCE]]
    return out
