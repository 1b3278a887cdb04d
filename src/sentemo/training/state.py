"""All that a training needs to resume as if it had never stopped."""

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
    """Where a training stands."""

    epoch: int = 0
    """Epochs begun and, unless `step` says otherwise, finished."""
    step: int = 0
    """Batches of the epoch that are done."""
    loss_sum: float = 0.0
    """Sum of the losses of those batches."""
    best_mcc: float = -2.0
    """Best validation MCC so far."""
    best_epoch: int = 0
    """The epoch that had it, from 1."""


def save_state(folder: Path, tensors: dict[str, Tensor], progress: Progress, fingerprint: str) -> None:
    """Write a checkpoint: tensors under a name of their own first, then the file that points to them.

    A kill between the two leaves the old pointer, whose tensors are removed only after the new one stands.
    """
    content = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    digest = _digest(content, asdict(progress), fingerprint)
    name = f"checkpoint-{digest[:16]}.safetensors"
    write_bytes(folder / name, content)
    pointer = {"file": name, "sha256": digest, "fingerprint": fingerprint, "progress": asdict(progress)}
    write_bytes(folder / POINTER, (json.dumps(pointer, indent=1) + "\n").encode())
    for old in folder.glob("*checkpoint-*"):  # half-written ones that a kill left, too
        if old.name != name:
            old.unlink()


def _digest(content: bytes, progress: dict[str, Any], fingerprint: str) -> str:
    """Digest the tensors together with all that the pointer says of them."""
    said = json.dumps([progress, fingerprint]).encode()
    return hashlib.sha256(content + said).hexdigest()


def load_state(folder: Path) -> tuple[dict[str, Tensor], Progress, str] | None:
    """Read the checkpoint of a run, None where there is none; raise `BadModel` for a damaged one."""
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
    """All tensors of a training, by name: those of its modules (weights, their average, ...), optimiser, random state.

    Frozen weights are left out: a resumed training has them from its start.
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
    """Put everything back where `pack` took it from."""
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
