"""Room for a corpus's embeddings: in memory, or in a file that is mapped into it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sentemo.encoders.identity import Embeddings

MOST_BYTES = 2**28  # what a matrix may take of memory
AT_ONCE = 4096  # rows copied at once


def empty_matrix(rows: int, width: int, folder: Path) -> Embeddings:
    """Give a matrix (N,E) float32 to fill; a large one lies on the disk, and the system keeps what it has room for.

    Its file has no name, so that it ends with the process, however that ends. Its blocks are there from the start: a
    full disk is an `OSError` here and no crash later.
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
    """Give the named rows of a matrix (N,E), in that order and as often as they are named."""
    out = empty_matrix(len(rows), matrix.shape[1], folder)
    for start in range(0, len(rows), AT_ONCE):
        out[start : start + AT_ONCE] = matrix[rows[start : start + AT_ONCE]]
    return out
