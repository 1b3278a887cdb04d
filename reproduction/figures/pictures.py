"""Pictures that compare systems over several seeds: learning curves and forest plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.plots import COLOURS, bare, blank_figure, plain, save_figure
from sentemo.evaluation.report import figure_cell, figure_title
from sentemo.evaluation.seeds import Spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 9.0
"""Inches; a README shows them on some 900 pixels, where a letter of 9 points is 12 pixels high."""
CURVES = (
    ("loss", "training loss"),
    ("macro_f1_no_neutral", "validation macro-F1* (%)"),
    ("micro_f1_no_neutral", "validation micro-F1* (%)"),
    ("mcc", "validation MCC"),
)
FIGURES = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")
STYLES = ("-", "--", ":")

Rows = Sequence[Mapping[str, Any]]
"""The log of one training."""
Series = dict[int, list[float]]
"""A figure by epoch, a value for each seed."""


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One line of a forest plot."""

    name: str
    figures: Mapping[str, tuple[float, float, float]]
    """Mean, lower and upper end of its bar, by the names of `evaluation.metrics.FIGURES`; one that is missing was not
    run."""

    @classmethod
    def of(cls, name: str, figures: Mapping[str, Spread]) -> ForestRow:
        """Take mean and deviation over seeds."""
        return cls(name, {key: (x.mean, x.mean - (x.sd or 0), x.mean + (x.sd or 0)) for key, x in figures.items()})


def plot_curves(rows_by_run: Mapping[str, Sequence[Rows]], path: str | PathLike[str]) -> None:
    """Draw each system's loss and validation figures over the epochs, from the log rows of its seeds.

    A line is the mean over the seeds, a band their lowest and highest, both over the epochs that all seeds of the
    system have. Rows without `epoch` are left out. Raises `BadInput` where nothing is left.
    """
    series = {
        key: {name: found for name, runs in rows_by_run.items() if (found := _by_epoch(runs, key))} for key, _ in CURVES
    }
    shown = [(key, title) for key, title in CURVES if series[key]]
    if not shown:
        raise BadInput("The logs have no epoch with a loss or a metric", "Train for at least one epoch")
    save_figure(_draw_curves(rows_by_run, series, shown), path)


def plot_forest(
    rows: Sequence[ForestRow],
    path: str | PathLike[str],
    *,
    reference: str | float | None = None,
    bars: str = "mean ± standard deviation over seeds",
) -> None:
    """Draw a line for each row, macro-F1*, micro-F1* and MCC in three panels.

    A vertical line marks the reference: a row's name (the first one's, unless told), or a number such as 0 for
    differences. `bars` says what the bars are. Raises `BadInput` without rows, `UsageError` for an unknown reference.
    """
    if not rows:
        raise BadInput("No rows to draw", "Give at least one")
    chosen = rows[0].name if reference is None else reference
    if isinstance(chosen, str) and chosen not in {row.name for row in rows}:
        raise UsageError(f"The reference {chosen!r} is not a row", f"Use one of: {', '.join(row.name for row in rows)}")
    save_figure(_draw_forest(rows, chosen, bars), path)


