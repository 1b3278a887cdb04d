"""N-way K-shot episodes: a few labelled utterances to learn from, others to label (protocol `few-shot`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.metrics import IntArray
from sentemo.types import Conversation


@dataclass(frozen=True, slots=True)
class Pool:
    """The labelled utterances of a split, N in all."""

    conversations: Sequence[Conversation]
    labels: tuple[str, ...]
    dialogues: IntArray
    """(N,), positions of their conversations."""
    turns: IntArray
    """(N,), places in these."""
    gold: IntArray
    """(N,), positions of their labels."""

    @classmethod
    def of(cls, conversations: Sequence[Conversation], labels: Sequence[str]) -> Pool:
        """Collect the utterances with one of the labels."""
        position = {name: place for place, name in enumerate(labels)}
        rows = [
            (number, turn, position[said.label])
            for number, talk in enumerate(conversations)
            for turn, said in enumerate(talk)
            if said.label in position
        ]
        dialogues, turns, gold = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return cls(conversations, tuple(labels), dialogues, turns, gold)

    def texts(self, rows: IntArray) -> list[str]:
        """What was said."""
        places = zip(self.dialogues[rows], self.turns[rows], strict=True)
        return [self.conversations[dialogue].turns[turn].text for dialogue, turn in places]


@dataclass(frozen=True, slots=True)
class Episode:
    """Rows of a pool; labels are numbered 0 to N-1 within the episode."""

    names: tuple[str, ...]
    support: IntArray
    """Empty where there are no shots: then the names are all that is known."""
    support_gold: IntArray
    """Of the support, or of the names."""
    balanced: IntArray
    """Queries, of each label as many."""
    balanced_gold: IntArray
    natural: IntArray
    """Queries, labels as frequent as in the pool."""
    natural_gold: IntArray


def draw(pool: Pool, ways: int, shots: int, queries: int, rng: np.random.Generator) -> Episode:
    """Draw an episode: labels uniformly, K utterances of each (from 0) as support, queries from other dialogues.

    `queries` utterances of each label, or all that there are where they are fewer; as many in all by the pool's own
    frequencies. Raises `UsageError` for more ways than labels, `BadInput` for a label with too few utterances.
    """
    if not 2 <= ways <= len(pool.labels):
        raise UsageError(f"{ways} ways can't be drawn from {len(pool.labels)} labels", "Ask for fewer, at least 2")
    chosen = np.sort(rng.choice(len(pool.labels), ways, replace=False))
    of_label = [rng.permutation(np.flatnonzero(pool.gold == label)) for label in chosen]
    for label, rows in zip(chosen, of_label, strict=True):
        if len(rows) <= shots:
            raise BadInput(
                f"The label {pool.labels[label]!r} has {len(rows)} utterances, too few for {shots} shots and a query",
                "Ask for fewer shots, or leave the label out",
            )
    support = np.concatenate([rows[:shots] for rows in of_label])
    taken = np.unique(pool.dialogues[support])
    free = [rows[shots:][~np.isin(pool.dialogues[rows[shots:]], taken)] for rows in of_label]
    balanced = [rows[:queries] for rows in free]
    every = np.concatenate(free)
    natural = rng.choice(every, min(len(every), queries * ways), replace=False)
    number = np.full(len(pool.labels), -1)
    number[chosen] = np.arange(ways)
    rows = np.concatenate(balanced)
    return Episode(
        names=tuple(pool.labels[label] for label in chosen),
        support=support,
        support_gold=number[pool.gold[support]] if shots else np.arange(ways),
        balanced=rows,
        balanced_gold=number[pool.gold[rows]],
        natural=natural,
        natural_gold=number[pool.gold[natural]],
    )
