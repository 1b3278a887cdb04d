"""Dialogues made from templates, in which some labels follow from the words and some from the turn before."""

from __future__ import annotations

import random

from sentemo.types import Conversation, LabelSet, Utterance

FOUR = LabelSet(("neutral", "anger", "happiness", "sadness"), "neutral")
OPENERS = {
    "neutral": ("the meeting moved to {}", "we need {} for the office", "there is {} on the table", "I read about {}"),
    "anger": ("I am furious about {}", "how dare you touch {}", "stop it, {} is outrageous", "I hate {} so much"),
    "happiness": ("I love {}", "what a wonderful gift, {}", "hooray, {} at last", "I am so glad about {}"),
    "sadness": ("I miss {} badly", "sadly we lost {}", "I cried over {}", "poor thing, {} is gone"),
}
THINGS = (
    "my bicycle",
    "the old garden",
    "your sister",
    "a blue lamp",
    "our cat",
    "the last train",
    "this soup",
    "Rome",
)
ECHOES = ("oh, I see", "tell me more", "is that so?", "mhm, and then?", "you don't say")
ECHO_OF = {"neutral": "neutral", "anger": "sadness", "happiness": "happiness", "sadness": "sadness"}


def template_dialogues(count: int, seed: int = 0, *, speakers: tuple[str, str] = ("Ida", "Max")) -> list[Conversation]:
    """Make dialogues of 2 to 8 turns; an echo's label follows from the turn before it alone."""
    rng = random.Random(seed)
    return [_dialogue(rng, f"d{number}", speakers) for number in range(count)]


def _dialogue(rng: random.Random, name: str, speakers: tuple[str, str]) -> Conversation:
    turns: list[Utterance] = []
    for place in range(rng.randint(2, 8)):
        before = turns[-1].label if turns else None
        if before is not None and rng.random() < 0.4:
            text, label = rng.choice(ECHOES), ECHO_OF[before]
        else:
            label = rng.choices(FOUR.names, (5, 1, 2, 1))[0]
            text = rng.choice(OPENERS[label]).format(rng.choice(THINGS))
        turns.append(Utterance(text, speakers[place % 2], label))
    return Conversation(name, tuple(turns))


def echo_pairs(count: int, seed: int = 0) -> list[Conversation]:
    """Make dialogues of an opener and an echo, every label opening as often."""
    rng = random.Random(seed)
    pairs = []
    for number in range(count):
        label = FOUR.names[number % len(FOUR)]
        opener = Utterance(rng.choice(OPENERS[label]).format(rng.choice(THINGS)), "Ida", label)
        pairs.append(Conversation(f"p{number}", (opener, Utterance(rng.choice(ECHOES), "Max", ECHO_OF[label]))))
    return pairs
