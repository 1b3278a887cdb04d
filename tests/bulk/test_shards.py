from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.bulk.inputs import Item, Talk, shards
from sentemo.bulk.parts import Failure
from sentemo.types import Conversation

FAILURE = Failure("file", 1, "cause", "step")


def item(turns: int) -> Item:
    """Make a conversation of so many turns; of none, a failure."""
    return Talk("file", Conversation.of(*["words"] * turns)) if turns else FAILURE


@settings(deadline=None)
@given(lengths=st.lists(st.integers(0, 9)), turns=st.integers(1, 12))
def test_shards_hold_everything_once_in_order_and_end_when_they_are_full(lengths: list[int], turns: int) -> None:
    items = [item(length) for length in lengths]
    cut = list(shards(items, turns))
    assert [each for shard in cut for each in shard.items] == items
    assert [shard.number for shard in cut] == list(range(len(cut)))
    sizes = [[max(1, len(each.conversation)) if isinstance(each, Talk) else 1 for each in s.items] for s in cut]
    assert all(sum(size) >= turns for size in sizes[:-1])
    assert all(sum(size[:-1]) < turns for size in sizes)


def test_a_shard_is_made_when_it_is_asked_for() -> None:
    read = []
    cut = shards((read.append(number) or item(2) for number in range(100)), 4)  # type: ignore[func-returns-value]
    next(cut)
    assert read == [0, 1]
