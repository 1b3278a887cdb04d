"""Run a model's parts as ONNX graphs with onnxruntime, tuned for many small graphs on few cores. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sentemo.batching import Array
from sentemo.encoders.pieces import Pieces
from sentemo.errors import BadModel
from sentemo.inference.runner import Architecture, Part

if TYPE_CHECKING:
    import onnxruntime

SLOW = ["SkipLayerNormFusion"]
"""Fusions to disable: onnxruntime's fused CPU kernel takes 2.5 times as long as the two parts."""


@dataclass(frozen=True)
class GraphsRecord:
    """The description of a model's graphs."""

    precision: str
    """`int8` or `float32`."""
    max_tokens: int
    """The most tokens that are read at once."""


class Graph:
    """A graph, called with named arrays, that returns arrays."""

    def __init__(self, path: Path, threads: int, profile: Path | None = None) -> None:
        import onnxruntime as runtime

        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # errors only
        if profile:
            options.enable_profiling, options.profile_file_prefix = True, str(profile / path.stem)
        try:
            self.session: onnxruntime.InferenceSession = runtime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW
            )
        except Exception as error:  # the runtime raises many types, which all mean the same to users
            cause = f"{path} is not a graph that onnxruntime can run ({error!s:.200})"
            raise BadModel(cause, "Get the model again") from error
        self.takes = {each.name for each in self.session.get_inputs()}
        self.widths = [each.shape[-1] for each in self.session.get_outputs()]

    def __call__(self, **inputs: Array) -> list[Array]:
        """Run the graph; inputs that it doesn't use are ignored."""
        outputs: list[Array] = self.session.run(None, {k: v for k, v in inputs.items() if k in self.takes})
        return outputs


@dataclass(eq=False)
class Graphs:
    """The graphs in a model's folder; each is opened on first use."""

    folder: Path
    architecture: Architecture
    tokenizer: Pieces | None
    record: GraphsRecord
    parameters: int
    key: str
    threads: int = 1
    """0 means all cores."""
    profile: Path | None = None
    _graphs: dict[Part, Graph] = field(default_factory=dict)

    def check(self) -> None:
        """Open the network's graph; raise `BadModel` if it doesn't match the configuration."""
        if self._graph("network").widths != [self.architecture.features, self.architecture.network.labels]:
            raise BadModel(f"{self.folder} has graphs that don't fit its configuration", "Get the model again")

    @property
    def form(self) -> str:
        """A short description of what computes."""
        return f"graphs in {self.record.precision}"

    def encode(self, texts: Sequence[str]) -> Array:
        """Raise `TypeError`: graphs take tokens."""
        raise TypeError("graphs take tokens")

    def run(self, part: Part, **inputs: Array) -> list[Array]:
        """Run a graph."""
        return self._graph(part)(**inputs)

    def _graph(self, part: Part) -> Graph:
        if part not in self._graphs:
            self._graphs[part] = Graph(self.folder / f"{part}.onnx", self.threads, self.profile)
        return self._graphs[part]
