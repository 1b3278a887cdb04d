"""What computes: the parts of a model as functions of arrays, whether graphs or torch are behind them. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sentemo.batching import Array
from sentemo.encoders.encoder import EncoderIdentity
from sentemo.encoders.pieces import Pieces
from sentemo.network.shape import NetworkShape, ReaderShape

Part = Literal["utterances", "dialogues", "network", "reader-turn", "network-turn"]
"""A part of a model; `network/parts.py` says what each takes and gives."""


@dataclass(frozen=True)
class Architecture:
    """Which encoder a model has, and its sizes."""

    encoder: EncoderIdentity
    reader: ReaderShape | None
    """Of an encoder that was tuned; None where texts are encoded one by one."""
    network: NetworkShape

    @property
    def reader_reach(self) -> int:
        """Turns, on either side, that can influence an embedding."""
        return self.reader.reach if self.reader else 0

    @property
    def reach(self) -> int:
        """Turns, on either side, that can influence a turn's label."""
        return self.reader_reach + self.network.reach

    @property
    def features(self) -> int:
        """F, what other labels are scored from."""
        return self.network.embedding_dim + self.network.space_dim


class Runner(Protocol):
    """Computes the parts of a model."""

    @property
    def architecture(self) -> Architecture: ...

    @property
    def tokenizer(self) -> Pieces | None:
        """None for an encoder that takes texts."""
        ...

    @property
    def form(self) -> str:
        """What computes, in a few words."""
        ...

    @property
    def parameters(self) -> int:
        """How many numbers were trained."""
        ...

    @property
    def key(self) -> str:
        """The same for two that compute the same, for all that is known; empty where nothing is."""
        ...

    def encode(self, texts: Sequence[str]) -> Array:
        """N texts -> (N,E), where there is no tokenizer."""
        ...

    def run(self, part: Part, **inputs: Array) -> list[Array]:
        """Compute a part; an input that it has no use for is left out."""
        ...
