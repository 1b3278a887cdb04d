"""How many dialogues of a corpus come twice, and whether they were labelled alike both times.

A dialogue that comes twice was annotated twice: how far the two annotations agree says what a model can reach that
knows the dialogue by heart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentemo.evaluation.duplicates import dialogue_groups, normalise
from sentemo.evaluation.metrics import Metrics, measure
from sentemo.types import Conversation, LabelSet


@dataclass(frozen=True, slots=True)
class Repeats:
    """Near-duplicates (`duplicates.py`) within a split and between two."""

    name: str
    """The split, or the split and the one that it is held against."""
    dialogues: int
    """Dialogues of the split."""
    repeated: int
    """Of these, how many have a near-duplicate."""
    turns: int
    """Labelled turns of the repeated ones whose text stands in the near-duplicate, labelled too."""
    agreement: Metrics | None
    """Labels of these turns (as gold) against those in the near-duplicate; None where there is no such turn."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`."""
        figures = None if self.agreement is None else dict(self.agreement.figures)
        counts = {"dialogues": self.dialogues, "repeated": self.repeated, "turns": self.turns}
        return {"splits": self.name, **counts, "agreement": figures}


def find_repeats(splits: Mapping[str, Sequence[Conversation]], labels: LabelSet) -> list[Repeats]:
    """Look within each split and, for each pair, how much of the later stands in the earlier."""
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