def columns(names: Sequence[str]) -> int:
    """Say how many columns a legend of these names may have in a picture of `WIDTH`."""
    letters = 110  # at 9 points
    return max(1, min(len(names), letters // (max(map(len, names)) + 12)))


def _by_epoch(runs: Sequence[Rows], key: str) -> Series:
    """Return a figure's values, one a run, for each epoch in which all runs have it."""
    found = [{row["epoch"]: row[key] for row in run if "epoch" in row and row.get(key) is not None} for run in runs]
    common = set(found[0]).intersection(*found) if found else set()
    return {epoch: [values[epoch] for values in found] for epoch in sorted(common)}


def _draw_curves(
    rows_by_run: Mapping[str, Sequence[Rows]],
    series: Mapping[str, Mapping[str, Series]],
    shown: Sequence[tuple[str, str]],
) -> Figure:
    names = {name: f"{plain(name)} ({_seeds(len(runs))})" for name, runs in rows_by_run.items()}
    size = columns(list(names.values()))
    height = 2.9 * -(-len(shown) // 2) + 0.5 + 0.2 * -(-len(names) // size)
    figure = blank_figure(WIDTH, height)
    panels = figure.subplots(-(-len(shown) // 2), min(2, len(shown)), squeeze=False).ravel()
    for axes, (key, title) in zip(panels, shown, strict=False):
        for place, (name, label) in enumerate(names.items()):
            if name in series[key]:
                _draw_band(axes, series[key][name], place, label)
        _dress(axes, title)
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    figure.suptitle("line: mean over the seeds; band: lowest and highest seed; as long as all seeds train", fontsize=10)
    drawn = {label: line for axes in panels for line, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    shown_names = [label for label in names.values() if label in drawn]
    figure.legend(
        [drawn[label] for label in shown_names],
        shown_names,
        loc="outside lower center",
        ncols=size,
        frameon=False,
        fontsize=9,
    )
    return figure


def _draw_band(axes: Axes, series: Series, place: int, label: str) -> None:
    epochs, values = list(series), list(series.values())
    colour, style = COLOURS[place % len(COLOURS)], STYLES[place // len(COLOURS) % len(STYLES)]
    axes.plot(epochs, [np.mean(each) for each in values], style, color=colour, marker="o", markersize=3.5, label=label)
    axes.fill_between(
        epochs, [min(each) for each in values], [max(each) for each in values], color=colour, alpha=0.18, linewidth=0
    )


def _dress(axes: Axes, title: str) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_title(title, fontsize=10.5)
    axes.set_xlabel("epoch", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    axes.tick_params(labelsize=8.5)
    axes.grid(axis="y", color="#E5E5E5")
    axes.set_axisbelow(True)
    bare(axes)


def _draw_forest(rows: Sequence[ForestRow], reference: str | float, bars: str) -> Figure:
    figure = blank_figure(WIDTH, 1.3 + 0.5 * len(rows))
    panels = figure.subplots(1, len(FIGURES), sharey=True)
    for axes, key in zip(panels, FIGURES, strict=True):
        _draw_column(axes, rows, key, reference)
    panels[0].set_yticks(
        range(len(rows)), [plain(fill(row.name, 30, break_on_hyphens=False)) for row in rows], fontsize=9
    )
    panels[0].set_ylim(len(rows) - 0.45, -0.75)
    line = plain(reference) if isinstance(reference, str) else f"{reference:g}"
    figure.supxlabel(f"dots and bars: {bars}; dashed line: {line}", fontsize=9)
    return figure


def _draw_column(axes: Axes, rows: Sequence[ForestRow], key: str, reference: str | float) -> None:
    at = {row.name: row.figures[key][0] for row in rows if key in row.figures}
    level = at.get(reference) if isinstance(reference, str) else reference
    if level is not None:
        axes.axvline(level, color="#888888", linewidth=1, linestyle="--", zorder=1)
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
    for place, row in enumerate(rows):
        if key not in row.figures:
            across = axes.get_yaxis_transform()
            axes.text(0.5, place, "not run", transform=across, ha="center", va="center", fontsize=8.5, bbox=behind)
            continue
        mean, low, high = row.figures[key]
        colour = "#222222" if row.name == reference else COLOURS[0]
        axes.plot([low, high], [place, place], color=colour, linewidth=2, zorder=2)
        axes.plot(mean, place, "o", color=colour, markersize=6, zorder=3)
        axes.text(
            mean, place - 0.22, figure_cell(key, mean), ha="center", va="bottom", fontsize=8, bbox=behind, zorder=2
        )
    axes.set_title(figure_title(key) + ("" if key == "mcc" else " (%)"), fontsize=10.5)
    axes.margins(x=0.16)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8.5)
    axes.grid(axis="x", color="#EEEEEE")
    axes.set_axisbelow(True)
    bare(axes)


def _seeds(number: int) -> str:
    return "1 seed" if number == 1 else f"{number} seeds"
