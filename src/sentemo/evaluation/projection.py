"""Lay points of the emotion space out in two dimensions: UMAP where it is installed, else PCA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import BadInput, MissingExtra, UsageError
from sentemo.evaluation.metrics import FloatArray
from sentemo.evaluation.plots import COLOURS, blank_figure, plain, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST_FOR_UMAP = 16
"""UMAP looks at 15 neighbours of each point."""

MOST_POINTS = 6000
"""More dots hide each other, and UMAP would take minutes."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Points in the plane (N, 2), and how they came there."""

    points: FloatArray
    method: str


def project(points: NDArray[Any], *, method: str = "auto", seed: int = 0) -> Projection:
    """Project points (N, Z) to (N, 2); `method` is "auto", "umap" or "pca".

    Raises `BadInput` for what is not a finite (N, Z) array of at least one point, `UsageError` for an unknown
    method, and `MissingExtra` for UMAP where it is not installed.
    """
    values = np.asarray(points, dtype=np.float64)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise BadInput(f"Points of shape {values.shape} can't be drawn", "Give a finite array (points, dimensions)")
    if method not in ("auto", "umap", "pca"):
        raise UsageError(f"Unknown projection {method!r}", "Use auto, umap or pca")
    installed = find_spec("umap") is not None
    if method == "umap" and not installed:
        raise MissingExtra("umap-learn", "umap")
    if method == "umap" or (method == "auto" and installed and len(values) >= FEWEST_FOR_UMAP):
        return Projection(_umap(values, seed), "UMAP")
    return Projection(_pca(values), "PCA")


def plot_space(
    points: NDArray[Any],
    labels: Sequence[str],
    path: str | PathLike[str],
    *,
    title: str = "Emotion space",
    method: str = "auto",
    seed: int = 0,
) -> None:
    """Draw points (N, Z) with a colour per label; the most frequent label is grey and lies underneath.

    Of more than 6,000 points the frequent labels are thinned out. Raises as `project`.
    """
    names = np.asarray(labels, dtype=object)
    if len(names) != len(points):
        raise BadInput(f"There are {len(points)} points and {len(names)} labels", "Give one label per point")
    kept = _thin(names, np.random.default_rng(seed))
    projection = project(np.asarray(points)[kept], method=method, seed=seed)
    figure = blank_figure(7.4, 5.2)
    axes = figure.add_subplot()
    _scatter(axes, projection.points, names[kept])
    note = f"{projection.method}, {len(kept):,} of {len(names):,} utterances"
    axes.set_title(f"{plain(title)} ({note})", fontsize=11)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    figure.legend(loc="outside right center", frameon=False, markerscale=2.5)
    save_figure(figure, path)


def _umap(values: FloatArray, seed: int) -> FloatArray:
    import umap

    # One job: with a seed UMAP runs on one thread anyway and warns where it was asked for more.
    flat = umap.UMAP(n_components=2, random_state=seed, n_jobs=1).fit_transform(values)
    return np.asarray(flat, dtype=np.float64)


def _pca(values: FloatArray) -> FloatArray:
    from sklearn.decomposition import PCA

    size = min(2, *values.shape)
    if len(values) == 1:
        return np.zeros((1, 2))
    flat = PCA(n_components=size, svd_solver="full").fit_transform(values)
    return np.pad(flat, ((0, 0), (0, 2 - size)))


def _thin(names: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """Keep at most 6,000 positions, sorted: rare labels whole, frequent ones cut to one common size."""
    _, group, count = np.unique(names.astype(str), return_inverse=True, return_counts=True)
    cap = int(count.max(initial=0))
    room, left = MOST_POINTS, len(count)
    for size in np.sort(count).tolist():
        if size * left > room:
            cap = room // left
            break
        room, left = room - size, left - 1
    shuffled = rng.permutation(len(names))
    parts = [shuffled[group[shuffled] == number][:cap] for number in range(len(count))]
    return np.sort(np.concatenate(parts)) if parts else shuffled


def _scatter(axes: Axes, flat: FloatArray, names: NDArray[Any]) -> None:
    distinct, count = np.unique(names.astype(str), return_counts=True)
    by_size = [distinct[place] for place in np.argsort(-count, kind="stable")]
    for rank, name in enumerate(by_size):
        chosen = flat[names.astype(str) == name]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=7 if rank == 0 else 12,
            color="#C8C8C8" if rank == 0 else _colour(rank - 1),
            alpha=0.6 if rank == 0 else 0.85,
            linewidths=0,
            zorder=1 + rank,
            label=f"{plain(name)} ({len(chosen):,})",
        )


def _colour(rank: int) -> Any:
    if rank < len(COLOURS):
        return COLOURS[rank]
    from matplotlib import colormaps

    return colormaps["tab20"](rank % 20)
