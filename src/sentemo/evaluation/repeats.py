"""Select dialogues of a split: find repeats, leave out scenes seen in training, draw a sample."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentemo.errors import UsageError
from sentemo.evaluation.duplicates import dialogue_groups, normalise
from sentemo.evaluation.metrics import Metrics, measure
from sentemo.types import Conversation, LabelSet


@dataclass(frozen=True, slots=True)
class Repeats:
    """Near-duplicates (`duplicates.py`) within a split and between two."""

    name: str
    """The split, or the split and the one it is compared with."""
    dialogues: int
    """The number of dialogues in the split."""
    repeated: int
    """How many of them have a near-duplicate."""
    turns: int
    """Labelled turns of repeated dialogues whose text also occurs, labelled, in the near-duplicate."""
    agreement: Metrics | None
    """Labels of these turns (as gold) against those in the near-duplicate; None if there are no such turns."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`."""
        figures = None if self.agreement is None else dict(self.agreement.figures)
        counts = {"dialogues": self.dialogues, "repeated": self.repeated, "turns": self.turns}
        return {"splits": self.name, **counts, "agreement": figures}


def find_repeats(splits: Mapping[str, Sequence[Conversation]], labels: LabelSet) -> list[Repeats]:
    """Find repeats within each split and, for each pair of splits, repeats of the earlier one in the later one."""
    names = [*splits]
    talks = [talk for name in names for talk in splits[name]]
    split_of = [name for name in names for _ in splits[name]]
    groups = dialogue_groups(talks)
    pairs = [(name, name) for name in names]
    pairs += [(later, earlier) for place, later in enumerate(names) for earlier in names[:place]]
    return [_compare(asked, known, talks, split_of, groups, labels) for asked, known in pairs]


def _compare(
    asked: str,
    known: str,
    talks: Sequence[Conversation],
    split_of: Sequence[str],
    groups: Sequence[Sequence[int]],
    labels: LabelSet,
) -> Repeats:
    repeated, gold, other = 0, [], []
    for group in groups:
        ours, theirs = ([i for i in group if split_of[i] == name] for name in (asked, known))
        if asked == known:
            repeated += len(ours) if len(ours) > 1 else 0
            theirs, ours = ours[:1], ours[1:]
        elif theirs:
            repeated += len(ours)
        said = {normalise(turn.text): turn.label for i in reversed(theirs) for turn in talks[i] if turn.label}
        for turn in (turn for i in ours for turn in talks[i] if turn.label):
            if (label := said.get(normalise(turn.text))) is not None:
                gold.append(labels.index(str(turn.label)))
                other.append(labels.index(label))
    name = asked if asked == known else f"{asked} in {known}"
    agreement = measure(gold=gold, predicted=other, labels=labels) if gold else None
    return Repeats(name, split_of.count(asked), repeated, len(gold), agreement)


def sample_dialogues(conversations: Sequence[Conversation], count: int, seed: int = 0) -> list[Conversation]:
    """Draw `count` whole dialogues, in their original order; all of them if `count` is 0.

    The draw depends only on the seed, and a larger draw contains the smaller ones, so that cached replies serve both.
    Raises `UsageError` if there are fewer dialogues.
    """
    if not 0 <= count <= len(conversations):
        raise UsageError(f"{count} of {len(conversations)} dialogues can't be drawn", "Draw fewer, or leave it out")
    if not count:
        return list(conversations)
    places = list(range(len(conversations)))
    random.Random(seed).shuffle(places)
    return [conversations[place] for place in sorted(places[:count])]


SHARED_LINES = 2
"""How many long lines in common make a scene a shared one: a single one may be a common phrase."""
LONG_CHARACTERS = 20
"""The least length of a line, ignoring case and punctuation."""


def without_shared_scenes(
    conversations: Sequence[Conversation], training: Iterable[Conversation]
) -> list[Conversation]:
    """Return the dialogues that share fewer than two distinct long lines with the training data as a whole.

    As a whole, because two corpora may split the same show into scenes differently.
    """
    seen = {line for talk in training for line in long_lines(talk)}
    return [talk for talk in conversations if len(long_lines(talk) & seen) < SHARED_LINES]


def long_lines(conversation: Conversation) -> set[str]:
    """Return the distinct long lines of a dialogue, normalised."""
    lines = {normalise(turn.text) for turn in conversation}
    return {line for line in lines if len(line) >= LONG_CHARACTERS}
