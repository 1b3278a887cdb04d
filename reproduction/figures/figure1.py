"""The paper's Figure 1, what the triplet loss does, drawn from real triplets before and after training."""

from __future__ import annotations

from os import PathLike
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reproduction.figures.gaps import MARGIN, PERCENTILES, TRIPLETS, Gaps, Sides, measure_gaps
from sentemo.evaluation.metrics import FloatArray, IntArray
from sentemo.evaluation.plots import COLOURS, bare, blank_figure, plain, save_figure
from sentemo.types import LabelSet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

BEFORE, AFTER = "#8A8A8A", COLOURS[0]
POSITIVE, NEGATIVE, ANCHOR = COLOURS[2], COLOURS[1], "#222222"
WIDTH = 9.0


def plot_triplets(
    before: NDArray[Any],
    after: NDArray[Any],
    gold: IntArray,
    labels: LabelSet,
    path: str | PathLike[str],
    seed: int = 0,
    *,
    margin: float = MARGIN,
    triplets: int = TRIPLETS,
) -> dict[str, Any]:
    """Draw Figure 1 from points (N, Z) and (N, Z') on the unit sphere, with gold labels (N,); give its numbers.

    Panel (a) shows three triplets, panel (b) all that are drawn, by the protocol `triplet`. Raises `BadInput` where
    points and labels don't match or there are no triplets.
    """
    gaps = measure_gaps(before, after, gold, labels, seed, margin=margin, triplets=triplets)
    save_figure(draw(gaps), path)
    return gaps.to_json()


def draw(gaps: Gaps) -> Figure:
    """Draw three triplets above the distribution of all."""
    figure = blank_figure(WIDTH, 9.6)
    (upper,), (lower,) = figure.subfigures(2, 1, squeeze=False, height_ratios=(1.75, 1))
    _draw_single(upper, gaps)
    _draw_gaps(lower, gaps)
    return figure


def triangle(positive: float, negative: float, opposite: float) -> tuple[FloatArray, FloatArray]:
    """Lay three points out by their distances, anchor at (0, 0): where the positive and the negative lie, each (2,).

    Both stand at the same angle to the upright, so that every triplet is seen from the same side.
    """
    cosine = 1.0
    if positive and negative:  # else the angle at the anchor is any
        cosine = float(np.clip((positive**2 + negative**2 - opposite**2) / (2 * positive * negative), -1, 1))
    half = np.arccos(cosine) / 2
    side, up = np.sin(half), np.cos(half)
    return positive * np.array([-side, up]), negative * np.array([side, up])


def _draw_single(part: SubFigure, gaps: Gaps) -> None:
    part.suptitle(
        f"(a) Three of {len(gaps.drawn.anchors):,} drawn triplets, not chosen by hand: their change of\n"
        f"d(a,n) − d(a,p) stands at the {_listed(PERCENTILES)} percentile. All distances are true, on one scale.",
        fontsize=10.5,
    )
    grid = part.subplots(2, len(PERCENTILES), sharex=True, sharey=True)
    for column, (cut, row) in enumerate(zip(PERCENTILES, gaps.shown.tolist(), strict=True)):
        for axes, sides in zip(grid[:, column], (gaps.before, gaps.after), strict=True):
            _draw_triplet(axes, sides, row, gaps.margin)
        grid[0, column].set_title(f"{_heading(gaps, cut, row)}\n\n{grid[0, column].get_title()}", fontsize=9)
    for axes, when in zip(grid[:, 0], ("before training", "after training"), strict=True):
        axes.set_ylabel(when, fontsize=10.5)
    _frame(grid[0, 0], gaps)
    handles, names = grid[0, 0].get_legend_handles_labels()
    part.legend(handles, names, loc="outside lower center", ncols=2, frameon=False, fontsize=9)


def _heading(gaps: Gaps, cut: int, row: int) -> str:
    change = f"{gaps.after.gap[row] - gaps.before.gap[row]:+.2f}".replace("-", "−")
    like, other = (plain(fill(gaps.label(row, of_negative), 26)) for of_negative in (False, True))
    return f"change {change} ({cut}th percentile)\na, p: {like}\nn: {other}"


