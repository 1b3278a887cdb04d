"""Project points of the emotion space to two dimensions: with UMAP if it is installed, else PCA."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import BadInput, MissingExtra, UsageError, optional
from sentemo.evaluation.metrics import FloatArray
from sentemo.evaluation.plots import COLOURS, blank_figure, plain, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST_FOR_UMAP = 16
"""UMAP looks at 15 neighbours of each point."""

MOST_POINTS = 6000
"""More dots would overlap, and UMAP would take minutes."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Points in the plane (N, 2), and the method that placed them."""

    points: FloatArray
    method: str
    share: float | None = None
    """With PCA, the share of the variance that the plane keeps; None if there is none."""

    @property
    def note(self) -> str:
        """The method in words, for a plot title."""
        return self.method if self.share is None else f"{self.method}, {100 * self.share:.0f} % of the variance"


@dataclass(frozen=True, slots=True)
class Dots:
    """How the dots of one label look."""

    colour: str
    marker: str = "o"
    size: float = 12
    """Area in square points."""
    opacity: float = 0.85


BACKGROUND = Dots("#C8C8C8", size=7, opacity=0.6)
COLOURS_OF_EMOTIONS = (*COLOURS[1:5], COLOURS[0], *COLOURS[5:7])
"""In label set order; without grey, which would look like the background."""
MARKERS = "oD^v"


def project(points: NDArray[Any], *, method: str = "auto", seed: int = 0) -> Projection:
    """Project points (N, Z) to (N, 2); `method` is "auto", "umap" or "pca".

    Raises `BadInput` unless the points are a finite (N, Z) array of at least one point (16 for "umap"), `UsageError`
    for an unknown method, and `MissingExtra` if UMAP is not installed.
    """
    values = np.asarray(points, dtype=np.float64)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise BadInput(f"Points of shape {values.shape} can't be drawn", "Give a finite array (points, dimensions)")
    if method not in ("auto", "umap", "pca"):
        raise UsageError(f"Unknown projection {method!r}", "Use auto, umap or pca")
    installed = find_spec("umap") is not None
    if method == "umap" and not installed:
        raise MissingExtra("umap-learn", "umap")
    if method == "umap" and len(values) < FEWEST_FOR_UMAP:
        raise BadInput(f"UMAP can't lay out {len(values)} points", f"Give at least {FEWEST_FOR_UMAP}, or use pca")
    if method != "pca" and installed and len(values) >= FEWEST_FOR_UMAP:
        return Projection(_umap(values, seed), "UMAP")
    return _pca(values)


def plot_space(
    points: NDArray[Any],
    labels: Sequence[str],
    path: str | PathLike[str],
    *,
    title: str = "Emotion space",
    method: str = "auto",
    seed: int = 0,
) -> None:
    """Draw points (N, Z) with a colour per label, the rarest on top; the most frequent is grey, at the bottom.

    With more than 6,000 points, the frequent labels are thinned out. Raises as `project` does.
    """
    names = np.asarray(labels, dtype=object)
    if len(names) != len(points):
        raise BadInput(f"There are {len(points)} points and {len(names)} labels", "Give one label per point")
    kept = _thin(names, np.random.default_rng(seed))
    projection = project(np.asarray(points)[kept], method=method, seed=seed)
    figure = blank_figure(7.4, 5.2)
    axes = figure.add_subplot()
    scatter(axes, projection, names[kept], _dots_by_frequency(names[kept]))
    note = f"{projection.note}, {len(kept):,} of {len(names):,} utterances"
    axes.set_title(f"{plain(title)} ({note})", fontsize=11)
    figure.legend(loc="outside right center", frameon=False, markerscale=2.5)
    save_figure(figure, path)


def scatter(axes: Axes, projection: Projection, names: NDArray[Any], dots: Mapping[str, Dots]) -> None:
    """Draw points named (N,), label after label in the order of `dots`, on equal axes without ticks."""
    for name, look in dots.items():
        chosen = projection.points[names.astype(str) == name]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=look.size,
            c=look.colour,
            marker=look.marker,
            alpha=look.opacity,
            linewidths=0,
            label=f"{plain(name)} ({len(chosen):,})",
        )
    axes.set_aspect("equal", adjustable="datalim")  # distances mean the same in all directions with both methods
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def emotion_dots(rank: int) -> Dots:
    """Return the style of the emotion at a position of the label set without neutral; 28 emotions differ."""
    round_, place = divmod(rank, len(COLOURS_OF_EMOTIONS))
    return Dots(COLOURS_OF_EMOTIONS[place], MARKERS[round_ % len(MARKERS)])


def _umap(values: FloatArray, seed: int) -> FloatArray:
    with warnings.catch_warnings():
        # The import warns that TensorFlow is missing, and fitting warns of disconnected points. Both are harmless.
        warnings.simplefilter("ignore")
        import umap

        # One job: with a seed, UMAP runs on one thread anyway and warns if asked for more.
        flat = umap.UMAP(n_components=2, random_state=seed, n_jobs=1).fit_transform(values)
    return np.asarray(flat, dtype=np.float64)


def _pca(values: FloatArray) -> Projection:
    if not np.ptp(values, axis=0).any():  # all points are equal
        return Projection(np.zeros((len(values), 2)), "PCA")
    size = min(2, *values.shape)
    pca = optional("sklearn.decomposition").PCA(n_components=size, svd_solver="full")
    flat = np.pad(pca.fit_transform(values), ((0, 0), (0, 2 - size)))
    return Projection(flat, "PCA", float(pca.explained_variance_ratio_.sum()))


def _thin(names: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """Keep at most 6,000 sorted positions: all of the rare labels, and equally many of each frequent one."""
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


def _dots_by_frequency(names: NDArray[Any]) -> dict[str, Dots]:
    distinct, count = np.unique(names.astype(str), return_counts=True)
    first, *rest = (str(distinct[place]) for place in np.argsort(-count, kind="stable"))
    return {first: BACKGROUND, **{name: emotion_dots(rank) for rank, name in enumerate(rest)}}
