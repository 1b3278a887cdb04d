"""Save and load arrays in safetensors files, validated on reading. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel

Precision = Literal["float32", "int8"]
Array = NDArray[Any]
SCALE = ".scale"
LEAST_ENTRIES = 2**14  # smaller matrices stay in 16 bits


def write_weights(path: Path, arrays: Mapping[str, Array], precision: Precision = "float32") -> None:
    """Write named arrays in 32 bits, or large matrices in 8 bits and the others in 16 if their values fit.

    In 8 bits each row has its own scale, its largest absolute entry over 127, stored as `NAME.scale`.
    """
    from safetensors.numpy import save

    ready: dict[str, Array] = {}
    for name, array in arrays.items():
        ready |= _stored(name, np.array(array, order="C"), precision)
    path.write_bytes(save(ready))  # safetensors' own save_file reports a full disk with its own error type


def _stored(name: str, array: Array, precision: Precision) -> dict[str, Array]:
    if precision == "float32" or array.dtype.kind != "f":
        return {name: array}
    if array.ndim == 2 and array.size >= LEAST_ENTRIES:
        scale = np.maximum(np.abs(array).max(1), np.float32(1e-12)) / np.float32(127)
        return {name: np.rint(array / scale[:, None]).astype(np.int8), name + SCALE: scale}
    fits = not array.size or np.abs(array).max() <= np.finfo(np.float16).max
    return {name: array.astype(np.float16) if fits else array}


def read_weights(path: Path, shapes: Mapping[str, tuple[int, ...]] | None = None) -> dict[str, Array]:
    """Read named arrays, 8- and 16-bit ones widened to 32.

    Raises `BadModel` unless the file is valid and its numbers finite, with the given names and shapes if any.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        stored: Mapping[str, Array] = load(path.read_bytes())
        arrays = {name: _widened(name, stored) for name in stored if not _is_scale(name, stored)}
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BadModel(f"{path} is not a valid safetensors file ({error})", AGAIN) from error
    if shapes is not None and {name: array.shape for name, array in arrays.items()} != shapes:
        raise BadModel(f"{path} does not fit its configuration", AGAIN)
    return arrays


def _is_scale(name: str, stored: Mapping[str, Array]) -> bool:
    matrix = stored.get(name.removesuffix(SCALE)) if name.endswith(SCALE) else None
    return matrix is not None and matrix.dtype == np.int8


def _widened(name: str, stored: Mapping[str, Array]) -> Array:
    array = stored[name]
    if array.dtype.kind == "i" and array.dtype != np.int8:
        if not name.endswith((".labels", ".gold")):
            raise ValueError(f"{name} contains integers")
        return array.astype(np.int64)
    wide: Array = array.astype(np.float32)
    if array.dtype == np.int8:
        scale = stored[name + SCALE]
        if array.ndim != 2 or scale.shape != array.shape[:1]:
            raise ValueError(f"the scales of {name} have another shape")
        wide *= scale.astype(np.float32)[:, None]
    if not np.isfinite(wide).all():
        raise ValueError(f"{name} contains numbers that are not finite")
    return wide


def count_numbers(path: Path) -> int:
    """Count the numbers in a weights file, without scales; raise `BadModel` if it is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            names = [name for name in file.keys() if not name.endswith("weight" + SCALE)]  # noqa: SIM118
            return sum(int(np.prod(file.get_slice(name).get_shape())) for name in names)
    except (OSError, SafetensorError) as error:
        raise BadModel(f"{path} is not a valid safetensors file ({error})", AGAIN) from error
