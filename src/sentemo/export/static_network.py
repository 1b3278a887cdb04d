"""The numbers of a static model, and what it computes with them. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel
from sentemo.export.bands import bands

SCALE = ".scale"
"""Ends the name of an 8-bit matrix's scales, one a row (`artifacts/weights.py`)."""

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


class StaticNetwork:
    """Score turns by the vectors of their own words and of the turns around them.

    N turns of L tokens, V tokens known, D numbers a vector, H in the hidden layer, W turns on either side in B bands, C
    labels.
    """

    def __init__(self, numbers: Mapping[str, Floats], reach: int) -> None:
        self.bands = bands(reach)
        self.table = numbers["table"]  # (V,D)
        self.own, self.bias = numbers["own.weight"].T, numbers["own.bias"]  # (D,H), (H,)
        self.near = numbers["near.weight"].T  # (BD,H)
        self.straight = numbers["straight.weight"].T  # (D,C)
        self.out, self.out_bias = numbers["out.weight"].T, numbers["out.bias"]  # (H,C), (C,)

    def pool(self, tokens: Sequence[Sequence[int]]) -> Floats:
        """N texts of at least one token -> (N,D): the sum of the tokens' vectors by the root of their number.

        How much a token weighs is the length of its vector, which was trained.
        """
        lengths = np.array([len(text) for text in tokens])
        rows = self.table[np.concatenate([np.asarray(text) for text in tokens])]
        sums = np.add.reduceat(rows, lengths.cumsum() - lengths, axis=0)
        out: Floats = sums / np.sqrt(lengths, dtype=np.float32)[:, None]
        return out

    def score(self, turns: Floats, around: Rows) -> Floats:
        """(N,D) vectors, (N,2W) rows of neighbours, N where there is none -> (N,C) scores."""
        known = np.concatenate([turns, np.zeros_like(turns[:1])])  # whoever is not there says nothing
        near = [known[around[:, band]].sum(1) / (band.stop - band.start) for band in self.bands]
        hidden = turns @ self.own + np.concatenate(near, 1, dtype=np.float32) @ self.near + self.bias
        out: Floats = np.maximum(hidden, 0) @ self.out + turns @ self.straight + self.out_bias
        return out


def read_numbers(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Floats]:
    """Read what `write_weights` wrote, 8 and 16 bits widened to 32; raise `BadModel` unless it has these shapes."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        stored: Mapping[str, NDArray[Any]] = load(path.read_bytes())
        numbers = {name: _widened(name, stored) for name in stored if not name.endswith(SCALE)}
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise BadModel(f"{path} holds no sound safetensors weights ({error})", AGAIN) from error
    if {name: array.shape for name, array in numbers.items()} != shapes:
        raise BadModel(f"{path} does not fit its configuration", AGAIN)
    return numbers


def _widened(name: str, stored: Mapping[str, NDArray[Any]]) -> Floats:
    wide: Floats = stored[name].astype(np.float32)
    if stored[name].dtype == np.int8:
        wide *= stored[name + SCALE].astype(np.float32)[:, None]
    if not np.isfinite(wide).all():
        raise ValueError(f"{name} holds numbers that are not finite")
    return wide
