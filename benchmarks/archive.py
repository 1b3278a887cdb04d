"""A synthetic archive: support conversations made from templates, as JSON lines or Parquet, in several files."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPENINGS = (
    "I ordered {} {} ago",
    "My {} broke after {}",
    "The {} never arrived, it has been {}",
    "I love the {}, {} in",
)
ANSWERS = (
    "I'm sorry to hear that.",
    "Let me look that up.",
    "That is strange!",
    "Wonderful, thank you for telling us.",
)
REPLIES = ("This is the third time I ask!", "Oh, really?", "Thank you so much.", "I was worried about the {}.", "Fine.")
THINGS = ("lamp", "blue kettle", "winter coat", "phone", "garden chair", "birthday present", "bicycle", "printer")
SPANS = ("two days", "a week", "three weeks", "a month", "an hour")


def talks(turns: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Make conversations of 2 to 16 turns until there are so many turns."""
    rng = random.Random(seed)
    for number in itertools.count():
        length = min(rng.randint(2, 16), turns)
        turns -= length
        yield {"id": f"{seed}-{number}", "turns": [_turn(rng, place) for place in range(length)]}
        if not turns:
            return


def _turn(rng: random.Random, place: int) -> dict[str, str]:
    kind = OPENINGS if place == 0 else REPLIES if place % 2 == 0 else ANSWERS
    text = rng.choice(kind).format(rng.choice(THINGS), rng.choice(SPANS))
    return {"speaker": ("Maya", "Tom")[place % 2], "text": f"{text} [{rng.randrange(10_000)}]"}


def write(folder: Path, turns: int, files: int = 8) -> None:
    """Write an archive of so many turns."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        with (folder / f"{number:03}.jsonl").open("w", encoding="utf-8") as file:
            share = turns // files + (turns % files if number == 0 else 0)
            file.writelines(json.dumps(talk) + "\n" for talk in talks(share, number))
