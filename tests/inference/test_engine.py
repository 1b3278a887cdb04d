"""The engine cuts and batches, and none of it changes an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.batching import Array, pieces
from sentemo.encoders.hashing import HashingEncoder
from sentemo.inference.engine import BATCH_TURNS, Engine
from sentemo.inference.modules import Modules
from sentemo.network.network import Network
from tests.network.naive import random_network
from tests.network.test_network import SMALL, dialogue


@given(st.lists(st.integers(0, 60), max_size=5), st.integers(0, 9), st.integers(1, 20))
def test_pieces_cover_every_turn_once_with_what_reaches_it(lengths: list[int], reach: int, piece_turns: int) -> None:
    covered: list[list[int]] = [[] for _ in lengths]
    for number, first, start, stop, last in pieces(lengths, reach, piece_turns):
        assert 0 < stop - start <= piece_turns
        assert first == max(0, start - reach) and last == min(lengths[number], stop + reach)
        covered[number] += range(start, stop)
    assert covered == [list(range(length)) for length in lengths]


def engine_of(network: Network, *, causal: bool = False) -> Engine:
    return Engine(Modules(HashingEncoder(8), network.float()), causal)


def talk(turns: int, seed: int = 0) -> tuple[Array, Array]:
    utterances, speakers = dialogue(turns, 6, seed)
    return utterances.float().numpy(), speakers.numpy()


@given(st.integers(1, 150), st.integers(1, 40), st.booleans())
@settings(max_examples=25, deadline=None)
def test_running_in_pieces_equals_running_whole(turns: int, piece_turns: int, causal: bool) -> None:
    engine = engine_of(random_network(SMALL), causal=causal)  # layers 2, window 3; positions matter up to the 64th turn
    utterances, speakers = talk(turns, turns)
    [whole] = engine.score([utterances], [speakers], [0])
    cuts = list(pieces([turns], SMALL.reach, piece_turns))
    outputs = engine.score(
        [utterances[cut.first : cut.last] for cut in cuts],
        [speakers[cut.first : cut.last] for cut in cuts],
        [cut.first for cut in cuts],
    )
    kept = [
        output.at(slice(cut.start - cut.first, cut.stop - cut.first)) for cut, output in zip(cuts, outputs, strict=True)
    ]
    for ours, theirs in zip(map(np.concatenate, zip(*kept, strict=True)), whole, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def test_a_piece_without_its_place_would_differ() -> None:
    engine, (utterances, speakers) = engine_of(random_network(SMALL)), talk(20)
    here, there = (engine.score([utterances], [speakers], [first])[0].scores for first in (0, 5))
    assert np.abs(here - there).max() > 1e-3


def test_outputs_come_in_order_and_batches_are_bounded() -> None:
    network = random_network(replace(SMALL, layers=1))
    seen: list[tuple[int, int]] = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[:2]))
    engine = engine_of(network)
    lengths = [3, 700, 1, 41, 41, 900, 2] + [8] * 300
    talks = [talk(length, place) for place, length in enumerate(lengths)]
    outputs = engine.score([said for said, _ in talks], [speakers for _, speakers in talks], [0] * len(talks))
    assert [len(output.scores) for output in outputs] == lengths
    assert len(seen) > 1 and all(rows * turns <= BATCH_TURNS for rows, turns in seen)
    for place in (0, 3, 6, 200):
        [alone] = engine.score([talks[place][0]], [talks[place][1]], [0])
        np.testing.assert_allclose(outputs[place].scores, alone.scores, rtol=0, atol=1e-4)
    assert engine.score([], [], []) == []
