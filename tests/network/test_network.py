from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sentemo.network.batch import pad
from sentemo.network.context import Standardize
from sentemo.network.layer import EncoderLayer, SharedDropout
from sentemo.network.network import Network
from sentemo.network.shape import NetworkShape

from .naive import naive_run, random_network

SMALL = NetworkShape(embedding_dim=6, labels=3, context_dim=8, space_dim=5, layers=2, heads=2, window=3)
SHAPES = {
    "small": SMALL,
    "alone": replace(SMALL, layers=0),
    "one layer": replace(SMALL, layers=1, window=1),
    "window 0": replace(SMALL, window=0),
    "paper": replace(SMALL, embedding_dim=8, space_dim=8, layers=1, keep_own=False, paper_classifier=True),
    "wide": replace(SMALL, window=40, heads=4, space_dim=16, paper_classifier=True),
}


def dialogue(turns: int, width: int, seed: int = 0, persons: int = 10) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    utterances = torch.randn(turns, width, generator=generator, dtype=torch.float64)
    return utterances, torch.randint(persons, (turns,), generator=generator)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_it_equals_plain_loops(shape: NetworkShape, causal: bool) -> None:
    network = random_network(shape)
    utterances, speakers = dialogue(12, shape.embedding_dim)
    with torch.inference_mode():
        output = network(*pad([utterances], [speakers]), causal=causal)
    scores, points = naive_run(network, utterances, speakers.tolist(), causal)
    np.testing.assert_allclose(output.scores[0], scores, atol=1e-9)
    np.testing.assert_allclose(output.points[0], points, atol=1e-9)
    assert np.ptp(scores, axis=0).min() > 0.01  # turns differ, so the comparison says something


def test_positions_beyond_the_last_and_speakers_beyond_the_eighth_are_served() -> None:
    network = random_network(replace(SMALL, layers=1, window=2))
    utterances, speakers = dialogue(70, 6, persons=30)
    with torch.inference_mode():
        output = network(*pad([utterances], [speakers]))
    assert speakers.max() > 8
    np.testing.assert_allclose(output.scores[0], naive_run(network, utterances, speakers.tolist())[0], atol=1e-9)


def test_attention_tells_speakers_beyond_the_eighth_apart() -> None:
    network = random_network(SMALL)
    utterances, _ = dialogue(3, 6)
    with torch.inference_mode():
        same = network(*pad([utterances], [torch.tensor([9, 9, 9])])).scores
        other = network(*pad([utterances], [torch.tensor([9, 10, 9])])).scores
    assert (same - other).abs().max() > 1e-3


def test_points_lie_on_the_unit_sphere() -> None:
    for shape in SHAPES.values():
        points = random_network(shape)(*pad(*zip(dialogue(9, shape.embedding_dim), strict=True))).points
        assert points.shape == (1, 9, shape.space_dim)
        torch.testing.assert_close(points.norm(dim=-1), torch.ones(1, 9, dtype=torch.float64))


@pytest.mark.evidence("predictions.names")
@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.booleans(), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_neither_the_batch_nor_its_padding_matters(lengths: list[int], causal: bool, seed: int) -> None:
    network = random_network(SMALL)
    talks = [dialogue(length, 6, seed + place) for place, length in enumerate(lengths)]
    batch = pad([utterances for utterances, _ in talks], [speakers for _, speakers in talks])
    filled = batch.utterances.masked_fill(~batch.is_turn[..., None], 1e4)  # what stands at padding means nothing
    persons = batch.speakers.masked_fill(~batch.is_turn, 7)
    with torch.inference_mode():
        together = network(filled, persons, batch.is_turn, causal=causal)
        for row, (utterances, speakers) in enumerate(talks):
            alone = network(*pad([utterances], [speakers]), causal=causal)
            torch.testing.assert_close(together.scores[row, : lengths[row]], alone.scores[0], rtol=0, atol=1e-9)
            torch.testing.assert_close(together.points[row, : lengths[row]], alone.points[0], rtol=0, atol=1e-9)
    assert together.scores.isfinite().all()


