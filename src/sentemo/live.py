"""Label a conversation while it happens. No torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from sentemo.batching import Array
from sentemo.encoders.pieces import Pieces
from sentemo.inference.engine import Engine, Output
from sentemo.types import TurnPrediction, Utterance


class LiveConversation:
    """Label each turn as it arrives, as `predict` does with `causal=True`; labels never change afterwards.

    Each turn costs one encoder pass over its own words; earlier turns are cached as far back as they matter.
    """

    def __init__(self, engine: Engine, label: Callable[[Utterance, Output], TurnPrediction]) -> None:
        self._engine, self._label = engine, label
        known = engine.runner.architecture
        if known.reader is not None:
            reader = known.reader
            self._reader = _Memory(reader.layers - reader.alone, reader.heads, reader.width, reader.window)
        network = known.network
        self._network = _Memory(network.layers, network.heads, network.context_dim, network.window)
        self._numbers: dict[str | int, int] = {}
        self.turns = 0
        """How many turns were added."""
        self.features: Array = np.empty(0, np.float32)
        """The features of the newest turn (`SentEmoContext.features`), (F,)."""

    def add(self, speaker: str, text: str) -> TurnPrediction:
        """Label the next turn. Raises `BadInput` for invalid text and then leaves the conversation unchanged."""
        turn = Utterance(text, speaker)
        turn.check()
        number = self._numbers.setdefault(speaker or self.turns % 2, len(self._numbers))
        output = self._score(self._embed(text, number), number)
        self.turns += 1
        self.features = output.features[0]
        return self._label(turn, output)

    def _embed(self, text: str, number: int) -> Array:
        """(E,)."""
        tokenizer, reader = self._engine.runner.tokenizer, self._engine.runner.architecture.reader
        if tokenizer is None or reader is None:
            vector: Array = self._engine.read([[text]], [np.zeros(1, np.int64)])[0][0]
            return vector
        return self._read(tokenizer, text, number)

    def _read(self, tokenizer: Pieces, text: str, number: int) -> Array:
        [parts] = self._engine.states(tokenizer, [text])
        first, memory = parts[0], self._reader
        if memory.layers:
            memory.begin(len(first), number)
            embedding, new = self._engine.runner.run(
                "reader-turn", states=first, speaker=np.array(number), back=memory.back, past=memory.past
            )
            memory.keep(new)
        else:
            embedding = first.mean(0)
        return embedding if len(parts) == 1 else self._engine.merged(embedding, parts, np.array([number]))

    def _score(self, embedding: Array, number: int) -> Output:
        memory = self._network
        memory.begin(1, number)
        features, scores, new = self._engine.runner.run(
            "network-turn",
            utterance=embedding,
            speaker=np.array(number),
            place=np.array(self.turns),
            back=memory.back,
            same=(memory.speakers == number).astype(np.int64),
            past=memory.past,
        )
        memory.keep(new)
        return Output(features[None], scores[None])


class _Memory:
    """Cached keys and values of the turns that a new one can attend to: N layers, H heads, P places."""

    def __init__(self, layers: int, heads: int, width: int, window: int) -> None:
        self.layers = layers
        self._nothing = np.zeros((layers, 2, heads, 0, width // max(heads, 1)), np.float32)
        self._kept: deque[Array] = deque(maxlen=window)
        self._said: deque[tuple[int, int]] = deque(maxlen=window + 1)  # places and speaker of each turn

    def begin(self, places: int, speaker: int) -> None:
        """Start a turn of the given number of places."""
        self._said.append((places, speaker))

    @property
    def back(self) -> Array:
        """(S,), how many turns ago each place was said, including the new turn's places."""
        return np.repeat(np.arange(len(self._said) - 1, -1, -1), [places for places, _ in self._said])

    @property
    def speakers(self) -> Array:
        """(S,), the speaker of each place."""
        return np.repeat([speaker for _, speaker in self._said], [places for places, _ in self._said])

    @property
    def past(self) -> Array:
        """(N,2,H,P,D/H)."""
        return np.concatenate([self._nothing, *self._kept], 3)

    def keep(self, new: Array) -> None:
        """Store the keys and values of the new turn."""
        self._kept.append(new)
