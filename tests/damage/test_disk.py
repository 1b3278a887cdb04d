"""Full disks, folders that may not be written or read, Ctrl-C at any moment: nothing is lost, one sentence says it."""

from __future__ import annotations

import fcntl
import shutil
from functools import partial
from pathlib import Path

import pytest

from sentemo.bulk.inputs import Talk, find_inputs, read_items
from sentemo.bulk.parts import Failure
from tests.cli.conftest import SMALL
from tests.damage.command import files, interrupted, interrupted_while_loading, loaded, small_files
from tests.permissions import become_anybody

FLAGS = [word for setting in (*SMALL, "schedule.epochs=4") for word in ("--set", setting)]
WEIGHTS = "model/model.safetensors"


@pytest.mark.evidence("training.disk")
def test_a_training_survives_a_full_disk_and_ctrl_c(corpus_dir: Path, run_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = ("train", "dailydialog", "-d", corpus_dir, "-o", out, *FLAGS)
    left = interrupted(*command, when=(out / "checkpoint.json").is_file)
    assert left.code == 130 and "Stopped. Repeat the command" in left.err and "Traceback" not in left.err
    kept = files(out)
    left = loaded(*command, before=partial(small_files, 100_000))
    left.refused(1, "can't be written (File too large). Free some space or choose another folder")
    assert {name: files(out)[name] for name in kept if "checkpoint" in name} == {
        name: content for name, content in kept.items() if "checkpoint" in name
    }
    assert loaded(*command).code == 0
    whole = tmp_path / "whole"
    assert loaded(*command[:5], whole, *command[6:]).code == 0
    assert files(out)[WEIGHTS] == files(whole)[WEIGHTS] and files(out)["log.jsonl"] == files(whole)["log.jsonl"]


@pytest.mark.evidence("damage.streams")
def test_labelling_survives_ctrl_c(talks: Path, run_dir: Path, tmp_path: Path) -> None:
    def command(out: Path) -> tuple[str | Path, ...]:
        return ("label", talks, "-m", run_dir, "--out", out, "--processes", "1", "--shard-turns", "60")

    cut, whole = tmp_path / "cut", tmp_path / "whole"
    left = interrupted(*command(cut), when=lambda: len(list(cut.glob("part-*"))) > 3)
    assert left.code == 130 and "Stopped. Repeat the command" in left.err and "Traceback" not in left.err
    assert 3 < len(list(cut.glob("part-*"))) < 20
    assert loaded(*command(cut)).code == 0 == loaded(*command(whole)).code
    assert files(cut) == files(whole)


@pytest.mark.evidence("damage.streams")
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what a process loads")
def test_ctrl_c_while_loading_leaves_without_a_traceback(talks: Path, run_dir: Path) -> None:
    left = interrupted_while_loading("predict", talks, "-m", run_dir)
    assert left.code == 130 and "Traceback" not in left.err


@pytest.mark.evidence("training.two")
def test_a_second_training_on_a_folder_is_refused(corpus_dir: Path, tmp_path: Path) -> None:
    with (tmp_path / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        left = loaded("train", "dailydialog", "-d", corpus_dir, "-o", tmp_path, *FLAGS)
    left.refused(2, "Another training is writing to")


@pytest.mark.evidence("damage.inputs")
def test_what_may_not_be_read_or_written_is_one_sentence(talk: Path, run_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(run_dir / "model", tmp_path / "model")
    (tmp_path / "model" / "config.json").chmod(0)
    (tmp_path / "locked.txt").write_text("hello")
    (tmp_path / "locked.txt").chmod(0)
    (tmp_path / "shut").mkdir(mode=0)
    tmp_path.chmod(0o555)
    try:
        for command, told in {
            ("convert", talk, tmp_path / "out.jsonl"): (1, "can't be written (Permission denied)"),
            ("convert", talk, tmp_path / "corpus"): (1, "can't be written (Permission denied)"),
            ("convert", tmp_path / "locked.txt", talk.parent / "x.jsonl"): (3, "Cannot open the file: Permission"),
            ("convert", tmp_path / "shut" / "x.txt", talk.parent / "x.jsonl"): (3, "Cannot open the file: Permission"),
            ("convert", talk, tmp_path / "shut" / "x.jsonl"): (1, "Permission denied"),
            ("label", talk, "-m", run_dir, "--out", tmp_path / "out"): (1, "can't be written (Permission denied)"),
            ("predict", talk, "-m", tmp_path / "model"): (4, "can't be read (Permission denied)"),
            ("predict", talk, "-m", tmp_path / "shut" / "model"): (4, "can't be read (Permission denied)"),
        }.items():
            loaded(*command, before=become_anybody).refused(*told)
    finally:
        tmp_path.chmod(0o755)
        (tmp_path / "shut").chmod(0o755)


@pytest.mark.evidence("damage.inputs")
def test_an_input_that_vanishes_is_a_failure_of_that_input(tmp_path: Path, talk: Path) -> None:
    gone = tmp_path / "gone.txt"
    gone.write_text("hello")
    inputs = find_inputs([str(gone), str(talk)])
    gone.unlink()
    failure, *others = sorted(read_items(inputs), key=lambda item: isinstance(item, Talk))
    assert isinstance(failure, Failure) and failure.file == str(gone) and "No such file" in failure.cause
    assert [type(item) for item in others] == [Talk]
