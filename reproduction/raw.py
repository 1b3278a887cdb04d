"""The encoder's own space, the row that any trained space has to beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sentemo.types import Conversation

if TYPE_CHECKING:
    from sentemo.encoders.encoder import Embeddings


@dataclass(frozen=True)
class RawSpace:
    """Utterance embeddings as points: no context, no training. An `Embedder` for the protocol `triplet`."""

    encode: Callable[[Sequence[str]], Embeddings]

    def embed(self, conversations: Sequence[Conversation]) -> list[Embeddings]:
        """Return each conversation's embeddings, (T,E)."""
        texts = [turn.text for conversation in conversations for turn in conversation]
        vectors = self.encode(texts)
        places = [0]
        for conversation in conversations:
            places.append(places[-1] + len(conversation))
        return [vectors[start:stop] for start, stop in pairwise(places)]
