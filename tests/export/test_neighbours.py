"""Neighbours against a loop."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sentemo.export.neighbours import neighbours


@given(st.lists(st.integers(1, 7), min_size=1, max_size=5), st.integers(1, 4))
def test_they_are_those_of_the_same_dialogue(lengths: list[int], reach: int) -> None:
    owner = [dialogue for dialogue, length in enumerate(lengths) for _ in range(length)]
    total = len(owner)
    offsets = [*range(-reach, 0), *range(1, reach + 1)]
    wanted = [
        [row + o if 0 <= row + o < total and owner[row + o] == owner[row] else total for o in offsets]
        for row in range(total)
    ]
    assert neighbours(lengths, reach).tolist() == wanted