@pytest.mark.evidence("predictions.causal")
@given(st.integers(1, 12), st.data(), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_in_causal_mode_no_later_turn_matters(turns: int, data: st.DataObject, seed: int) -> None:
    known = data.draw(st.integers(1, turns))
    network = random_network(SMALL)
    utterances, speakers = dialogue(turns, 6, seed)
    changed, others = dialogue(turns, 6, seed + 1000)
    changed[:known], others[:known] = utterances[:known], speakers[:known]
    with torch.inference_mode():
        before = network(*pad([utterances[:known]], [speakers[:known]]), causal=True)
        after = network(*pad([changed], [others]), causal=True)
    torch.testing.assert_close(after.scores[0, :known], before.scores[0], rtol=0, atol=1e-9)
    torch.testing.assert_close(after.points[0, :known], before.points[0], rtol=0, atol=1e-9)


def test_a_turn_reaches_as_far_as_the_shape_says() -> None:
    network = random_network(SMALL)
    utterances, speakers = dialogue(30, 6)
    changed = utterances.clone()
    changed[15] += 1
    with torch.inference_mode():
        for causal in (False, True):
            before, after = (
                network(*pad([version], [speakers]), causal=causal).scores[0] for version in (utterances, changed)
            )
            moved = ((after - before).abs().amax(-1) > 1e-9).nonzero().flatten().tolist()
            assert moved == list(range(15 if causal else 15 - SMALL.reach, 15 + SMALL.reach + 1))


@pytest.mark.parametrize("shape", [SHAPES["small"], SHAPES["paper"], SHAPES["wide"]])
def test_the_gradient_reaches_every_parameter(shape: NetworkShape) -> None:
    torch.manual_seed(0)
    network = Network(shape)
    utterances, speakers = dialogue(80, shape.embedding_dim)  # beyond the last position
    output = network(*pad([utterances.float()], [speakers]))
    (output.scores.square().sum() + output.points[..., 0].sum()).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


def test_training_and_inference_give_the_same_without_dropout() -> None:
    shape = replace(SMALL, dropout=0.0, input_dropout=0.0)
    network = Network(shape)
    utterances, speakers = dialogue(9, 6)
    batch = pad([utterances.float()], [speakers])
    torch.testing.assert_close(network.train()(*batch).scores, network.eval()(*batch).scores, rtol=0, atol=1e-6)
    noisy = Network(SMALL).train()
    assert (noisy(*batch).scores - noisy(*batch).scores).abs().max() > 1e-3


def test_standardizing_takes_mean_and_deviation_of_the_embeddings() -> None:
    embeddings = torch.randn(50, 3) * torch.tensor([2.0, 0.1, 0.0]) + torch.tensor([1.0, -3.0, 5.0])
    standardize = Standardize(3)
    standardize.fit(embeddings)
    out = standardize(embeddings)
    torch.testing.assert_close(out.mean(0), torch.zeros(3), rtol=0, atol=1e-4)
    torch.testing.assert_close(out.std(0), torch.tensor([1.0, 1.0, 0.0]), rtol=0, atol=1e-4)


def test_a_width_that_the_heads_do_not_divide_is_refused() -> None:
    with pytest.raises(ValueError, match="8 can't be divided among 3 heads"):
        EncoderLayer(8, 3, 0.0)


def test_dropout_falls_alike_on_all_turns_of_a_dialogue() -> None:
    dropout = SharedDropout(0.5)
    turns = torch.ones(40, 6, 50)
    fallen = dropout(turns) == 0
    assert (fallen == fallen[:, :1]).all()
    assert (fallen[:, 0].float().mean() - 0.5).abs() < 0.05
    assert torch.equal(dropout(turns).unique(), torch.tensor([0.0, 2.0]))  # what stays is scaled up
    assert torch.equal(dropout.eval()(turns), turns)
