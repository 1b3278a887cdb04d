"""What an encoder is, and how one is found by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from sentemo.encoders.identity import EncoderIdentity, OnProgress

if TYPE_CHECKING:
    from sentemo.encoders.identity import Embeddings as Embeddings


class Encoder(Protocol):
    """Anything that maps texts to vectors."""

    @property
    def identity(self) -> EncoderIdentity: ...

    def encode(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Embeddings:
        """N texts -> (N,E) float32, in the order of the texts."""
        ...


def load_encoder(name: str, layers: Sequence[int] = ()) -> Encoder:
    """Load an encoder by name: `hashing`, `hashing-DIM`, a folder, or a sentence-transformers hub name.

    all-MiniLM-L6-v2 comes with the package and needs no network.
    """
    if name == "hashing" or name.startswith("hashing-"):
        from sentemo.encoders.hashing import HashingEncoder

        return HashingEncoder.from_name(name)
    from sentemo.encoders.sentence import SentenceEncoder

    return SentenceEncoder.load(name, tuple(layers))
