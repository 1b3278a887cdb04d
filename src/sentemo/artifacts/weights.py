"""Tensors in safetensors files, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel

Precision = Literal["float32", "float16", "int8"]
SCALE = ".scale"
LEAST_ENTRIES = 2**14  # smaller matrices stay in 16 bits


def write_weights(path: Path, tensors: Mapping[str, Tensor], precision: Precision = "float32") -> None:
    """Write named tensors in 32 bits; in 16, but for those whose numbers don't fit; or large matrices in 8.

    In 8 bits each row has a scale of its own, its largest absolute entry over 127, beside it as `NAME.scale`.
    """
    ready: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        ready |= _stored(name, tensor.detach().cpu().contiguous(), precision)
    path.write_bytes(save(ready))  # safetensors' own writing tells a full disk by an error of its own


def _stored(name: str, tensor: Tensor, precision: Precision) -> dict[str, Tensor]:
    if precision == "float32" or not tensor.is_floating_point():
        return {name: tensor}
    if precision == "int8" and tensor.dim() == 2 and tensor.numel() >= LEAST_ENTRIES:
        scale = tensor.abs().amax(1).clamp_min(1e-12) / 127
        return {name: (tensor / scale[:, None]).round().to(torch.int8), name + SCALE: scale}
    fits = not tensor.numel() or tensor.abs().max() <= torch.finfo(torch.float16).max
    return {name: tensor.half() if fits else tensor}


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read named tensors, 8- and 16-bit ones widened to 32; raise `BadModel` for anything but a sound file."""
    try:
        tensors = load(path.read_bytes())
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise BadModel(f"{path} holds no sound safetensors weights ({error})", AGAIN) from error
    scales = {name: tensors.pop(name + SCALE, None) for name, t in list(tensors.items()) if t.dtype == torch.int8}
    return {name: _widened(name, tensor, scales, path) for name, tensor in tensors.items()}


def _widened(name: str, tensor: Tensor, scales: Mapping[str, Tensor | None], path: Path) -> Tensor:
    if tensor.dtype == torch.float16:
        return tensor.float()
    if tensor.dtype != torch.int8:
        return tensor
    scale = scales[name]
    if scale is None or tensor.dim() != 2 or scale.shape != tensor.shape[:1]:
        raise BadModel(f"{path}: the scales of {name} are missing or of another shape", AGAIN)
    return tensor.float() * scale.float()[:, None]


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
