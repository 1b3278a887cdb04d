"""Collect labelled examples from conversations and validate them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sentemo.errors import BadInput
from sentemo.types import COUNTER, Conversation, Utterance

MAX_LABELS = 200
MAX_PER_LABEL = 100
OTHER = "other"
"""The label for none of the others."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled utterance: positions of its conversation and turn, its text and label."""

    conversation: int
    turn: int
    text: str
    label: str
    counter: bool = False
    """Whether the label does not apply."""


def gather(
    conversations: Sequence[Conversation], names: Sequence[str] = (), descriptions: Mapping[str, str] | None = None
) -> tuple[list[Example], tuple[str, ...]]:
    """Collect the labelled utterances (the support) and the labels, `names` first, in their order, others sorted.

    A label that starts with `!` marks a counter-example of the label after it. Raises `BadInput` for an utterance with
    two labels, labels that differ only in case or whitespace, a label of `names` with neither example nor description,
    more than 100 examples of a label, more than 200 labels, and if there is nothing to learn.
    """
    described = descriptions or {}
    examples = _distinct(conversations)
    counts = Counter(example.label for example in examples if not example.counter)
    found = (*names, *sorted({*counts, *described} - {*names}))
    if len(set(names)) < len(names):
        raise BadInput(f"The labels {list(names)} name one twice", "Name each label once")
    if not found:
        raise BadInput("No turn has a label", 'Add a "label" to the turns that are examples')
    if len(found) > MAX_LABELS:
        raise BadInput(f"{len(found):,} labels are more than {MAX_LABELS}", "Is the label column the right one?")
    _check_alike(found)
    for name in found:
        if not name.strip():
            raise BadInput("A label is blank", "Give it a name")
        if name not in counts and not described.get(name, "").strip() and name != OTHER:
            raise BadInput(f"The label {name!r} has no example", "Give it one, or describe it in a few words")
        if counts[name] > MAX_PER_LABEL:
            raise BadInput(
                f"The label {name!r} has {counts[name]:,} examples, more than {MAX_PER_LABEL}",
                "Keep 100 of them, or train a model on all: sentemo train files",
            )
    for example in examples:
        if example.counter and example.label not in found:
            raise BadInput(
                f"{example.label!r} has counter-examples and no example", "Give it one, or describe it in a few words"
            )
    return examples, found


def _check_alike(names: Sequence[str]) -> None:
    known: dict[str, str] = {}
    for name in names:
        before = known.setdefault(" ".join(name.casefold().split()), name)
        if before != name:
            raise BadInput(f"The labels {before!r} and {name!r} differ in case or space alone", "Write them alike")


def _distinct(conversations: Sequence[Conversation]) -> list[Example]:
    """Return each labelled turn once; a turn of a conversation can't have two labels, unless it lists them."""
    known: dict[tuple[object, int], tuple[str, ...]] = {}
    examples = []
    for number, talk in enumerate(conversations):
        content: object = tuple((turn.speaker, turn.text) for turn in talk) if len(talk) > 1 else talk.turns[0].text
        for place, turn in enumerate(talk):
            given = turn.labels if turn.label is None else (turn.label,)
            if not given:
                continue
            before = known.get((content, place), ())
            _check_agree(before, given, f"Turn {place + 1} of conversation {talk.id!r} ({turn.text[:40]!r})")
            known[content, place] = before + given
            examples += [each for label in given if label not in before for each in _made(number, place, turn, label)]
    return examples


def _made(number: int, place: int, turn: Utterance, label: str) -> Iterator[Example]:
    counter = label.startswith(COUNTER)
    yield Example(number, place, turn.text, label.removeprefix(COUNTER), counter)


def _check_agree(before: Sequence[str], given: Sequence[str], where: str) -> None:
    """Raise `BadInput` for a turn with two labels, or with a label that both applies and doesn't."""
    for old in before:
        for new in given:
            both = not old.startswith(COUNTER) and not new.startswith(COUNTER)
            if old != new and (both or old.lstrip(COUNTER) == new.lstrip(COUNTER)):
                raise BadInput(
                    f"{where} is labelled {old!r} and {new!r}", 'Keep one of the two, or write both: "labels": [...]'
                )
