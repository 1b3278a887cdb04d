"""Small conversations and labelers that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction, Utterance

SEVEN = LabelSet(("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise"), "neutral")
THREE = LabelSet(("calm", "joy", "rage"), "calm")


def talk(*labels: str | None, id: str = "") -> Conversation:
    """Make a conversation with these gold labels; each text is unlike all others."""
    return Conversation(
        id,
        tuple(Utterance(f"{id} turn number {place} says so", "", label) for place, label in enumerate(labels)),
    )


def random_talks(totals: Sequence[int], labels: LabelSet, *, turns: int = 8, seed: int = 0) -> list[Conversation]:
    """Shuffle utterances with exactly these label totals into conversations."""
    gold = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(totals)), totals))
    return [
        talk(*(labels.names[label] for label in gold[start : start + turns]), id=f"talk {start}")
        for start in range(0, len(gold), turns)
    ]


class Scripted:
    """Give the labels that it was told to give, with the probabilities that it was told."""

    def __init__(self, labels: LabelSet, script: Sequence[Sequence[dict[str, float]]]) -> None:
        self.labels = labels
        self.script = script
        self.calls = 0

    def predict(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        self.calls += 1
        return [
            Prediction(
                conversation.id,
                tuple(
                    TurnPrediction("", "", best, shares[best], shares)
                    for shares in turns
                    for best in [max(shares, key=lambda name: shares[name])]
                ),
            )
            for conversation, turns in zip(conversations, self.script, strict=True)
        ]


def sure(label: str, labels: LabelSet = THREE, share: float = 0.8) -> dict[str, float]:
    """Give one label most of the probability."""
    rest = (1 - share) / (len(labels) - 1)
    return {name: share if name == label else rest for name in labels.names}
