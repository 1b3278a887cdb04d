from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sentemo.encoders import cache
from sentemo.encoders.cache import CachedEncoder, empty_matrix, repeat_rows
from sentemo.encoders.hashing import HashingEncoder
from sentemo.errors import SentemoError

TEXTS = ["a", "b", "a", "c", "b", "a", *map(str, range(40))]


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every matrix be large."""
    monkeypatch.setattr(cache, "MOST_BYTES", 0)
    monkeypatch.setattr(cache, "AT_ONCE", 7)
    monkeypatch.setattr(cache, "CHUNK", 5)


def test_small_ones_are_in_memory(tmp_path: Path) -> None:
    assert not isinstance(empty_matrix(3, 4, tmp_path), np.memmap)
    assert empty_matrix(0, 4, tmp_path).shape == (0, 4)


@pytest.mark.usefixtures("mapped")
def test_large_ones_leave_no_file(tmp_path: Path) -> None:
    found = empty_matrix(3, 4, tmp_path)
    assert isinstance(found, np.memmap) and found.shape == (3, 4) and found.dtype == np.float32
    found[1] = 5
    assert found.sum() == 20 and not any(tmp_path.iterdir())
    again = repeat_rows(found, [1, 0, 1] * 5, tmp_path)
    np.testing.assert_array_equal(again[:, 2], [5, 0, 5] * 5)


@pytest.mark.usefixtures("mapped")
def test_embeddings_in_a_map_are_the_encoders(tmp_path: Path) -> None:
    wanted = HashingEncoder(16).encode(TEXTS)
    for _ in range(2):
        found = CachedEncoder(HashingEncoder(16), tmp_path).encode(TEXTS)
        assert isinstance(found, np.memmap)
        np.testing.assert_array_equal(found, wanted)
    found[:] = 0  # the map is the caller's own: what is kept stays
    np.testing.assert_array_equal(CachedEncoder(HashingEncoder(16), tmp_path).encode(TEXTS), wanted)


@pytest.mark.usefixtures("mapped")
def test_a_full_disk_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(SentemoError, match=r"No space left.*Free some space"):
        CachedEncoder(HashingEncoder(16), tmp_path).encode(TEXTS)
