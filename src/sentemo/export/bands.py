"""In which bands the turns around a turn are read, as numbers alone."""

from __future__ import annotations


def bands(reach: int) -> list[slice]:
    """The columns of `neighbours` in 2 log2(2W) bands: the turn before and after, the next ones, then 2, 4, ... each.

    W is a power of 2. A farther turn shares its place with more others.
    """
    ends = [2**power for power in range(reach.bit_length())]  # 1, 2, 4, ..., W
    found = []
    for first, last in zip([1, *(end + 1 for end in ends)], ends, strict=False):
        found += [slice(reach - last, reach - first + 1), slice(reach + first - 1, reach + last)]
    return found
