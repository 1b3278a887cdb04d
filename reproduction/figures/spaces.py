"""The emotion space before and after training, side by side."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reproduction.figures.pictures import WIDTH, columns
from sentemo.errors import BadInput
from sentemo.evaluation.metrics import IntArray
from sentemo.evaluation.plots import blank_figure, save_figure
from sentemo.evaluation.projection import BACKGROUND, Dots, Projection, emotion_dots, project, scatter
from sentemo.types import LabelSet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PER_LABEL = 200
"""Utterances of a label that are drawn, at most: more neutral ones would hide the rest."""


def plot_spaces(
    before: NDArray[Any],
    after: NDArray[Any],
    gold: IntArray,
    labels: LabelSet,
    path: str | PathLike[str],
    seed: int = 0,
    *,
    method: str = "auto",
    per_label: int = PER_LABEL,
) -> dict[str, Any]:
    """Draw points (N, Z) and (N, Z') of the same utterances, with gold labels (N,); give method and numbers drawn.

    Neutral is grey and lies underneath. Each space is projected on its own, so only what lies near what can be
    compared. Raises `BadInput` where points and labels don't match, and as `project`.
    """
    if not len(before) == len(after) == len(gold):
        raise BadInput(
            f"There are {len(before)} points before, {len(after)} after, and {len(gold)} labels",
            "Embed the same utterances twice",
        )
    kept = balanced_sample(gold, per_label, np.random.default_rng(seed))
    spaces = tuple(project(np.asarray(points)[kept], method=method, seed=seed) for points in (before, after))
    names = np.asarray(labels.names, dtype=object)[gold[kept]]
    save_figure(draw(spaces, names, dots_of(labels)), path)
    return {
        "method": spaces[0].method,
        "variance_before": spaces[0].share,
        "variance_after": spaces[1].share,
        "drawn": {name: int((names == name).sum()) for name in labels.names},
        "seed": seed,
    }


def balanced_sample(gold: IntArray, per_label: int, rng: np.random.Generator) -> IntArray:
    """Draw positions of at most `per_label` utterances of each label, sorted."""
    shuffled = rng.permutation(len(gold))
    parts = [shuffled[gold[shuffled] == label][:per_label] for label in np.unique(gold)]
    return np.sort(np.concatenate(parts)) if parts else shuffled


def dots_of(labels: LabelSet) -> dict[str, Dots]:
    """Return each label its look, the same whatever is drawn; neutral first, which lies underneath."""
    neutral = {} if labels.neutral is None else {labels.neutral: BACKGROUND}
    return {**neutral, **{name: emotion_dots(rank) for rank, name in enumerate(labels.emotions)}}


def draw(spaces: tuple[Projection, ...], names: NDArray[Any], dots: dict[str, Dots]) -> Figure:
    """Draw both projections of utterances with these labels (N,) beside each other, over one legend."""
    size = columns(list(dots))
    figure = blank_figure(WIDTH, 4.8 + 0.2 * len(dots) / size)
    figure.suptitle(f"The emotion space, the same {len(names):,} utterances in both pictures", fontsize=11)
    panels = figure.subplots(1, len(spaces))
    # The label with the most dots is drawn first, so that it does not hide the rare ones.
    order = sorted(dots, key=lambda name: (dots[name] is not BACKGROUND, -int((names == name).sum())))
    for axes, space, when in zip(panels, spaces, ("before training", "after training"), strict=True):
        scatter(axes, space, names, {name: dots[name] for name in order})
        axes.set_title(f"{when} ({space.note})", fontsize=10.5)
    handles, shown = panels[0].get_legend_handles_labels()
    places = [order.index(name) for name in dots]
    figure.legend(
        [handles[place] for place in places],
        [shown[place] for place in places],
        loc="outside lower center",
        ncols=size,
        frameon=False,
        fontsize=9,
        markerscale=2,
    )
    return figure
