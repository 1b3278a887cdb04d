from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from sentemo import batching
from sentemo.network.batch import pad_tokens
from sentemo.network.reader import Reader
from sentemo.training import running
from sentemo.training.running import read, read_alone
from tests.encoders.readers import SHAPE, random_reader

from . import naive
from .naive import gelu, linear

Vector = NDArray[np.float64]
Dialogue = tuple[list[Tensor], Tensor]


def dialogue(lengths: list[int], seed: int = 0) -> Dialogue:
    """Random tokens of utterances of the given lengths, and random speakers."""
    generator = torch.Generator().manual_seed(seed)
    tokens = [torch.randint(1, SHAPE.vocabulary, (length,), generator=generator) for length in lengths]
    return tokens, torch.randint(0, 3, (len(lengths),), generator=generator)


def normalise(vector: Vector, weight: Vector, shift: Vector) -> Vector:
    return naive.normalise(vector, weight, shift, eps=1e-12)


def naive_read(reader: Reader, tokens: list[Tensor], speakers: Tensor, causal: bool) -> Vector:
    """One dialogue in plain loops over its tokens."""
    shape = reader.shape
    w = {name: tensor.double().numpy() for name, tensor in reader.state_dict().items()}
    turn = [number for number, utterance in enumerate(tokens) for _ in utterance]
    states = [
        normalise(w["word.weight"][token] + w["place.weight"][place], w["norm.weight"], w["norm.bias"])
        for utterance in tokens
        for place, token in enumerate(utterance.tolist())
    ]
    head_width = shape.width // shape.heads
    for number in range(shape.layers):
        name, joint = f"layers.{number}", number >= shape.alone
        if number == shape.alone:
            states = [s + w["speaker.weight"][int(speakers[turn[i]])] for i, s in enumerate(states)]
        projected = [linear(w, f"{name}.query_key_value", state) for state in states]
        attended = []
        for i, mine in enumerate(projected):
            heads = []
            for head in range(shape.heads):
                cut = slice(head * head_width, (head + 1) * head_width)
                slope = 2.0 ** (3 - 5.5 * head / (shape.heads - 1))
                logits, values = [], []
                for j, other in enumerate(projected):
                    ahead = turn[j] - turn[i]
                    if abs(ahead) > (shape.window if joint else 0) or (causal and ahead > 0):
                        continue
                    query, key = mine[: shape.width][cut], other[shape.width : 2 * shape.width][cut]
                    logits.append(query @ key / math.sqrt(head_width) - slope * abs(ahead))
                    values.append(other[2 * shape.width :][cut])
                weight = np.exp(np.array(logits) - max(logits))
                heads.append(weight / weight.sum() @ np.array(values))
            attended.append(linear(w, f"{name}.attention_out", np.concatenate(heads)))
        states = [
            normalise(state + seen, w[f"{name}.attention_norm.weight"], w[f"{name}.attention_norm.bias"])
            for state, seen in zip(states, attended, strict=True)
        ]
        for i, state in enumerate(states):
            wide = linear(w, f"{name}.widen", state)
            out = state + linear(w, f"{name}.narrow", gelu(wide))
            states[i] = normalise(out, w[f"{name}.norm.weight"], w[f"{name}.norm.bias"])
    return np.array([np.mean([s for i, s in enumerate(states) if turn[i] == t], 0) for t in range(len(tokens))])


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("alone", [0, 1, 3])
def test_equals_plain_loops(alone: int, causal: bool) -> None:
    reader = random_reader(alone=alone)
    tokens, speakers = dialogue([3, 1, 4, 2, 5])
    [found] = read(reader, [tokens], [speakers], causal=causal)
    wanted = naive_read(reader, tokens, speakers, causal)
    np.testing.assert_allclose(found.numpy(), wanted, atol=2e-5)


@pytest.mark.evidence("predictions.names")
@given(st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=30), min_size=1, max_size=6), st.booleans())
@settings(max_examples=25, deadline=None)
def test_neither_batch_nor_padding_nor_stretches_change_an_embedding(lengths: list[list[int]], causal: bool) -> None:
    reader = random_reader()
    talks = [dialogue(each, seed) for seed, each in enumerate(lengths)]
    alone = [read(reader, [tokens], [speakers], causal=causal)[0] for tokens, speakers in talks]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batching, "STRETCH_TOKENS", 20)
        patch.setattr(running, "BATCH_TOKENS", 150)
        together = read(reader, [t for t, _ in talks], [s for _, s in talks], causal=causal)
    for one, other in zip(alone, together, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-5)


@pytest.mark.parametrize("causal", [False, True])
def test_an_utterance_reaches_as_far_as_it_should(causal: bool) -> None:
    reader = random_reader()  # two joint layers, window 2
    tokens, speakers = dialogue([3] * 14)
    [before] = read(reader, [tokens], [speakers], causal=causal)
    tokens[7] = tokens[7].flip(0) + 1
    [after] = read(reader, [tokens], [speakers], causal=causal)
    moved = (before - after).abs().amax(1) > 1e-7
    assert reader.shape.reach == 4
    assert moved.nonzero().flatten().tolist() == list(range(7 if causal else 3, 12))


def test_a_very_long_dialogue_is_read_in_bounded_pieces() -> None:
    reader = random_reader()
    seen: list[int] = []
    reader.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].numel()))
    tokens, speakers = dialogue([9] * 2000)
    [vectors] = read(reader, [tokens], [speakers])
    assert vectors.shape == (2000, 16) and vectors.isfinite().all()
    assert len(seen) > 2 and max(seen) <= running.BATCH_TOKENS


@pytest.mark.parametrize("alone", [0, 1, 2, 3])
@pytest.mark.parametrize("causal", [False, True])
def test_states_of_utterances_that_were_read_alone_stand_for_their_tokens(alone: int, causal: bool) -> None:
    reader = random_reader(alone=alone)
    talks = [dialogue([3, 1, 7, 2], 1), dialogue([5], 2), dialogue([4, 4], 1)]
    talks[1][0][0] = talks[0][0][2][:5]
    talks[2][0][1] = talks[2][0][0].clone()
    tokens, speakers = [talk[0] for talk in talks], [talk[1] for talk in talks]
    states = read_alone(reader, tokens)
    assert [[len(each) for each in talk] for talk in states] == [[len(each) for each in talk] for talk in tokens]
    assert states[2][0] is states[2][1]
    for found, wanted in zip(
        read(reader, states, speakers, causal=causal), read(reader, tokens, speakers, causal=causal), strict=True
    ):
        torch.testing.assert_close(found, wanted, rtol=0, atol=1e-5)


def test_padding() -> None:
    batch = pad_tokens([dialogue([2, 3])[0], dialogue([9])[0]], [torch.tensor([0, 1]), torch.tensor([0])])
    assert batch.tokens.shape == batch.places.shape == batch.turns.shape == (2, 16)
    assert batch.turns.tolist()[0] == [0, 0, 1, 1, 1, *[-1] * 11]
    assert batch.places.tolist()[0] == [0, 1, 0, 1, 2, *[0] * 11]
    assert batch.is_turn.tolist() == [[True, True], [True, False]]
