from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
import torch
from torch import nn

from sentemo.errors import BadModel, SentemoError
from sentemo.training.state import POINTER, Progress, load_state, pack, save_state, unpack

PROGRESS = Progress(epoch=2, step=7, loss_sum=0.1 + 0.2, best_mcc=1 / 3, best_epoch=1)


def save_one(folder: Path, value: float = 1.0) -> None:
    save_state(folder, {"a": torch.full((3, 2), value), "b": torch.arange(4)}, PROGRESS, "print")


def test_a_checkpoint_survives_exactly(tmp_path: Path) -> None:
    assert load_state(tmp_path) is None
    save_one(tmp_path)
    saved = load_state(tmp_path)
    assert saved is not None
    tensors, progress, fingerprint = saved
    assert (progress, fingerprint) == (PROGRESS, "print")
    assert torch.equal(tensors["a"], torch.ones(3, 2)) and torch.equal(tensors["b"], torch.arange(4))


def test_one_checkpoint_is_kept_and_what_a_kill_left_is_removed(tmp_path: Path) -> None:
    save_one(tmp_path, 1)
    (tmp_path / ".checkpoint-0123.safetensors.k2j4").write_bytes(b"half a checkpoint")
    save_one(tmp_path, 2)
    save_one(tmp_path, 2)
    assert len(list(tmp_path.iterdir())) == 2
    saved = load_state(tmp_path)
    assert saved is not None and saved[0]["a"].eq(2).all()


def test_all_that_decides_is_packed_and_unpacked() -> None:
    torch.manual_seed(0)
    nets = {name: nn.Linear(3, 2) for name in ("network", "averaged", "best")}
    optimiser = torch.optim.AdamW(nets["network"].parameters(), lr=0.1)
    nets["network"](torch.ones(3)).sum().backward()
    optimiser.step()
    packed = {name: tensor.clone() for name, tensor in pack(nets, optimiser).items()}
    drawn = torch.rand(3)
    others = {name: nn.Linear(3, 2) for name in nets}
    again = torch.optim.AdamW(others["network"].parameters(), lr=0.1)
    unpack(packed, others, again)
    assert torch.equal(torch.rand(3), drawn)
    for one, two in zip(nets.values(), others.values(), strict=True):
        assert torch.equal(one.weight, two.weight) and torch.equal(one.bias, two.bias)
    for one, two in ((nets["network"], optimiser), (others["network"], again)):
        two.zero_grad()
        one(torch.ones(3)).square().sum().backward()
        two.step()
    assert torch.equal(nets["network"].weight, others["network"].weight)


def test_every_flipped_bit_of_a_checkpoint_is_told(tmp_path: Path) -> None:
    plain = Progress(epoch=2, step=7, loss_sum=0.5, best_mcc=0.25, best_epoch=1)  # each digit of these matters
    save_state(tmp_path, {"a": torch.ones(3)}, plain, "print")
    for path in list(tmp_path.iterdir()):
        content = path.read_bytes()
        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= 1 << place % 8
            path.write_bytes(changed)
            with pytest.raises(BadModel, match=r"checkpoint in .* is damaged"):
                load_state(tmp_path)
        path.write_bytes(content)
    assert load_state(tmp_path) is not None


@pytest.mark.parametrize("damage", ["", "[]", "null", "{}", '{"file": 3}', '{"file": "nowhere", "sha256": ""}'])
def test_a_pointer_that_is_none_is_told(tmp_path: Path, damage: str) -> None:
    save_one(tmp_path)
    (tmp_path / POINTER).write_text(damage)
    with pytest.raises(BadModel, match=r"is damaged .*\. Train again into another folder\.$"):
        load_state(tmp_path)


@pytest.mark.parametrize("change", [{"progress": {"epoch": 9}}, {"fingerprint": "other"}])
def test_a_pointer_that_says_something_else_is_told(tmp_path: Path, change: dict[str, object]) -> None:
    save_one(tmp_path)
    pointer = json.loads((tmp_path / POINTER).read_text())
    (tmp_path / POINTER).write_text(json.dumps(pointer | change))
    with pytest.raises(BadModel, match=r"is damaged \(its SHA-256 differs\)"):
        load_state(tmp_path)


def test_lost_or_cut_tensors_are_told(tmp_path: Path) -> None:
    save_one(tmp_path)
    [tensors] = tmp_path.glob("checkpoint-*.safetensors")
    tensors.write_bytes(tensors.read_bytes()[:-5])
    with pytest.raises(BadModel):
        load_state(tmp_path)
    tensors.unlink()
    with pytest.raises(BadModel):
        load_state(tmp_path)


@pytest.mark.evidence("training.disk")
@pytest.mark.parametrize("allowed", [0, 1, 2, 3])
def test_a_full_disk_leaves_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int) -> None:
    save_one(tmp_path, 1)
    fsync, left = os.fsync, [allowed]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SentemoError, match="No space left on device"):
        save_one(tmp_path, 2)
    monkeypatch.setattr(os, "fsync", fsync)
    saved = load_state(tmp_path)
    # The fourth comes after the new pointer took its place: then the new checkpoint stands.
    assert saved is not None and saved[0]["a"].eq(2 if allowed == 3 else 1).all()
