from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from sentemo.errors import SentemoError, UsageError
from sentemo.training.run_folder import SAVE_EVERY_S, RunFolder
from sentemo.training.state import Progress


def epochs(path: Path) -> list[int]:
    return [json.loads(line).get("epoch", 0) for line in (path / "log.jsonl").read_text().splitlines()]


def test_rows_that_a_kill_left_ahead_of_the_checkpoint_are_written_again_once(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "print")
    folder.log({"stage": "pretraining", "losses": [1.0]})
    folder.log({"stage": "training", "epoch": 1})
    folder.save({"a": torch.ones(2)}, Progress(epoch=1))
    folder.log({"stage": "training", "epoch": 2})  # and here it is killed

    again = RunFolder(tmp_path, "print")
    saved = again.load()
    assert saved is not None and saved[1] == Progress(epoch=1)
    again.log({"stage": "training", "epoch": 2})
    assert epochs(tmp_path) == [0, 1, 2]


def test_a_folder_without_a_checkpoint_starts_its_log_afresh(tmp_path: Path) -> None:
    RunFolder(tmp_path, "print").log({"stage": "pretraining", "losses": [1.0]})
    again = RunFolder(tmp_path, "print")
    assert again.load() is None
    again.log({"stage": "pretraining", "losses": [1.0]})
    assert epochs(tmp_path) == [0]


def test_another_training_is_refused(tmp_path: Path) -> None:
    RunFolder(tmp_path, "print").save({"a": torch.ones(2)}, Progress())
    with pytest.raises(UsageError, match=r"another recipe, seed or data\. Choose another --out\.$"):
        RunFolder(tmp_path, "other").load()


def test_a_checkpoint_is_due_when_the_last_is_old(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "print")
    assert not folder.is_due()
    folder.saved_at_s -= SAVE_EVERY_S + 1
    assert folder.is_due()
    folder.save({"a": torch.ones(2)}, Progress())
    assert not folder.is_due()


def test_a_lost_log_is_begun_again(tmp_path: Path) -> None:
    RunFolder(tmp_path, "print").save({"a": torch.ones(2)}, Progress(epoch=1))
    again = RunFolder(tmp_path, "print")
    assert again.load() is not None and again.rows == []


def test_an_old_checkpoint_that_cant_be_removed_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-old").mkdir()
    with pytest.raises(SentemoError, match=rf"^{tmp_path} can't be written"):
        RunFolder(tmp_path, "print").save({"a": torch.ones(2)}, Progress())
    assert RunFolder(tmp_path, "print").load() is not None
