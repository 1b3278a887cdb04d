"""Take some of a split's dialogues, where labelling all of them costs too much."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sentemo.errors import UsageError
from sentemo.types import Conversation


def sample_dialogues(conversations: Sequence[Conversation], count: int, seed: int = 0) -> list[Conversation]:
    """Draw so many whole dialogues, in their order; all of them where `count` is 0.

    The same for the same seed, and a larger draw holds a smaller one, so that cached replies serve both.
    Raises `UsageError` for more than there are.
    """
    if not 0 <= count <= len(conversations):
        raise UsageError(f"{count} of {len(conversations)} dialogues can't be drawn", "Draw fewer, or leave it out")
    if not count:
        return list(conversations)
    places = list(range(len(conversations)))
    random.Random(seed).shuffle(places)
    return [conversations[place] for place in sorted(places[:count])]
