"""The encoder protocol, and the identity of the encoder that made an embedding."""

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
"""Called with the number of texts done and the total."""


@dataclass(frozen=True)
class EncoderIdentity:
    """The identity of an encoder: equal identities give equal vectors for equal texts."""

    kind: str
    """`sentence-transformers` or `hashing`."""
    name: str
    """Hub name or folder it came from, for display."""
    sha256: str
    """Hash of the weights; for encoders without weights, of their settings."""
    layers: tuple[int, ...] = ()
    """Transformer layers whose mean-pooled states are appended to the sentence embedding."""
    dimension: int = 0
    """E, dimension of an embedding."""

    @property
    def key(self) -> str:
        """A key that distinguishes embeddings: everything but the name."""
        return f"{self.kind}:{self.sha256}:{','.join(map(str, self.layers))}:{self.dimension}"

    def to_json(self) -> dict[str, Any]:
        """Return the identity as stored in a checkpoint."""
        return {
            "kind": self.kind,
            "name": self.name,
            "sha256": self.sha256,
            "layers": list(self.layers),
            "dimension": self.dimension,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> EncoderIdentity:
        """Restore the result of `to_json`; raise `BadModel` if a field is missing or has another type."""
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
