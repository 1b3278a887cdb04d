"""Read turn by turn, a dialogue has the embeddings that it has at once, in causal mode."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from encoders.readers import random_reader
from sentemo.network.stretches import read
from sentemo.network.turn_reader import TurnReader

from .test_reader import dialogue


@settings(deadline=None, max_examples=60)
@given(
    lengths=st.lists(st.integers(0, 12), min_size=1, max_size=20),
    alone=st.integers(0, 3),
    window=st.integers(0, 4),
    seed=st.integers(0, 5),
)
def test_it_equals_reading_at_once(lengths: list[int], alone: int, window: int, seed: int) -> None:
    reader = random_reader(seed, alone=alone, window=window)
    tokens, speakers = dialogue(lengths, seed)
    (whole,) = read(reader, [tokens], [speakers], causal=True)
    turns = TurnReader(reader)
    found = [turns.add(each, int(speaker)) for each, speaker in zip(tokens, speakers, strict=True)]
    torch.testing.assert_close(torch.stack(found), whole, rtol=0, atol=2e-5)


def test_no_more_is_kept_than_the_window_holds() -> None:
    reader = random_reader(window=2)
    turns = TurnReader(reader)
    for each in dialogue([5] * 30)[0]:
        turns.add(each, 9)  # beyond the speakers that have a number
    assert {len(kept) for kept in turns._kept} == {2}
    with pytest.raises(IndexError):
        turns.add(torch.tensor([reader.shape.vocabulary]), 0)
