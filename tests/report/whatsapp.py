"""A WhatsApp export of invented messages, as long as wished; the guide's walk is through one of 5,000.

Three people plan a move. One of them is quick to anger, calls that come too late upset everybody, and from the fifth
week on things go better: what a report ought to find.
"""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta

PEOPLE = ("Nora", "Jonas", "Mira")
THINGS = ("the van", "the boxes", "the keys", "the sofa", "the lease", "the painter", "the kitchen", "the deposit")
LINES = {
    "neutral": (
        "I'll be there at {hour}",
        "did you call about {thing}?",
        "the list is in the shared folder",
        "{thing} first, then the rest",
        "ok",
        "we need two more people on saturday",
        "they close at {hour}",
        "I put {thing} on the list",
        "what time does it start?",
        "my train gets in at {hour}",
    ),
    "anger": (
        "are you kidding me?? nobody called about {thing} again",
        "I'm so sick of this, why is it always me who deals with {thing}",
        "this is ridiculous. {hour} was the deal!!",
        "stop changing the plan every day, it drives me mad",
        "seriously? you lost {thing}? unbelievable 😡",
    ),
    "happiness": (
        "yay, {thing} is done!! 🎉",
        "you two are the best, thank you so much ❤️",
        "haha that photo made my day 😂",
        "I love the new place so much",
        "great news: we get {thing} a week early!",
    ),
    "sadness": (
        "I'm really sad to leave this flat",
        "gran would have loved the garden, I miss her",
        "feeling low today, sorry 😢",
        "I cried when I packed {thing}",
    ),
    "fear": (
        "I'm scared we won't find anything in time",
        "what if they keep the deposit? I can't sleep",
        "I'm really worried about {thing}",
    ),
    "surprise": ("wait, what?? {thing} is here already?", "no way! really?", "oh wow, I did not expect that"),
    "disgust": ("ew, there was mould behind {thing} 🤢", "the fridge smells disgusting"),
}
USUAL = {"neutral": 62, "anger": 5, "happiness": 15, "sadness": 5, "fear": 4, "surprise": 6, "disgust": 2}
ANSWERED = {"anger": {"anger": 25, "sadness": 8}, "happiness": {"happiness": 25}, "sadness": {"sadness": 10, "fear": 6}}


def export(messages: int, seed: int = 0) -> str:
    """Write an export as the app does on iOS."""
    draw = random.Random(seed)
    now = datetime(2026, 1, 5, 8, 0)
    first, lines, before, speaker = now, [], "neutral", PEOPLE[0]
    while len(lines) < messages:
        speaker = draw.choice([name for name in PEOPLE if name != speaker] * 3 + [speaker])
        emotion = _emotion(draw, speaker, before, weeks=(now - first).days / 7)
        text = draw.choice(LINES[emotion]).format(thing=draw.choice(THINGS), hour=f"{draw.randint(1, 9)} pm")
        lines.append(f"[{now:%d/%m/%Y, %H:%M:%S}] {speaker}: {text}")
        quick = 0.4 if emotion == "anger" else 1.0
        now += timedelta(seconds=int(draw.expovariate(1 / (240 * quick))) + 3)
        if draw.random() < 0.012:
            now = (now + timedelta(days=draw.choice((0, 0, 1)), hours=9)).replace(hour=draw.randint(8, 20))
        before = emotion
    return "\n".join(lines) + "\n"


def _emotion(draw: random.Random, speaker: str, before: str, weeks: float) -> str:
    weights = {name: USUAL[name] + ANSWERED.get(before, {}).get(name, 0) for name in USUAL}
    weights["anger"] *= (2 if speaker == "Jonas" else 1) * (3 if weeks < 4 else 1)
    weights["happiness"] *= 2 if weeks >= 4 else 1
    return draw.choices([*weights], [*weights.values()])[0]


if __name__ == "__main__":
    sys.stdout.write(export(int(sys.argv[1])))
