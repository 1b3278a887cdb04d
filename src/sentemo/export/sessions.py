"""onnxruntime's sessions, set up for many small graphs on few cores. No torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel, MissingExtra

if TYPE_CHECKING:
    import onnxruntime

Array = NDArray[Any]
SLOW = ["SkipLayerNormFusion"]
"""What onnxruntime would fuse to its loss: its fused kernel on CPUs takes 2.5 times as long as the two parts."""


class Graph:
    """A graph that takes named arrays and gives arrays."""

    def __init__(self, path: Path, threads: int, profile: Path | None = None) -> None:
        runtime = load_onnxruntime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # errors alone
        if profile:
            options.enable_profiling, options.profile_file_prefix = True, str(profile / path.stem)
        try:
            self.session: onnxruntime.InferenceSession = runtime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW
            )
        except Exception as error:  # the runtime raises many kinds, all of which mean the same to a user
            raise BadModel(f"{path} is no graph that onnxruntime can run ({error!s:.200})", AGAIN) from error
        self.takes = {each.name for each in self.session.get_inputs()}
        self.widths = [each.shape[-1] for each in self.session.get_outputs()]

    def __call__(self, **inputs: Array) -> list[Array]:
        """Run it; an input that the graph has no use for is left out."""
        outputs: list[Array] = self.session.run(None, {k: v for k, v in inputs.items() if k in self.takes})
        return outputs


def load_onnxruntime() -> Any:
    """Import onnxruntime, or say how to get it."""
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtra("onnxruntime", "onnx") from error
    return onnxruntime


def padded(rows: list[Array], filler: float = 0) -> Array:
    """B arrays (L,...) -> (B,L,...), filled up to the longest."""
    out = np.full((len(rows), max(map(len, rows)), *rows[0].shape[1:]), filler, rows[0].dtype)
    for place, row in enumerate(rows):
        out[place, : len(row)] = row
    return out
