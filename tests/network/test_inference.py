from __future__ import annotations

from dataclasses import replace

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.network.cuts import pieces
from sentemo.network.inference import BATCH_TURNS, run

from .naive import random_network
from .test_network import SMALL, dialogue


@given(st.lists(st.integers(0, 60), max_size=5), st.integers(0, 9), st.integers(1, 20))
def test_pieces_cover_every_turn_once_with_what_reaches_it(lengths: list[int], reach: int, piece_turns: int) -> None:
    covered: list[list[int]] = [[] for _ in lengths]
    for number, first, start, stop, last in pieces(lengths, reach, piece_turns):
        assert 0 < stop - start <= piece_turns
        assert first == max(0, start - reach) and last == min(lengths[number], stop + reach)
        covered[number] += range(start, stop)
    assert covered == [list(range(length)) for length in lengths]


@given(st.integers(1, 150), st.integers(1, 40), st.booleans())
@settings(max_examples=25, deadline=None)
def test_running_in_pieces_equals_running_whole(turns: int, piece_turns: int, causal: bool) -> None:
    network = random_network(SMALL)  # layers 2, window 3; positions matter up to the 64th turn
    utterances, speakers = dialogue(turns, 6, turns)
    [whole] = run(network, [utterances], [speakers], causal=causal)
    cuts = list(pieces([turns], SMALL.reach, piece_turns))
    outputs = run(
        network,
        [utterances[cut.first : cut.last] for cut in cuts],
        [speakers[cut.first : cut.last] for cut in cuts],
        causal=causal,
        first_turns=[cut.first for cut in cuts],
    )
    for name in ("scores", "points"):
        joined = torch.cat(
            [
                getattr(output, name)[cut.start - cut.first : cut.stop - cut.first]
                for cut, output in zip(cuts, outputs, strict=True)
            ]
        )
        torch.testing.assert_close(joined, getattr(whole, name), rtol=0, atol=1e-9)


def test_a_piece_without_its_place_would_differ() -> None:
    network = random_network(SMALL)
    utterances, speakers = dialogue(20, 6)
    [here] = run(network, [utterances], [speakers])
    [there] = run(network, [utterances], [speakers], first_turns=[5])
    assert (here.scores - there.scores).abs().max() > 1e-3


def test_outputs_come_in_order_and_batches_are_bounded() -> None:
    network = random_network(replace(SMALL, layers=1))
    seen: list[tuple[int, int]] = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[:2]))
    lengths = [3, 700, 1, 41, 41, 900, 2] + [8] * 700
    talks = [dialogue(length, 6, place) for place, length in enumerate(lengths)]
    outputs = run(network, [utterances for utterances, _ in talks], [speakers for _, speakers in talks])
    assert [len(output.scores) for output in outputs] == lengths
    assert len(seen) > 1 and all(rows * turns <= BATCH_TURNS for rows, turns in seen)
    for place in (0, 3, 6, 400):
        [alone] = run(network, [talks[place][0]], [talks[place][1]])
        torch.testing.assert_close(outputs[place].scores, alone.scores, rtol=0, atol=1e-9)
    assert run(network, [], []) == []
