"""Let graphs refer to weights in a file next to them, so that nothing is stored twice."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from onnx import GraphProto, TensorProto

LEAST_BYTES = 1024  # smaller arrays stay in the graph
TYPES = {"I8": np.int8, "F16": np.float16, "F32": np.float32, "I64": np.int64}


@dataclass(frozen=True)
class Stored:
    """The location of an array in a weights file."""

    name: str
    offset: int
    shape: tuple[int, ...]
    """The stored shape."""
    turned: bool
    """Whether the graph uses its transpose."""


def stored_arrays(path: Path) -> dict[bytes, Stored]:
    """Return the arrays of a safetensors file by the hash of their bytes; matrices also by that of their transpose."""
    content = path.read_bytes()
    [length] = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    found = {}
    for name, entry in sorted(header.items()):
        if name == "__metadata__":
            continue
        start, stop = (8 + length + place for place in entry["data_offsets"])
        shape, kind = tuple(entry["shape"]), TYPES[entry["dtype"]]
        array = np.frombuffer(content[start:stop], kind).reshape(shape)
        if array.ndim == 2:
            found[_digest(np.ascontiguousarray(array.T))] = Stored(name, start, shape, turned=True)
        found[_digest(array)] = Stored(name, start, shape, turned=False)
    return found


def share(graph: GraphProto, known: dict[bytes, Stored], file: str) -> None:
    """Make a graph load those initializers from a weights file that it contains, transposing matrices on loading.

    onnxruntime reads external data at an offset of any file next to the graph, and transposes only once.
    """
    from onnx import helper, numpy_helper

    nodes = []
    for tensor in graph.initializer:
        if len(tensor.raw_data) < LEAST_BYTES:
            continue
        place = known.get(_digest(numpy_helper.to_array(tensor)))
        if place is None:
            continue
        if place.turned:
            turned, tensor.name = tensor.name, f"{place.name}, as stored"
            nodes.append(helper.make_node("Transpose", [tensor.name], [turned], perm=[1, 0]))
        _refer(tensor, place, file)
    for node in reversed(nodes):
        graph.node.insert(0, node)


def _refer(tensor: TensorProto, place: Stored, file: str) -> None:
    length = len(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.ClearField("dims")
    tensor.dims.extend(place.shape)
    tensor.data_location = tensor.EXTERNAL
    for key, value in (("location", file), ("offset", str(place.offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)


def _digest(array: np.ndarray[Any, Any]) -> bytes:
    return hashlib.sha256(str(array.dtype).encode() + str(array.shape).encode() + array.tobytes()).digest()
