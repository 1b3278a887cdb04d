"""Shards: what is labelled, kept and resumed as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sentemo.bulk.failure import Failure
from sentemo.bulk.inputs import Item


@dataclass(frozen=True, slots=True)
class Shard:
    """Conversations and failures that stand one after another in the input."""

    number: int
    items: tuple[Item, ...]


def shards(items: Iterable[Item], turns: int) -> Iterator[Shard]:
    """Cut the input after every `turns` turns, at the end of a conversation; a failure counts as a turn.

    What is in a shard depends on the input and on `turns` alone.
    """
    number = count = 0
    held: list[Item] = []
    for item in items:
        held.append(item)
        count += 1 if isinstance(item, Failure) else len(item.conversation)
        if count >= turns:
            yield Shard(number, tuple(held))
            number, count, held = number + 1, 0, []
    if held:
        yield Shard(number, tuple(held))
