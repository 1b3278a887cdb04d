from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from sentemo.network.heads import Neighbours, Prototypes


def sphere(count: int, seed: int = 0) -> Tensor:
    return normalize(torch.randn(count, 4, generator=torch.Generator().manual_seed(seed)), dim=-1)


def test_prototypes_equal_plain_loops() -> None:
    points, labels = sphere(40), torch.arange(40) % 3
    head = Prototypes(5, 4)
    head.fit(points, labels)
    means = [[0.0] * 4 for _ in range(5)]
    for label in range(3):
        own = [points[i].tolist() for i in range(40) if i % 3 == label]
        means[label] = [sum(column) / len(own) for column in zip(*own, strict=True)]
    asked = sphere(6, 1)
    expected = [
        [-sum((x - y) ** 2 for x, y in zip(point, mean, strict=True)) / 0.1 for mean in means]
        for point in asked.tolist()
    ]
    np.testing.assert_allclose(head(asked), expected, atol=1e-4)
    np.testing.assert_allclose(head(asked.view(2, 3, 4)), np.array(expected).reshape(2, 3, 5), atol=1e-4)


def test_neighbours_equal_plain_loops() -> None:
    points, labels = sphere(50), torch.arange(50) % 3
    head = Neighbours(50, 4, 5, k=7)
    head.fit(points, labels)
    asked = sphere(6, 1)
    expected = []
    for point in asked.double():
        near = sorted((math.dist(point, other), label) for other, label in zip(points.double(), labels, strict=True))[
            :7
        ]
        weights = [math.exp(-(distance**2) / 0.1) for distance, _ in near]
        shares = [0.0] * 5
        for weight, (_, label) in zip(weights, near, strict=True):
            shares[label] += weight / sum(weights)
        expected.append([math.log(share + 1e-3) for share in shares])
    np.testing.assert_allclose(head(asked), expected, atol=1e-3)
    np.testing.assert_allclose(head(asked.view(3, 2, 4)), np.array(expected).reshape(3, 2, 5), atol=1e-3)


def test_fewer_stored_examples_than_neighbours_are_enough() -> None:
    head = Neighbours(2, 4, 3)
    head.fit(sphere(2), torch.tensor([2, 0]))
    assert head(sphere(2)).argmax(-1).tolist() == [2, 0]


def test_a_point_scores_the_same_alone_and_among_many() -> None:
    points, labels = sphere(300), torch.arange(300) % 3
    prototypes, neighbours = Prototypes(3, 4), Neighbours(300, 4, 3)
    for head in (prototypes, neighbours):
        head.fit(points, labels)
        asked = sphere(100, 1)
        together = head(asked).softmax(-1)
        alone = torch.cat([head(asked[i : i + 1]) for i in range(100)]).softmax(-1)
        torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)
