from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sentemo.encoders import cache
from sentemo.encoders.cache import CachedEncoder, default_cache_folder
from sentemo.encoders.encoder import EncoderIdentity, OnProgress
from sentemo.encoders.hashing import HashingEncoder
from sentemo.errors import SentemoError


class Counting:
    """A hashing encoder that keeps what it was asked for, and may be slow."""

    def __init__(self, dimension: int = 16, pause_s: float = 0.0) -> None:
        self.encoder = HashingEncoder(dimension)
        self.pause_s = pause_s
        self.asked: list[str] = []

    @property
    def identity(self) -> EncoderIdentity:
        return self.encoder.identity

    def encode(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> NDArray[np.float32]:
        self.asked += texts
        time.sleep(self.pause_s)
        return self.encoder.encode(texts)


def names(start: int, stop: int) -> list[str]:
    return [f"text number {number}" for number in range(start, stop)]


def fill(folder: Path, texts: list[str], chunk: int, pause_s: float) -> None:
    """Run in a process of its own."""
    cache.CHUNK = chunk
    vectors = CachedEncoder(Counting(pause_s=pause_s), folder).encode(texts)
    np.testing.assert_array_equal(vectors, HashingEncoder(16).encode(texts))


def test_a_text_is_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CHUNK", 2)
    encoder = Counting()
    cached = CachedEncoder(encoder, tmp_path)
    assert cached.identity == encoder.identity
    texts = ["a", "b", "a", "c", "b", "a"]
    np.testing.assert_array_equal(cached.encode(texts), HashingEncoder(16).encode(texts))
    assert encoder.asked == ["a", "b", "c"]
    told: list[tuple[int, int]] = []
    np.testing.assert_array_equal(
        cached.encode(["c", "d", "e", "f", "a"], lambda *counts: told.append(counts)),
        HashingEncoder(16).encode(["c", "d", "e", "f", "a"]),
    )
    assert encoder.asked == ["a", "b", "c", "d", "e", "f"]
    assert told == [(4, 5), (5, 5)]
    again = Counting()
    CachedEncoder(again, tmp_path).encode(texts)
    assert again.asked == []
    assert cached.encode([]).shape == (0, 16)


def test_encoders_do_not_share_vectors(tmp_path: Path) -> None:
    CachedEncoder(Counting(16), tmp_path).encode(["a"])
    assert CachedEncoder(Counting(8), tmp_path).encode(["a"]).shape == (1, 8)


def test_texts_that_utf_8_can_not_hold_are_kept_apart(tmp_path: Path) -> None:
    texts = ["\ud800", "?", "\udfff"]
    for _ in range(2):
        np.testing.assert_array_equal(
            CachedEncoder(Counting(), tmp_path).encode(texts), HashingEncoder(16).encode(texts)
        )


def test_no_text_is_stored(tmp_path: Path) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    cached.encode(["a secret that was told"])
    assert all(b"secret" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_vector_of_the_wrong_size_is_encoded_again(tmp_path: Path) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    cached.encode(["a", "b"])
    with sqlite3.connect(cached.path) as database:
        database.execute("UPDATE embedding SET vector = x'00'")
    database.close()
    np.testing.assert_array_equal(cached.encode(["a", "b"]), HashingEncoder(16).encode(["a", "b"]))
    again = Counting()
    CachedEncoder(again, tmp_path).encode(["a", "b"])
    assert again.asked == []


@pytest.mark.parametrize("place", [0, 17, 63, 64, 67])
def test_a_vector_with_a_flipped_bit_is_encoded_again(tmp_path: Path, place: int) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    cached.encode(["a", "b"])
    with sqlite3.connect(cached.path) as database:
        key, stored_bytes = database.execute("SELECT key, vector FROM embedding").fetchone()
        flipped = bytearray(stored_bytes)
        flipped[place] ^= 1
        database.execute("UPDATE embedding SET vector = ? WHERE key = ?", (bytes(flipped), key))
    database.close()
    encoder = Counting()
    np.testing.assert_array_equal(
        CachedEncoder(encoder, tmp_path).encode(["a", "b"]), HashingEncoder(16).encode(["a", "b"])
    )
    assert len(encoder.asked) == 1


def create(folders: list[Path], together: Barrier) -> None:
    """Run in a process of its own."""
    for folder in folders:
        cached = CachedEncoder(HashingEncoder(16), folder)
        together.wait(60)
        cached.encode(["a", "b"])


def test_processes_may_make_the_cache_at_once(tmp_path: Path, processes: ForkServerContext) -> None:
    folders = [tmp_path / str(number) for number in range(40)]
    together = processes.Barrier(3)
    jobs = [processes.Process(target=create, args=(folders, together)) for _ in range(3)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)
    assert [job.exitcode for job in jobs] == [0, 0, 0]


def test_processes_may_write_at_once(tmp_path: Path, processes: ForkServerContext) -> None:
    jobs = [
        processes.Process(target=fill, args=(tmp_path, names(start, start + 300), 4, 0.0)) for start in (0, 100, 200)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)
    assert [job.exitcode for job in jobs] == [0, 0, 0]
    encoder = Counting()
    CachedEncoder(encoder, tmp_path).encode(names(0, 500))
    assert encoder.asked == []


def test_a_killed_writer_loses_the_chunk_under_way_and_nothing_else(
    tmp_path: Path, processes: ForkServerContext
) -> None:
    texts = names(0, 200)
    path = CachedEncoder(Counting(), tmp_path).path
    for sitting in range(3):
        job = processes.Process(target=fill, args=(tmp_path, texts, 4, 0.03))
        job.start()
        wanted = stored(path) + 13 + sitting
        until = time.monotonic() + 60
        while stored(path) < wanted and time.monotonic() < until:
            time.sleep(0.001)
        job.kill()
        job.join(60)
        assert job.exitcode == -9
    kept = stored(path)
    assert 39 <= kept < 200
    encoder = Counting()
    np.testing.assert_array_equal(CachedEncoder(encoder, tmp_path).encode(texts), HashingEncoder(16).encode(texts))
    assert len(encoder.asked) == 200 - kept


def stored(path: Path) -> int:
    if not path.is_file():
        return 0
    database = sqlite3.connect(path, timeout=60)
    try:
        return int(database.execute("SELECT count(*) FROM embedding").fetchone()[0])
    except sqlite3.OperationalError:  # the table is not made yet
        return 0
    finally:
        database.close()


@pytest.mark.parametrize("damage", ["garbage", "cut", "other"])
def test_a_damaged_database_is_one_clear_error(tmp_path: Path, damage: str) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    cached.encode(names(0, 300))
    if damage == "garbage":
        cached.path.write_bytes(b"no database at all " * 500)
    elif damage == "cut":
        cached.path.write_bytes(cached.path.read_bytes()[:9000])
    else:
        cached.path.unlink()
        with sqlite3.connect(cached.path) as database:
            database.execute("CREATE TABLE embedding (something TEXT)")
        database.close()
    with pytest.raises(SentemoError, match=r"can't be used.*delete it") as caught:
        cached.encode(names(0, 300))
    assert str(cached.path) in str(caught.value) and caught.value.exit_code == 1


def test_a_folder_that_can_not_be_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SentemoError, match=r"can't be used.*SENTEMO_CACHE"):
        CachedEncoder(Counting(), tmp_path / "file").encode(["a"])


def test_the_default_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTEMO_CACHE", "chosen")
    assert default_cache_folder() == Path("chosen")
    monkeypatch.delenv("SENTEMO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "base")
    assert default_cache_folder() == Path("base/sentemo")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "home")
    assert default_cache_folder() == Path("home/.cache/sentemo")
