"""What scores points and features, against plain loops."""

from __future__ import annotations

import math

import numpy as np

from sentemo.heads import Floats, Neighbours, Prototypes, distances, softmax, unit


def sphere(count: int, seed: int = 0) -> Floats:
    return unit(np.random.default_rng(seed).standard_normal((count, 4)).astype(np.float32))


def stored(count: int, labels: int) -> Neighbours:
    return Neighbours(sphere(count), np.arange(count) % 3, np.zeros((count, labels), np.float32))


def test_prototypes_equal_plain_loops() -> None:
    means, asked = sphere(5), sphere(6, 1)
    expected = [
        [-sum((x - y) ** 2 for x, y in zip(point, mean, strict=True)) / 0.1 for mean in means.tolist()]
        for point in asked.tolist()
    ]
    np.testing.assert_allclose(Prototypes(means)(asked), expected, atol=1e-4)


def test_neighbours_equal_plain_loops() -> None:
    head, asked = stored(50, 5), sphere(6, 1)
    expected = []
    for point in asked.astype(float):
        near = sorted(
            (math.dist(point, other), int(label))
            for other, label in zip(head.features.astype(float), head.labels, strict=True)
        )[:20]
        weights = [math.exp(-(distance**2) / 0.1) for distance, _ in near]
        shares = [0.0] * 5
        for weight, (_, label) in zip(weights, near, strict=True):
            shares[label] += weight / sum(weights)
        expected.append([math.log(share + 1e-3) for share in shares])
    np.testing.assert_allclose(head(asked), expected, atol=1e-3)


def test_fewer_stored_examples_than_neighbours_are_enough() -> None:
    head = Neighbours(sphere(2), np.array([2, 0]), np.zeros((2, 3), np.float32))
    assert head(sphere(2)).argmax(-1).tolist() == [2, 0]


def test_a_point_scores_the_same_alone_and_among_many() -> None:
    asked = sphere(100, 1)
    for head in (Prototypes(sphere(3)), stored(300, 3)):
        together = softmax(head(asked))
        alone = np.concatenate([softmax(head(asked[i : i + 1])) for i in range(100)])
        np.testing.assert_allclose(together, alone, rtol=0, atol=1e-5)


def test_distances_are_exact_where_points_are_close() -> None:
    rows = sphere(40)
    found = distances(rows, rows)
    assert (found.diagonal() == 0).all()
    assert abs(found[3, 7] - math.dist(rows[3].tolist(), rows[7].tolist())) < 1e-6
