"""Find near-duplicate dialogues, and make folds that keep them together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.metrics import FloatArray, IntArray
from sentemo.types import Conversation, Prediction

LONG_WORDS = 4
WORD = re.compile(r"\w+")


def near_duplicates(conversations: Sequence[Conversation]) -> list[list[int]]:
    """Return the groups of at least two near-duplicate dialogues, as sorted positions."""
    return [group for group in dialogue_groups(conversations) if len(group) > 1]


def dialogue_groups(conversations: Sequence[Conversation]) -> list[list[int]]:
    """Group all dialogues by near-duplicates; most groups have one member. Sorted by first member."""
    texts = [[normalise(turn.text) for turn in talk.turns] for talk in conversations]
    longer = [frozenset(text for text in talk if len(text.split()) >= LONG_WORDS) for talk in texts]
    forest = _Forest(len(texts))
    # Dialogues with the same longer utterances are one candidate, which also covers those with one or none.
    first: dict[object, int] = {}
    for index, (talk, distinct) in enumerate(zip(texts, longer, strict=True)):
        forest.join(index, first.setdefault(distinct or tuple(talk), index))
    _join_overlapping(longer, sorted(first.values()), forest)
    return forest.groups()


def normalise(text: str) -> str:
    """Casefold a text and keep only its words, separated by single spaces."""
    return " ".join(WORD.findall(text.casefold()))


def _join_overlapping(longer: Sequence[frozenset[str]], candidates: Iterable[int], forest: _Forest) -> None:
    """Join each candidate with those that contain half of its utterances."""
    holders: dict[str, list[int]] = defaultdict(list)
    pool = [index for index in candidates if len(longer[index]) > 1]
    for index in pool:
        for text in longer[index]:
            holders[text].append(index)
    for index in pool:
        needed = max(2, (len(longer[index]) + 1) // 2)
        # A dialogue that shares `needed` texts shares one of the rarest (size - needed + 1), so that frequent
        # texts, which may occur in every dialogue, need no look-up.
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


def dialogue_folds(conversations: Sequence[Conversation], k: int, seed: int) -> list[tuple[IntArray, IntArray]]:
    """Return, for each of k folds, the sorted positions of the dialogues to train on and of those held out.

    Groups of near-duplicates (`duplicates.py`) are never split. They are assigned one by one, roughly those with the
    most rare labels first, each to the fold that has the least of the group's labels. Different seeds give different
    folds. Raises `UsageError` for k below 2 and `BadInput` for fewer groups than folds.
    """
    if k < 2:
        raise UsageError(f"Cross-validation can't run with {k} folds", "Ask for at least 2")
    groups = dialogue_groups(conversations)
    if len(groups) < k:
        raise BadInput(
            f"{len(conversations)} dialogues fall into {len(groups)} groups without near-duplicates, too few "
            f"for {k} folds",
            "Give more dialogues or ask for fewer folds",
        )
    fold_of_group = _deal(_shares(conversations, groups), k, np.random.default_rng(seed))
    fold = np.empty(len(conversations), dtype=np.int64)
    for group, number in zip(groups, fold_of_group.tolist(), strict=True):
        fold[group] = number
    return [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(k)]


def pool(size: int, parts: Iterable[tuple[IntArray, Sequence[Prediction]]]) -> list[Prediction]:
    """Restore the order of the dialogues from the held-out predictions of all folds, for `evaluate_predictions`.

    `parts`: held-out positions and their predictions, for each fold.
    Raises `BadInput` unless each of the `size` dialogues is predicted exactly once.
    """
    pooled: dict[int, Prediction] = {}
    total = 0
    for held_out, predictions in parts:
        if len(held_out) != len(predictions):
            raise BadInput(
                f"A fold of {len(held_out)} dialogues has {len(predictions)} predictions",
                "Give one prediction per held-out dialogue",
            )
        pooled |= zip(held_out.tolist(), predictions, strict=True)
        total += len(predictions)
    if total != size or sorted(pooled) != list(range(size)):
        raise BadInput(
            f"{total} held-out predictions don't cover {size} dialogues once each", "Predict every fold once"
        )
    return [pooled[index] for index in range(size)]


def _shares(conversations: Sequence[Conversation], groups: Sequence[Sequence[int]]) -> FloatArray:
    """Return each group's share of every label, of all turns and of all dialogues: (G, labels + 2)."""
    names = sorted({turn.label for talk in conversations for turn in talk.turns if turn.label is not None})
    position = {name: index for index, name in enumerate(names)}
    amounts = np.zeros((len(groups), len(names) + 2))
    for row, group in enumerate(groups):
        for turn in (turn for index in group for turn in conversations[index].turns):
            if turn.label is not None:
                amounts[row, position[turn.label]] += 1
            amounts[row, -2] += 1
        amounts[row, -1] = len(group)
    shares: FloatArray = amounts / np.maximum(amounts.sum(axis=0), 1)
    return shares


def _deal(shares: FloatArray, k: int, rng: np.random.Generator) -> IntArray:
    """Assign groups (G, L) to k folds: (G,).

    Each step takes the fold in which the sum of squared shares grows least. One utterance is a large share of a rare
    label, so rare labels dominate at first, and turns and dialogues balance the rest.
    """
    # The noise lets other seeds split the rare dialogues differently; the small groups at the end even it out.
    order = np.argsort(-shares.sum(axis=1) * rng.exponential(size=len(shares)), kind="stable")
    filled = np.zeros((k, shares.shape[1]))
    fold = np.empty(len(shares), dtype=np.int64)
    for group in order.tolist():
        # An empty fold costs least, because every group contains dialogues, so no fold stays empty.
        best = int((filled @ shares[group]).argmin())
        filled[best] += shares[group]
        fold[group] = best
    return fold
