"""Which of a turn's own words speak for its label, and which against it: leave each out and label again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sentemo.types import Conversation, Labeler, Utterance

AROUND = 2
"""Turns on either side that are read along: as many as tell what the words mean there, as the work grows with them."""
MOST = 24
"""Parts that a turn is cut into: words, of a longer turn a few words each."""
WORD = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class WordInfluence:
    """What a word, or a few of them, does to the probability of a turn's label."""

    text: str
    """With what follows it up to the next word, so that all texts together are the turn's."""
    change: float
    """The probability less what it is without them; positive where they speak for the label."""


def weigh_words(model: Labeler, conversation: Conversation, turn: int, label: str) -> tuple[WordInfluence, ...]:
    """Leave out each word of a turn and label again, all in one batch; return what each does to `label`.

    Turns farther than `AROUND` are left out of all of it. A turn of one word has nothing to compare with: ().
    """
    parts = cut(conversation.turns[turn].text)
    if len(parts) < 2:
        return ()
    first = max(0, turn - AROUND)
    near = conversation.turns[first : turn + AROUND + 1]
    texts = ["".join(parts), *("".join(parts[:place] + parts[place + 1 :]) for place in range(len(parts)))]
    found = model.predict([_with(near, turn - first, text) for text in texts])
    whole, *without = (prediction.turns[turn - first].probabilities[label] for prediction in found)
    return tuple(WordInfluence(text, whole - share) for text, share in zip(parts, without, strict=True))


def cut(text: str) -> list[str]:
    """Cut a text into words, or into at most `MOST` parts of as many words each; joined they are the text."""
    words = WORD.findall(text)
    if len(words) > 1 and not words[0].strip():
        words[:2] = ["".join(words[:2])]
    size = -(-len(words) // MOST)
    return ["".join(words[start : start + size]) for start in range(0, len(words), size)]


def _with(turns: Sequence[Utterance], place: int, text: str) -> Conversation:
    return Conversation("", (*turns[:place], replace(turns[place], text=text), *turns[place + 1 :]))
