"""Neighbours against a loop, and their bands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sentemo.static.network import bands, neighbours


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


@given(st.integers(0, 5))
def test_bands_cover_each_turn_once_and_double(power: int) -> None:
    reach = 2**power
    offsets = [*range(-reach, 0), *range(1, reach + 1)]
    found = [offsets[band] for band in bands(reach)]
    assert sorted(offset for band in found for offset in band) == offsets
    assert found[:2] == [[-1], [1]] and found[2:4] == ([[-2], [2]] if power else [])
    for before, after in zip(found[::2], found[1::2], strict=True):
        assert sorted(-offset for offset in before) == after
    assert [len(band) for band in found[2::2]] == [2**each for each in range(power)]
