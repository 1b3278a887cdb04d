from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from reproduction.isolated.siamese import LinearSubnetwork, RecurrentSubnetwork, SiameseNetwork

LENGTHS = torch.tensor([3, 0, 7, 1, 5])
KINDS = (LinearSubnetwork, RecurrentSubnetwork)
SUBNETWORKS = pytest.mark.parametrize("kind", KINDS)


def make(kind: type[nn.Module]) -> nn.Module:
    torch.manual_seed(0)
    network = kind(6, space_dim=4, hidden_dim=8)
    network.standardize.fit(torch.randn(50, 6) * 3 + 1)
    return network.eval()


def utterances(seed: int = 0) -> Tensor:
    """Five utterances (5,7,6), padded with zeros."""
    words = torch.randn(5, 7, 6, generator=torch.Generator().manual_seed(seed))
    return words * (torch.arange(7) < LENGTHS[:, None])[..., None]


@SUBNETWORKS
def test_points_lie_on_the_unit_sphere_even_without_words(kind: type[nn.Module]) -> None:
    points = make(kind)(utterances(), LENGTHS)
    assert points.shape == (5, 4)
    torch.testing.assert_close(points.norm(dim=-1), torch.ones(5))
    assert kind(6)(utterances(), LENGTHS).shape == (5, 128)


@SUBNETWORKS
def test_neither_padding_nor_company_changes_a_point(kind: type[nn.Module]) -> None:
    network, words = make(kind), utterances()
    points = network(words, LENGTHS)
    noisy = torch.where((torch.arange(7) < LENGTHS[:, None])[..., None], words, torch.tensor(9.0))
    torch.testing.assert_close(network(noisy, LENGTHS), points)
    torch.testing.assert_close(network(nn.functional.pad(words, (0, 0, 0, 4)), LENGTHS), points)
    torch.testing.assert_close(network(words.flip(0), LENGTHS.flip(0)).flip(0), points)
    for place, length in enumerate(LENGTHS.tolist()):
        alone = network(words[place : place + 1, : max(length, 1)], LENGTHS[place : place + 1])
        torch.testing.assert_close(alone[0], points[place])


@SUBNETWORKS
def test_every_real_word_matters(kind: type[nn.Module]) -> None:
    network, words = make(kind), utterances()
    points = network(words, LENGTHS)
    for word in range(7):
        other = words.clone()
        other[2, word] += 1
        changed = (network(other, LENGTHS) - points).abs().amax(1)
        assert changed[2] > 1e-5 and not changed[[0, 1, 3, 4]].any()


def test_the_order_of_words_matters_to_the_recurrent_alone() -> None:
    words = utterances()
    turned = words[2:3].flip(1)
    for kind, matters in zip(KINDS, (False, True), strict=True):
        network = make(kind)
        gap = network(words[2:3], LENGTHS[2:3]) - network(turned, LENGTHS[2:3])
        assert bool(gap.abs().max() > 1e-4) == matters


def test_the_linear_equals_plain_loops() -> None:
    network = make(LinearSubnetwork)
    weight = {name: value.tolist() for name, value in network.state_dict().items()}
    for words, length, ours in zip(
        utterances().tolist(), LENGTHS.tolist(), network(utterances(), LENGTHS), strict=True
    ):
        mean = [0.0] * 6
        for word in words[:length]:
            for e in range(6):
                mean[e] += (word[e] - weight["standardize.mean"][e]) * weight["standardize.scale"][e] / length
        hidden = [
            max(0.0, bias + sum(w * x for w, x in zip(row, mean, strict=True)))
            for row, bias in zip(weight["hidden.weight"], weight["hidden.bias"], strict=True)
        ]
        point = [
            bias + sum(w * x for w, x in zip(row, hidden, strict=True))
            for row, bias in zip(weight["out.weight"], weight["out.bias"], strict=True)
        ]
        np.testing.assert_allclose(ours.tolist(), np.array(point) / math.hypot(*point), atol=1e-5)


def test_the_recurrent_reads_five_layers_after_the_last_word() -> None:
    network = make(RecurrentSubnetwork)
    assert network.lstm.num_layers == 5
    words, ours = utterances(), network(utterances(), LENGTHS)
    for place in (0, 2, 3, 4):
        layer_in = network.standardize(words[place, : LENGTHS[place]])
        for layer in range(5):
            cell = nn.LSTMCell(layer_in.shape[1], 8)
            cell.load_state_dict({name: getattr(network.lstm, f"{name}_l{layer}") for name in cell.state_dict()})
            states, state = [], None
            for word in layer_in:
                state = cell(word[None], state)
                states.append(state[0][0])
            layer_in = torch.stack(states)
        point = network.out(layer_in[-1])
        torch.testing.assert_close(ours[place], point / point.norm())


@SUBNETWORKS
def test_the_three_sides_share_one_subnetwork(kind: type[nn.Module]) -> None:
    network = SiameseNetwork(make(kind)).eval()
    sides = torch.stack([utterances(seed) for seed in range(3)])
    points = network(sides, LENGTHS.expand(3, 5))
    for side, ours in zip(sides, points, strict=True):
        torch.testing.assert_close(ours, network.subnetwork(side, LENGTHS))
    assert [name.split(".")[0] for name, _ in network.named_parameters()] == ["subnetwork"] * len(
        list(network.parameters())
    )
    for ours in points:  # each side teaches all weights
        network.zero_grad()
        ours[:, 0].sum().backward(retain_graph=True)
        assert all(parameter.grad is not None and parameter.grad.any() for parameter in network.parameters())
