"""The confusion matrices of two systems side by side, and their difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from reproduction.figures.pictures import WIDTH
from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.metrics import FloatArray, IntArray
from sentemo.evaluation.plots import blank_figure, plain, save_figure
from sentemo.evaluation.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LETTERS = 24
"""In a line of a label below the matrix, so that one of 40 letters takes two lines."""

Measured = Report | Mapping[str, Any]
"""A report, or what its `to_json` gave."""


def plot_confusions(
    reports_a: Sequence[Measured], reports_b: Sequence[Measured], names: tuple[str, str], path: str | PathLike[str]
) -> None:
    """Draw the confusion matrices of two systems, each pooled over its seeds' reports, and B minus A; rows are gold.

    Cells are shares of the row. Raises `BadInput` where a system has no report, `UsageError` where the reports are
    not of the same utterances and labels.
    """
    if not reports_a or not reports_b:
        raise BadInput("A system has no report to draw", "Give at least one of each")
    labels, counts = _read([*reports_a, *reports_b])
    parts = counts[: len(reports_a)], counts[len(reports_a) :]
    titles = [
        f"{name} ({len(part)} {'seed' if len(part) == 1 else 'seeds'})" for name, part in zip(names, parts, strict=True)
    ]
    shares = [_shares(part.sum(axis=0)) for part in parts]
    save_figure(_draw(labels, counts[0].sum(axis=1), (shares[0], shares[1]), titles), path)


def _read(reports: Sequence[Measured]) -> tuple[list[str], IntArray]:
    """Return the labels and the counts (reports, C, C)."""
    read = [x.to_json() if isinstance(x, Report) else x for x in reports]
    labels = [tuple(x["confusion_matrix"]["labels"]) for x in read]
    if len({*labels}) > 1:
        raise UsageError("The reports have different labels", "Compare systems that predict the same labels")
    counts = np.array([x["confusion_matrix"]["counts"] for x in read], dtype=np.int64)
    if (counts.sum(axis=2) != counts[0].sum(axis=1)).any():
        raise UsageError("The reports count different gold labels", "Compare systems on the same utterances")
    return list(labels[0]), counts


def _shares(counts: IntArray) -> FloatArray:
    """Return each row in percent, NaN where it is empty."""
    totals = counts.sum(axis=1, keepdims=True).astype(np.float64)
    out: FloatArray = np.divide(100 * counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    return out


def _draw(labels: list[str], gold: IntArray, shares: tuple[FloatArray, FloatArray], titles: list[str]) -> Figure:
    width = max(WIDTH, 1.1 * len(labels))
    figure = blank_figure(width, 1.2 + 0.29 * width + 0.06 * min(LETTERS, max(map(len, labels))))
    panels = figure.subplots(1, 3, sharey=True)
    change = shares[1] - shares[0]
    most = max(1.0, float(np.nanmax(np.abs(change))))
    share = {"cmap": "Blues", "vmin": 0, "vmax": 100}
    for axes, matrix, title in zip(panels, shares, titles, strict=False):
        _draw_matrix(axes, matrix, labels, title, share)
    _draw_matrix(
        panels[2], change, labels, "difference: second minus first", {"cmap": "PuOr", "vmin": -most, "vmax": most}
    )
    for axes, name in ((panels[:2], "share of the gold label (%)"), (panels[2], "percentage points")):
        image = np.ravel(axes)[0].images[0]
        bar = figure.colorbar(image, ax=axes, location="bottom", fraction=0.04, aspect=30)
        bar.set_label(name, fontsize=9)
        bar.ax.tick_params(labelsize=8)
    panels[0].set_ylabel("gold (number of utterances)", fontsize=9.5)
    rows = [plain(fill(f"{name} ({count:,})", LETTERS + 4)) for name, count in zip(labels, gold, strict=True)]
    panels[0].set_yticks(range(len(labels)), rows, fontsize=8)
    return figure


def _draw_matrix(axes: Axes, matrix: FloatArray, labels: list[str], title: str, look: dict[str, Any]) -> None:
    axes.imshow(matrix, aspect="auto", **look)
    axes.set_facecolor("#F2F2F2")  # seen where a row is empty
    signed = look["vmin"] < 0
    for (row, column), value in np.ndenumerate(matrix):
        colour = "white" if abs(value) > 0.58 * look["vmax"] else "#222222"
        text = _cell(float(value), signed=signed)
        axes.text(column, row, text, ha="center", va="center", fontsize=8, color=colour, in_layout=False)
    axes.set_xticks(range(len(labels)), [plain(fill(name, LETTERS)) for name in labels], rotation=90, fontsize=8)
    axes.set_xlabel("predicted", fontsize=9.5)
    axes.set_title(plain(fill(title, 30, break_on_hyphens=False)), fontsize=10)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _cell(value: float, *, signed: bool) -> str:
    if np.isnan(value):
        return "–"
    text = f"{value:+.0f}" if signed else f"{value:.0f}"
    return "0" if text in ("+0", "-0") else text.replace("-", "−")