def _draw_triplet(axes: Axes, sides: Sides, row: int, margin: float) -> None:
    near, far, opposite = (float(each[row]) for each in (sides.positive, sides.negative, sides.opposite))
    positive, negative = triangle(near, far, opposite)
    for end in (positive, negative):
        axes.plot([0, end[0]], [0, end[1]], color="#777777", linewidth=1)
    for spot, colour, marker, name in (
        (np.zeros(2), ANCHOR, "s", "anchor (a)"),
        (positive, POSITIVE, "o", "positive (p), of the same label"),
        (negative, NEGATIVE, "D", "negative (n), of another label"),
    ):
        axes.plot(*spot, marker, color=colour, markersize=8, markeredgecolor="white", label=name, zorder=3)
    turn = np.linspace(0, 2 * np.pi, 200)
    around = np.cos(turn), np.sin(turn)
    for radius, style, name in (
        (near, "-", "as far from a as p is"),
        (near + margin, "--", f"farther by the margin, {margin:g}: the loss pushes n beyond"),
    ):
        axes.plot(*(radius * each for each in around), style, color=POSITIVE, linewidth=0.9, label=name)
    verdict = "right" if far > near else "wrong" if far < near else "a tie"
    axes.set_title(f"d(a,p) = {near:.2f}   d(a,n) = {far:.2f}   {verdict}", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.set_aspect("equal")
    axes.set(xticks=[], yticks=[0, 0.5, 1, 1.5, 2])
    bare(axes)
    axes.spines["bottom"].set_visible(False)


def _frame(axes: Axes, gaps: Gaps) -> None:
    """Set the limits that all panels share so that each shown point and the top of each circle is inside."""
    shown = [
        (float(sides.positive[row]), float(sides.negative[row]), float(sides.opposite[row]))
        for sides in (gaps.before, gaps.after)
        for row in gaps.shown
    ]
    out = max(float(np.abs(triangle(*each)).max(axis=0)[0]) for each in shown)
    top = 1.06 * max(max(near + gaps.margin, far) for near, far, _ in shown)
    half = max(1.15 * out, 0.7 * top)
    axes.set(xlim=(-half, half), ylim=(-0.15 * top, top))


def _draw_gaps(part: SubFigure, gaps: Gaps) -> None:
    axes = part.subplots()
    before, after = gaps.before.gap, gaps.after.gap
    low, high = min(before.min(), after.min(), -0.1), max(before.max(), after.max(), gaps.margin + 0.1)
    bins = np.linspace(low, high, 81)
    for gap, colour, when in ((before, BEFORE, "before training"), (after, AFTER, "after training")):
        weights = np.full(len(gap), 100 / len(gap))
        right, beyond = 100 * (gap > 0).mean(), 100 * (gap >= gaps.margin).mean()
        name = f"{when}: {right:.1f} % right, {beyond:.1f} % beyond the margin"
        look: dict[str, Any] = {"bins": bins, "weights": weights, "color": colour}
        axes.hist(gap, histtype="stepfilled", alpha=0.35, **look)
        axes.hist(gap, histtype="step", linewidth=1.5, label=name, **look)
    axes.axvline(0, color="#222222", linewidth=1.2, label="0: beyond it the choice is right")
    margin = f"the margin, {gaps.margin:g}: beyond it there is no loss"
    axes.axvline(gaps.margin, color="#222222", linewidth=1.2, linestyle="--", label=margin)
    axes.set_title(
        f"(b) All {len(before):,} triplets, labels drawn evenly: is the positive nearer than the negative?",
        fontsize=10.5,
    )
    axes.set_xlabel("d(a,n) − d(a,p), Euclidean distances between points of length 1", fontsize=9.5)
    axes.set_ylabel("share of triplets per bin (%)", fontsize=9.5)
    axes.tick_params(labelsize=8.5)
    bare(axes)
    part.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)


def _listed(cuts: tuple[int, ...]) -> str:
    *most, last = (f"{cut}th" for cut in cuts)
    return f"{', '.join(most)} and {last}"
