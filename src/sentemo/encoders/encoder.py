"""What an encoder is, and which one made an embedding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sentemo.errors import BadModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Embeddings = NDArray[np.float32]


OnProgress = Callable[[int, int], None]
"""Called with texts done and texts in all."""


@dataclass(frozen=True)
class EncoderIdentity:
    """Which encoder made an embedding: equal identities give equal vectors for equal texts."""

    kind: str
    """`sentence-transformers` or `hashing`."""
    name: str
    """Hub name or folder it came from, for people."""
    sha256: str
    """Digest of the weights; for encoders without weights, of their settings."""
    layers: tuple[int, ...] = ()
    """Transformer layers whose mean-pooled states stand behind the sentence embedding."""
    dimension: int = 0
    """E, dimension of an embedding."""

    @property
    def key(self) -> str:
        """What tells embeddings apart: everything but the name."""
        return f"{self.kind}:{self.sha256}:{','.join(map(str, self.layers))}:{self.dimension}"

    def to_json(self) -> dict[str, Any]:
        """Give the identity as a checkpoint records it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "sha256": self.sha256,
            "layers": list(self.layers),
            "dimension": self.dimension,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> EncoderIdentity:
        """Read what `to_json` gave; raise `BadModel` where a field is missing or of another type."""
        try:
            return cls(
                str(record["kind"]),
                str(record["name"]),
                str(record["sha256"]),
                tuple(int(layer) for layer in record["layers"]),
                int(record["dimension"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise BadModel(f"The checkpoint's encoder record is damaged ({error})", "Get it again") from error


class Encoder(Protocol):
    """Anything that maps texts to vectors."""

    @property
    def identity(self) -> EncoderIdentity: ...

    def encode(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Embeddings:
        """N texts -> (N,E) float32, in the order of the texts."""
        ...
