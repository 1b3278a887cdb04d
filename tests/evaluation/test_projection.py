from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sentemo.errors import BadInput, MissingExtra, UsageError
from sentemo.evaluation.projection import FEWEST_FOR_UMAP, MOST_POINTS, _thin, plot_space, project

POINTS = np.random.default_rng(0).normal(size=(40, 5)) * [9, 3, 1, 1, 1]


def test_pca_keeps_the_widest_directions() -> None:
    found = project(POINTS, method="pca")
    assert found.method == "PCA" and found.points.shape == (40, 2)
    centred = POINTS - POINTS.mean(axis=0)
    spread = np.sort(np.linalg.eigvalsh(centred.T @ centred))[::-1]
    assert (found.points**2).sum(axis=0) == pytest.approx(spread[:2])
    assert np.array_equal(found.points, project(POINTS, method="pca").points)
    assert found.share == pytest.approx(spread[:2].sum() / spread.sum())
    assert found.note == f"PCA, {100 * found.share:.0f} % of the variance"


@pytest.mark.parametrize("shape", [(1, 5), (2, 5), (9, 1)])
def test_few_points_or_dimensions_still_give_a_plane(shape: tuple[int, int]) -> None:
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    assert project(values, method="auto").points.shape == (shape[0], 2)


def test_points_on_one_place_have_no_share() -> None:
    found = project(np.ones((9, 3)), method="pca")
    assert found.note == "PCA" and not found.points.any()


@pytest.mark.skipif(find_spec("umap") is None, reason="umap-learn is not installed: pip install 'sentemo[umap]'")
def test_umap_is_taken_where_it_is_installed(tmp_path: Path) -> None:
    one, other = (project(POINTS, seed=1) for _ in range(2))
    assert one.method == one.note == "UMAP" and np.array_equal(one.points, other.points)
    assert one.points.shape == (40, 2) and np.isfinite(one.points).all()
    apart = np.repeat(100 * np.eye(10), 30, axis=0) + np.random.default_rng(0).normal(size=(300, 10))
    assert np.isfinite(project(apart, method="umap").points).all(), "of which UMAP warns"
    few = POINTS[: FEWEST_FOR_UMAP - 1]
    assert project(few).method == "PCA"
    with pytest.raises(BadInput, match=r"can't lay out 15 points\. Give at least 16, or use pca"):
        project(few, method="umap")
    for name in ("a.png", "b.png"):
        plot_space(POINTS, ["calm", "joy"] * 20, tmp_path / name, method="umap")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.skipif(find_spec("umap") is not None, reason="umap-learn is installed")
def test_without_umap_auto_takes_pca_and_umap_names_its_extra() -> None:
    assert project(POINTS).method == "PCA"
    with pytest.raises(MissingExtra, match=r"pip install 'sentemo\[umap\]'"):
        project(POINTS, method="umap")


@pytest.mark.parametrize("points", [np.zeros(3), np.zeros((0, 2)), np.full((3, 2), np.inf)])
def test_what_cannot_be_drawn_is_refused(points: NDArray[Any]) -> None:
    with pytest.raises(BadInput, match="can't be drawn"):
        project(points)
    with pytest.raises(UsageError, match="tsne"):
        project(POINTS, method="tsne")


def test_thinning_spares_rare_labels() -> None:
    names = np.repeat(["most", "many", "some", "few"], [20_000, 9000, 500, 30]).astype(object)
    kept = names[_thin(names, np.random.default_rng(0))]
    assert [int((kept == name).sum()) for name in ("most", "many", "some", "few")] == [2735, 2735, 500, 30]
    assert len(kept) == MOST_POINTS
    few = names[:10]
    assert _thin(few, np.random.default_rng(0)).tolist() == list(range(10))


def test_the_picture_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    names = ["calm"] * 20 + ["$joy"] * 15 + [f"label {place}" for place in range(5)] * 1
    for name in ("a.png", "b.png"):
        plot_space(POINTS, names, tmp_path / name, method="pca")
    data = (tmp_path / "a.png").read_bytes()
    assert data == (tmp_path / "b.png").read_bytes() and b"Software" not in data
    with pytest.raises(BadInput, match="40 points and 39 labels"):
        plot_space(POINTS, names[1:], tmp_path / "c.png")
