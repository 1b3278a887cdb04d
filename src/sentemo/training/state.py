"""Checkpoints: everything needed to resume a training exactly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from sentemo.errors import BadModel
from sentemo.files import write_bytes

POINTER = "checkpoint.json"


@dataclass
class Progress:
    """The progress of a training."""

    epoch: int = 0
    """Number of finished epochs."""
    step: int = 0
    """Finished batches of the current epoch."""
    loss_sum: float = 0.0
    """Sum of the losses of those batches."""
    best_mcc: float = -2.0
    """Best validation MCC so far."""
    best_epoch: int = 0
    """The epoch of the best validation MCC, from 1."""


def save_state(folder: Path, tensors: dict[str, Tensor], progress: Progress, fingerprint: str) -> None:
    """Write a checkpoint: first the tensors under a unique name, then the file that points to them.

    A kill in between leaves the old pointer, whose tensors are only removed after the new one is in place.
    """
    content = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    digest = _digest(content, asdict(progress), fingerprint)
    name = f"checkpoint-{digest[:16]}.safetensors"
    write_bytes(folder / name, content)
    pointer = {"file": name, "sha256": digest, "fingerprint": fingerprint, "progress": asdict(progress)}
    write_bytes(folder / POINTER, (json.dumps(pointer, indent=1) + "\n").encode())
    for old in folder.glob("*checkpoint-*"):  # including partial ones left by a kill
        if old.name != name:
            old.unlink()


def _digest(content: bytes, progress: dict[str, Any], fingerprint: str) -> str:
    """Hash the tensors together with the pointer's other fields."""
    said = json.dumps([progress, fingerprint]).encode()
    return hashlib.sha256(content + said).hexdigest()


def load_state(folder: Path) -> tuple[dict[str, Tensor], Progress, str] | None:
    """Load the checkpoint of a run, None if there is none; raise `BadModel` if it is damaged."""
    path = folder / POINTER
    if not path.is_file():
        return None
    try:
        pointer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        content = (folder / pointer["file"]).read_bytes()
        if _digest(content, pointer["progress"], pointer["fingerprint"]) != pointer["sha256"]:
            raise ValueError("its SHA-256 differs")
        return load(content), Progress(**pointer["progress"]), str(pointer["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise BadModel(f"The checkpoint in {folder} is damaged ({error})", "Train again into another folder") from error


def pack(
    modules: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer, frozen: Collection[str] = ()
) -> dict[str, Tensor]:
    """Return all tensors of a training by name: modules (weights, their average, ...), optimiser, random state.

    Frozen weights are left out: a resumed training gets them from its initialisation.
    """
    tensors = {"random": torch.get_rng_state()}
    for prefix, module in modules.items():
        state = module.state_dict()
        tensors |= {f"{prefix}/{name}": tensor.cpu() for name, tensor in state.items() if name not in frozen}
    for place, moments in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser/{place}/{name}": tensor.cpu() for name, tensor in moments.items()}
    return tensors


def unpack(
    tensors: dict[str, Tensor],
    modules: Mapping[str, nn.Module],
    optimiser: torch.optim.Optimizer,
    frozen: Collection[str] = (),
) -> None:
    """Restore everything from the tensors of `pack`."""
    for prefix, module in modules.items():
        start = f"{prefix}/"
        held = {name: tensor for name, tensor in module.state_dict().items() if name in frozen}
        module.load_state_dict(held | {n.removeprefix(start): t for n, t in tensors.items() if n.startswith(start)})
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimiser/"):
            _, place, key = name.split("/")
            state.setdefault(int(place), {})[key] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    torch.set_rng_state(tensors["random"])
