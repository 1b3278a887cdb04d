"""Find dialogues that are nearly the same, which would leak from a training fold into the held-out one.

Two dialogues are near-duplicates if they share at least half of the distinct longer utterances (four words or
more, case and punctuation aside) of the shorter one, and at least two of them: a single shared greeting says
nothing. Dialogues with one longer utterance match where it is the same, and those with none where all turns
are. Groups are the connected components.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sentemo.types import Conversation

LONG_WORDS = 4
WORD = re.compile(r"\w+")


def near_duplicates(conversations: Sequence[Conversation]) -> list[list[int]]:
    """Return the groups of at least two near-duplicate dialogues, as sorted positions."""
    return [group for group in dialogue_groups(conversations) if len(group) > 1]


def dialogue_groups(conversations: Sequence[Conversation]) -> list[list[int]]:
    """Divide all dialogues into groups of near-duplicates, most of them of one; in order of first members."""
    texts = [[normalise(turn.text) for turn in talk.turns] for talk in conversations]
    longer = [frozenset(text for text in talk if len(text.split()) >= LONG_WORDS) for talk in texts]
    forest = _Forest(len(texts))
    # Dialogues with the same longer utterances are one candidate; this also catches those with one or none.
    first: dict[object, int] = {}
    for index, (talk, distinct) in enumerate(zip(texts, longer, strict=True)):
        forest.join(index, first.setdefault(distinct or tuple(talk), index))
    _join_overlapping(longer, sorted(first.values()), forest)
    return forest.groups()


def normalise(text: str) -> str:
    """Lower the case and keep only words, one space apart."""
    return " ".join(WORD.findall(text.casefold()))


def _join_overlapping(longer: Sequence[frozenset[str]], candidates: Iterable[int], forest: _Forest) -> None:
    """Join each candidate with those that hold half of its utterances."""
    holders: dict[str, list[int]] = defaultdict(list)
    pool = [index for index in candidates if len(longer[index]) > 1]
    for index in pool:
        for text in longer[index]:
            holders[text].append(index)
    for index in pool:
        needed = max(2, (len(longer[index]) + 1) // 2)
        # Whoever shares `needed` texts shares one of the rarest (size - needed + 1): no need to look up
        # frequent ones, which may stand in every dialogue.
        rarest = sorted(longer[index], key=lambda text: (len(holders[text]), text))[: 1 - needed]
        for other in {other for text in rarest for other in holders[text]} - {index}:
            if len(longer[index] & longer[other]) >= needed:
                forest.join(index, other)


class _Forest:
    """Union-find over positions; the root of a group is its smallest member."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self.root(a), self.root(b)))
        self._parent[high] = low

    def groups(self) -> list[list[int]]:
        members: dict[int, list[int]] = {}
        for index in range(len(self._parent)):
            members.setdefault(self.root(index), []).append(index)
        return list(members.values())
