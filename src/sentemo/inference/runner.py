"""The runner protocol: the parts of a model as functions of arrays, backed by graphs or torch. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sentemo.batching import Array
from sentemo.encoders.encoder import EncoderIdentity
from sentemo.encoders.pieces import Pieces
from sentemo.network.shape import NetworkShape, ReaderShape

Part = Literal["utterances", "dialogues", "network", "reader-turn", "network-turn"]
"""A part of a model; `network/parts.py` documents inputs and outputs."""


@dataclass(frozen=True)
class Architecture:
    """The encoder and the sizes of a model."""

    encoder: EncoderIdentity
    reader: ReaderShape | None
    """The sizes of a tuned encoder; None if texts are encoded one by one."""
    network: NetworkShape

    @property
    def reader_reach(self) -> int:
        """How many turns on either side can influence an embedding."""
        return self.reader.reach if self.reader else 0

    @property
    def reach(self) -> int:
        """How many turns on either side can influence a turn's label."""
        return self.reader_reach + self.network.reach

    @property
    def features(self) -> int:
        """F, the number of features."""
        return self.network.embedding_dim + self.network.space_dim


class Runner(Protocol):
    """Runs the parts of a model."""

    @property
    def architecture(self) -> Architecture: ...

    @property
    def tokenizer(self) -> Pieces | None:
        """The tokenizer; None for an encoder that takes texts."""
        ...

    @property
    def form(self) -> str:
        """A short description of what computes."""
        ...

    @property
    def parameters(self) -> int:
        """The number of trained parameters."""
        ...

    @property
    def key(self) -> str:
        """Equal for runners known to compute the same; empty if nothing is known."""
        ...

    def encode(self, texts: Sequence[str]) -> Array:
        """N texts -> (N,E), if there is no tokenizer."""
        ...

    def run(self, part: Part, **inputs: Array) -> list[Array]:
        """Run a part; inputs that it doesn't use are ignored."""
        ...
