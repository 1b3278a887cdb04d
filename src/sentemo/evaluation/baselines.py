"""Baselines that label without reading the text: the two extra rows of every table."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np

from sentemo.evaluation.metrics import FloatArray
from sentemo.labeler import Predicting
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction


class BlindLabeler(Predicting):
    """Base class that turns each turn's probabilities (C,) into a prediction; subclasses provide them."""

    def __init__(self, labels: LabelSet) -> None:
        self._labels = labels

    @property
    def labels(self) -> LabelSet:
        """The labels that can be predicted."""
        return self._labels

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label each turn of conversations that are already validated."""
        return [self._label(talk) for talk in conversations]

    @abstractmethod
    def _probabilities(self, talk: Conversation) -> Iterator[FloatArray]:
        """Yield (C,) per turn."""

    def _label(self, talk: Conversation) -> Prediction:
        turns = []
        for turn, values in zip(talk.turns, self._probabilities(talk), strict=True):
            shares = dict(zip(self._labels.names, values.tolist(), strict=True))
            best = self._labels.names[int(values.argmax())]
            turns.append(TurnPrediction.of(turn, best, shares[best], shares))
        return Prediction(talk.id, tuple(turns))


class MajorityLabeler(BlindLabeler):
    """Give every turn the same label, with probability 1."""

    def __init__(self, labels: LabelSet, majority: str) -> None:
        super().__init__(labels)
        self._shares = np.zeros(len(labels))
        self._shares[labels.index(majority)] = 1.0

    def _probabilities(self, talk: Conversation) -> Iterator[FloatArray]:
        return (self._shares for _ in talk.turns)


class UniformLabeler(BlindLabeler):
    """Guess: probabilities drawn uniformly from the simplex, so that every label is equally likely to win.

    The draw depends only on the seed and on the texts up to the turn: a conversation gets the same guesses alone, in
    any batch, whatever follows, and on every machine.
    """

    def __init__(self, labels: LabelSet, seed: int = 0) -> None:
        super().__init__(labels)
        self._seed = seed

    def _probabilities(self, talk: Conversation) -> Iterator[FloatArray]:
        state = hashlib.shake_256(f"{self._seed}".encode())
        for turn in talk.turns:
            # Lengths keep ("ab", "c") and ("a", "bc") apart; texts may hold lone surrogates.
            text = turn.text.encode("utf-8", "surrogatepass")
            state.update(f"|{len(text)}|".encode() + text)
            bits = np.frombuffer(state.digest(8 * len(self._labels)), dtype="<u8") >> np.uint64(11)
            # Normalised exponential draws are uniform on the simplex; the half keeps log away from 0.
            draws = -np.log((bits + 0.5) / 2**53)
            yield draws / draws.sum()
