"""Labelled examples, gathered from conversations and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sentemo.errors import BadInput
from sentemo.types import Conversation

MAX_LABELS = 200
MAX_PER_LABEL = 100


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled utterance: positions of its conversation and turn, its text and label."""

    conversation: int
    turn: int
    text: str
    label: str


def gather(
    conversations: Sequence[Conversation], names: Sequence[str] = (), descriptions: Mapping[str, str] | None = None
) -> tuple[list[Example], tuple[str, ...]]:
    """Collect the labelled utterances (the support) and the labels, `names` first, in their order, others sorted.

    Raises `BadInput` for an utterance with two labels, a label of `names` with neither example nor description, more
    than 100 examples of a label, more than 200 labels, and where there is nothing to learn.
    """
    described = descriptions or {}
    examples = _distinct(conversations)
    counts = Counter(example.label for example in examples)
    found = (*names, *sorted({*counts, *described} - {*names}))
    if len(set(names)) < len(names):
        raise BadInput(f"The labels {list(names)} name one twice", "Name each label once")
    if not found:
        raise BadInput("No turn has a label", 'Add a "label" to the turns that are examples')
    if len(found) > MAX_LABELS:
        raise BadInput(f"{len(found):,} labels are more than {MAX_LABELS}", "Is the label column the right one?")
    for name in found:
        if not name.strip():
            raise BadInput("A label is blank", "Give it a name")
        if name not in counts and not described.get(name, "").strip():
            raise BadInput(f"The label {name!r} has no example", "Give it one, or describe it in a few words")
        if counts[name] > MAX_PER_LABEL:
            raise BadInput(
                f"The label {name!r} has {counts[name]:,} examples, more than {MAX_PER_LABEL}",
                "Keep 100 of them, or train a model on all: sentemo train files",
            )
    return examples, found


def _distinct(conversations: Sequence[Conversation]) -> list[Example]:
    """Each labelled turn once; the same turn of the same conversation can't have two labels."""
    known: dict[tuple[tuple[tuple[str, str], ...], int], Example] = {}
    for number, talk in enumerate(conversations):
        content = tuple((turn.speaker, turn.text) for turn in talk)
        for place, turn in enumerate(talk):
            if turn.label is None:
                continue
            example = Example(number, place, turn.text, turn.label)
            before = known.setdefault((content, place), example)
            if before.label != turn.label:
                where = f"Turn {place + 1} of conversation {talk.id!r} ({turn.text[:40]!r})"
                raise BadInput(f"{where} is labelled {before.label!r} and {turn.label!r}", "Keep one of the two")
    return [*known.values()]
