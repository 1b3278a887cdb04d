"""Tensors in safetensors files, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel


def write_weights(path: Path, tensors: Mapping[str, Tensor], *, half: bool = False) -> None:
    """Write named tensors; `half` stores floating ones in 16 bits, but for those whose numbers don't fit."""
    ready = {
        name: (_halved(tensor) if half else tensor).detach().cpu().contiguous() for name, tensor in tensors.items()
    }
    path.write_bytes(save(ready))  # safetensors' own writing tells a full disk by an error of its own


def _halved(tensor: Tensor) -> Tensor:
    if not tensor.is_floating_point() or tensor.abs().max() > torch.finfo(torch.float16).max:
        return tensor
    return tensor.half()


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read named tensors, 16-bit floats widened to 32; raise `BadModel` for anything but a sound file."""
    try:
        tensors = load(path.read_bytes())
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise BadModel(f"{path} holds no sound safetensors weights ({error})", AGAIN) from error
    return {name: tensor.float() if tensor.dtype == torch.float16 else tensor for name, tensor in tensors.items()}


def load_strictly(module: nn.Module, tensors: Mapping[str, Tensor], source: Path) -> None:
    """Fill a module: every tensor must be there, none may be left over, shapes and types must fit, all be finite."""
    wanted = module.state_dict()
    odd = sorted(wanted.keys() ^ tensors.keys())
    if odd:
        raise BadModel(f"{source} does not fit its configuration: {odd[0]} is missing or unknown", AGAIN)
    for name, tensor in tensors.items():
        if tensor.shape != wanted[name].shape or tensor.dtype != wanted[name].dtype:
            raise BadModel(f"{source}: {name} has another shape or type than its configuration says", AGAIN)
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise BadModel(f"{source}: {name} holds numbers that are not finite", AGAIN)
    module.load_state_dict(dict(tensors), assign=True)
