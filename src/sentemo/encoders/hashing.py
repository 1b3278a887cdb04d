"""A weight-free encoder, for tests and for machines without a model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sentemo.encoders.encoder import EncoderIdentity, OnProgress
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.encoders.encoder import Embeddings

TOKEN = re.compile(r"\w+|[^\w\s]")


class HashingEncoder:
    """Sum a fixed random sign vector per word or punctuation mark, and scale to length 1.

    Texts that share words are close; nothing is learnt and nothing is stored.
    """

    def __init__(self, dimension: int = 64) -> None:
        if dimension < 8 or dimension % 8:
            raise UsageError(f"A hashing encoder of dimension {dimension} can't be made", "Use a multiple of 8")
        self.dimension = dimension

    @classmethod
    def from_name(cls, name: str) -> HashingEncoder:
        """Parse `hashing` or `hashing-DIM`."""
        _, _, dimension = name.partition("-")
        if dimension and not dimension.isdecimal():
            raise UsageError(f"{name!r} is not a hashing encoder", "Write hashing-64, for instance")
        return cls(int(dimension)) if dimension else cls()

    @property
    def identity(self) -> EncoderIdentity:
        """Its identity, which depends only on the dimension."""
        name = f"hashing-{self.dimension}"
        digest = hashlib.sha256(name.encode()).hexdigest()
        return EncoderIdentity("hashing", name, digest, dimension=self.dimension)

    def encode(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Embeddings:
        """N texts -> (N,E) float32 of length 1; a text without words or marks gives zeros."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for token in TOKEN.findall(text.lower()):
                vectors[row] += self._signs(token)
        if on_progress:
            on_progress(len(texts), len(texts))
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        scaled: Embeddings = vectors / np.maximum(length, 1e-12)
        return scaled

    def _signs(self, token: str) -> Embeddings:
        digest = hashlib.shake_128(token.encode("utf-8", "surrogatepass")).digest(self.dimension // 8)
        bits = np.unpackbits(np.frombuffer(digest, dtype=np.uint8))
        return 2.0 * bits.astype(np.float32) - 1.0
