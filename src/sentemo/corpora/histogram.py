"""The paper's Figure 4: how often each emotion occurs, without neutral, one panel per split."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from sentemo.corpora.statistics import CorpusStatistics
from sentemo.errors import BadInput, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".png", ".svg", ".pdf")
PANEL_INCHES = (4.2, 3.4)
COLOUR = "#3b6ea5"


def plot_label_histograms(stats: CorpusStatistics, path: str | PathLike[str]) -> None:
    """Draw a bar chart of every available split into one picture; the extension determines the format.

    Raises `UsageError` for an unknown extension, `BadInput` if the picture cannot be written.
    """
    from matplotlib.figure import Figure

    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise UsageError(f"Cannot draw into {target.name!r}", f"Name it with one of: {', '.join(FORMATS)}")
    width, height = PANEL_INCHES
    figure = Figure(figsize=(width * len(stats.splits), height), layout="constrained")
    panels = figure.subplots(1, len(stats.splits), squeeze=False)[0]
    for panel, (name, split) in zip(panels, stats.splits.items(), strict=True):
        emotions = stats.labels.emotions
        _draw(panel, f"{stats.name}, {name}", emotions, [split.labels[emotion] for emotion in emotions])
    panels[0].set_ylabel("utterances")
    try:
        figure.savefig(target, dpi=150)
    except OSError as error:
        raise BadInput(f"Cannot write: {error.strerror}", "Choose a folder with room", path=target) from None


def _draw(panel: Axes, title: str, emotions: tuple[str, ...], counts: list[int]) -> None:
    bars = panel.bar(range(len(emotions)), counts, color=COLOUR)
    panel.bar_label(bars, labels=[f"{count:,}" for count in counts], padding=2, fontsize=8)
    panel.set_title(title)
    panel.set_xticks(range(len(emotions)), emotions, rotation=40, ha="right", rotation_mode="anchor")
    panel.margins(y=0.12)
    panel.yaxis.set_major_formatter("{x:,.0f}")
    panel.spines[["top", "right"]].set_visible(False)
