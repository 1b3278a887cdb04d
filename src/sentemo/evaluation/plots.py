"""Draw confusion matrices, reliability diagrams and learning curves as byte-reproducible PNG files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from sentemo.errors import BadInput, optional
from sentemo.evaluation.report import OTHER, Report
from sentemo.files import cannot_write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#5B5B5B")
"""Okabe and Ito's palette for colour-blind readers, yellow and black changed for lines on white."""

DOTS_PER_INCH = 150
MOST_SHARES = 12
"""Up to this many labels, a cell also shows its share of the row."""


def plot_confusion(report: Report, path: str | PathLike[str]) -> None:
    """Draw the confusion matrix, rows gold: colours show shares of the row, cells the counts.

    Each row is normalised, so that a frequent neutral does not dominate.
    """
    counts = np.array(report.metrics.counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size, width = counts.shape
    cell = 0.85 if size <= MOST_SHARES else 0.5
    figure = blank_figure(max(5.0, 2.6 + cell * width), max(3.6, 2.0 + 0.85 * cell * size))
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(*counts.shape):
        _write_cell(axes, row, column, counts, float(shares[row, column]))
    names = [plain(name) for name in report.labels.names]
    supports = [f"{name}\n(n = {row.sum():,})" for name, row in zip(names, counts, strict=True)]
    others = [OTHER] * (width - size)
    axes.set_xticks(range(width), [*names, *others], rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(size), supports)
    axes.set_xlabel("predicted" if report.protocol != "triplet" else "credited")
    axes.set_ylabel("gold" if report.protocol != "triplet" else "anchor")
    axes.set_title(_title(report, figure), fontsize=11)
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(-0.5, width), minor=True)
    axes.set_yticks(np.arange(-0.5, size), minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)
    figure.colorbar(image, label=f"share of the {axes.get_ylabel()} label", fraction=0.04, pad=0.02)
    save_figure(figure, path)


def plot_reliability(report: Report, path: str | PathLike[str]) -> None:
    """Draw the accuracy and the number of predictions by confidence."""
    if report.calibration is None:
        raise BadInput(
            f"A report by the protocol {report.protocol} has no calibration",
            "Evaluate by the protocol standard",
        )
    bins = report.calibration.bins
    edges = np.linspace(0, 1, len(bins) + 1)
    filled = [place for place, part in enumerate(bins) if part.count]
    figure = blank_figure(5.2, 5.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color="#999999", linestyle="--", linewidth=1, label="as sure as right")
    upper.plot(
        [bins[place].confidence for place in filled],
        [bins[place].accuracy for place in filled],
        color=COLOURS[0],
        marker="o",
        label=f"predictions (ECE {report.calibration.ece:.3f})",
    )
    upper.set(ylim=(0, 1.02), ylabel="share of right predictions")
    upper.legend(loc="upper left", frameon=False)
    upper.set_title(_title(report, figure), fontsize=11)
    lower.bar(edges[:-1], [part.count for part in bins], width=1 / len(bins), align="edge", color=COLOURS[5])
    lower.set(xlim=(0, 1), xlabel="probability of the predicted label", ylabel="utterances")
    for axes in (upper, lower):
        bare(axes)
    save_figure(figure, path)


def write_report(report: Report, folder: Path) -> None:
    """Write a report to a folder as JSON and Markdown, with its plots."""
    with cannot_write(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(json.dumps(report.to_json(), indent=1) + "\n", encoding="utf-8")
        (folder / "report.md").write_text(report.to_markdown() + "\n", encoding="utf-8")
        plot_confusion(report, folder / "confusion.png")
        if report.calibration is not None:
            plot_reliability(report, folder / "reliability.png")


def plot_learning_curves(log_rows: Sequence[Mapping[str, Any]], path: str | PathLike[str]) -> None:
    """Draw loss, macro-F1* and MCC over the epochs from the rows of a run's log.

    Rows without `epoch` and missing values are left out. Raises `BadInput` if nothing is left.
    """
    from matplotlib.ticker import MaxNLocator

    panels = (("loss", "training loss"), ("macro_f1_no_neutral", "macro-F1* (%)"), ("mcc", "MCC"))
    series = {
        key: [(row["epoch"], row[key]) for row in log_rows if "epoch" in row and row.get(key) is not None]
        for key, _ in panels
    }
    shown = [(key, title) for key, title in panels if series[key]]
    if not shown:
        raise BadInput("The log has no epoch with a loss or a metric", "Train for at least one epoch")
    figure = blank_figure(4.0 * len(shown), 3.2)
    for axes, (key, title), colour in zip(
        figure.subplots(1, len(shown), squeeze=False)[0], shown, COLOURS, strict=False
    ):
        epochs, values = zip(*series[key], strict=True)
        axes.plot(epochs, values, color=colour, marker="o", markersize=4)
        axes.set_title(title, fontsize=11)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
        axes.grid(axis="y", color="#E5E5E5")
        bare(axes)
    save_figure(figure, path)


def blank_figure(width: float, height: float) -> Figure:
    """Make a figure of the given size in inches, without pyplot and its global state."""
    figure: Figure = optional("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    optional("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, path: str | PathLike[str]) -> None:
    """Write a PNG without the software name, whose version would change the bytes."""
    figure.savefig(path, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})


def plain(text: str) -> str:
    """Escape dollar signs, which would start a formula."""
    return text.replace("$", r"\$")


def bare(axes: Axes) -> None:
    """Remove the top and right spines."""
    axes.spines[["top", "right"]].set_visible(False)


def _write_cell(axes: Axes, row: int, column: int, counts: Any, share: float) -> None:
    count, colour = int(counts[row, column]), "white" if share > 0.55 else "#222222"
    if not count:
        axes.text(column, row, "0", ha="center", va="center", color="#AAAAAA", fontsize=9)
    elif len(counts) > MOST_SHARES:
        axes.text(column, row, f"{count}", ha="center", va="center", color=colour, fontsize=8)
    else:
        percent = "<1 %" if share < 0.005 else f"{100 * share:.0f} %"
        axes.text(column, row, f"{count:,}", ha="center", va="bottom", color=colour, fontsize=10)
        axes.text(column, row + 0.06, percent, ha="center", va="top", color=colour, fontsize=7.5)


def _title(report: Report, figure: Figure) -> str:
    where = " ".join(part for part in (report.corpus, report.split) if part)
    text = " · ".join(part for part in (report.model, where, report.protocol) if part)
    letters_per_inch = 9  # at 11 points, beside the names of the rows
    return "\n".join(plain(line) for line in wrap(text, int(letters_per_inch * figure.get_figwidth())))
