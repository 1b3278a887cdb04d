"""Random labelled chats, and readers of their turns for naive code."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sentemo.report.batch import Labelled
from sentemo.types import ABSTENTION, LabelSet, Prediction, TurnPrediction

FOUR = LabelSet(("neutral", "anger", "happiness", "surprise"), "neutral")
WORDS = ("great", "damn", "late", "bus", "😂", "don't", "ok")
START = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)


def turn_of(draw: random.Random, time: datetime | None) -> TurnPrediction:
    """Draw a turn whose label is its most probable one, or that has none."""
    weights = [draw.randint(1, 60) for _ in FOUR]
    probabilities = {name: weight / sum(weights) for name, weight in zip(FOUR, weights, strict=True)}
    label = max(probabilities, key=probabilities.__getitem__)
    if not draw.randrange(15):
        label, probabilities = ABSTENTION, {ABSTENTION: 1.0}
    tags = {tag: draw.randint(50, 99) / 100 for tag in ("relief", "sarcasm") if not draw.randrange(3)}
    text = " ".join(draw.choices(WORDS, k=draw.randint(1, 4)))
    speaker = draw.choice(("Ann", "Bob", "Cy"))
    return TurnPrediction(speaker, text, label, probabilities.get(label, 0.0), probabilities, tags=tags, time=time)


def chats_of(seed: int, most: int = 14) -> list[Labelled]:
    """Draw conversations, most of whose turns have times, which go on from one to the next."""
    draw = random.Random(seed)
    found = []
    now = START
    for number in range(draw.randint(1, most)):
        now += timedelta(hours=draw.randint(9, 100))
        turns = []
        for _ in range(draw.randint(1, 12)):
            now += timedelta(seconds=draw.randint(0, 5000))
            turns.append(turn_of(draw, now.replace(tzinfo=draw.choice((None, UTC))) if draw.randrange(10) else None))
        columns = {"place": [draw.choice(("north", "south"))] * len(turns)}
        found.append(Labelled(Prediction(f"c{number}", tuple(turns)), "chat.jsonl", columns))
    return found


@dataclass(frozen=True)
class Turn:
    """A turn with all that is known of it."""

    conversation: int
    place: int
    length: int
    prediction: TurnPrediction
    column: str

    @property
    def label(self) -> str | None:
        return None if self.prediction.label == ABSTENTION else self.prediction.label

    @property
    def time(self) -> datetime | None:
        return self.prediction.time and self.prediction.time.replace(tzinfo=UTC)


def turns_of(chats: list[Labelled]) -> list[list[Turn]]:
    """Give the turns of each conversation."""
    return [
        [
            Turn(number, place, len(chat.prediction), turn, column)
            for place, (turn, column) in enumerate(zip(chat.prediction, chat.columns["place"], strict=True))
        ]
        for number, chat in enumerate(chats)
    ]
