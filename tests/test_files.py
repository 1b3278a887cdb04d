from __future__ import annotations

import errno
import os
import resource
import shutil
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from sentemo import files
from sentemo.errors import SentemoError
from sentemo.files import cannot_write, staged_folder, write_bytes, write_chunks
from sentemo.model import SentEmoContext
from tests.permissions import as_anybody

from .artifacts.models import fingerprint_of, random_model, save_for_ever


@pytest.mark.evidence("models.save")
def test_a_killed_save_leaves_the_old_model_or_the_new_one(tmp_path: Path, processes: ForkServerContext) -> None:
    folder = tmp_path / "model"
    known = {fingerprint_of(random_model(seed)): seed for seed in (0, 1)}
    random_model(0).save_pretrained(folder)
    found = []
    for sitting in range(8):
        job = processes.Process(target=save_for_ever, args=(folder, (0, 1)))
        before = (folder / "manifest.json").stat().st_ino
        job.start()
        until = time.monotonic() + 60
        while inode(folder) in (before, 0) and time.monotonic() < until:
            time.sleep(0.0005)
        time.sleep(0.002 * sitting)
        job.kill()
        job.join(60)
        assert job.exitcode == -9
        found.append(known[fingerprint_of(SentEmoContext.from_pretrained(folder))])
    random_model(1).save_pretrained(folder)
    assert fingerprint_of(SentEmoContext.from_pretrained(folder)) == fingerprint_of(random_model(1))


def inode(folder: Path) -> int:
    """Number the manifest's file, 0 where there is none: that would be a moment without a model."""
    try:
        return (folder / "manifest.json").stat().st_ino
    except FileNotFoundError:
        return 0


def watch(folder: Path, ready: Connection) -> None:
    """Look for moments without a model, in a process of its own."""
    missing = looks = 0
    ready.send("looking")
    while not ready.poll():
        missing += inode(folder) == 0
        looks += 1
    ready.send((missing, looks))


@pytest.mark.evidence("models.save")
def test_there_is_no_moment_without_a_model(tmp_path: Path, processes: ForkServerContext) -> None:
    folder = tmp_path / "model"
    models = [random_model(seed) for seed in (0, 1)]
    models[0].save_pretrained(folder)
    here, there = processes.Pipe()
    job = processes.Process(target=watch, args=(folder, there))
    job.start()
    assert here.recv() == "looking"
    for save in range(30):
        models[save % 2].save_pretrained(folder)
    here.send("enough")
    missing, looks = here.recv()
    job.join(60)
    assert looks > 30 and missing == 0


@pytest.mark.evidence("models.save")
@pytest.mark.parametrize("fails", [False, True])
def test_where_folders_can_not_change_places_they_are_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr(files, "_exchange", lambda one, other: False)
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").write_text("old")
    rename = Path.rename

    def limited(self: Path, to: Path) -> Path:
        if ".new-" in self.name and fails:
            raise OSError(errno.EIO, "broken disk")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", limited)
    if fails:
        with pytest.raises(SentemoError, match="broken disk"), staged_folder(target) as staged:
            (staged / "new").write_text("new")
    else:
        with staged_folder(target) as staged:
            (staged / "new").write_text("new")
    assert [path.name for path in target.iterdir()] == ["old" if fails else "new"]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.evidence("models.save")
def test_a_full_disk_at_any_moment_leaves_the_old_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    random_model(0).save_pretrained(folder)
    fsync, stands = os.fsync, []
    while True:
        left = [len(stands)]

        def full(handle: int, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            fsync(handle)

        monkeypatch.setattr(os, "fsync", full)
        try:
            random_model(1).save_pretrained(folder)
        except SentemoError as error:
            assert str(error).count("No space left on device") == 1 and "Free some space" in str(error)
        else:
            break
        finally:
            monkeypatch.setattr(os, "fsync", fsync)
        stands.append(SentEmoContext.from_pretrained(folder).facts["seed"])
        assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert stands == [0] * (len(stands) - 1) + [1]  # the last to fail comes after the new model took its place
    assert len(stands) > 4


def save_with_little_room(folder: Path, most_bytes: int, answer: Connection) -> None:
    """Save where no file may grow beyond a size, in a process of its own: the system itself refuses to write."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    try:
        random_model(1).save_pretrained(folder)
    except SentemoError as error:
        answer.send(str(error))
    else:
        answer.send("saved")


@pytest.mark.evidence("models.save")
@pytest.mark.parametrize("most_bytes", [10, 1000, 20_000])
def test_a_write_that_the_system_refuses_leaves_the_old_model(
    tmp_path: Path, processes: ForkServerContext, most_bytes: int
) -> None:
    folder = tmp_path / "model"
    random_model(0).save_pretrained(folder)
    here, there = processes.Pipe()
    job = processes.Process(target=save_with_little_room, args=(folder, most_bytes, there))
    job.start()
    assert here.poll(60)
    said = here.recv()
    job.join(60)
    assert "can't be written (File too large)" in said and "\n" not in said
    assert fingerprint_of(SentEmoContext.from_pretrained(folder)) == fingerprint_of(random_model(0))
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_folder_that_can_not_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SentemoError, match=r"can't be written \(.*choose another folder"):
        random_model().save_pretrained(tmp_path / "file" / "model")


@pytest.mark.evidence("models.save")
def test_a_read_only_folder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    with as_anybody(), pytest.raises(SentemoError, match="Permission denied"):
        random_model().save_pretrained(tmp_path / "locked" / "model")


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_bytes(path, b"old")
    fsync = os.fsync

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SentemoError, match="No space left"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]
    monkeypatch.setattr(os, "fsync", fsync)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new" and list(tmp_path.iterdir()) == [path]


def test_files_of_ours_may_be_read_by_others_and_are_staged_beside_their_place(tmp_path: Path) -> None:
    seen: list[str] = []

    def chunks() -> Iterator[bytes]:
        seen.extend(path.name for path in tmp_path.iterdir())
        yield b"one"

    write_chunks(tmp_path / "file.bin", chunks())
    assert len(seen) == 1 and seen[0].startswith(".file.bin.")
    assert (tmp_path / "file.bin").stat().st_mode & 0o777 == 0o644
    with pytest.raises(SentemoError, match=r"nowhere/file\.bin can't be written"):
        write_chunks(tmp_path / "nowhere" / "file.bin", [b"one"])


def test_an_error_of_another_kind_passes_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), staged_folder(tmp_path / "model") as staged:
        (staged / "half").write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ZeroDivisionError), cannot_write(tmp_path):
        raise ZeroDivisionError
    shutil.rmtree(tmp_path)
