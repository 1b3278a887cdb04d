"""The paper's Figure 4: how often each emotion occurs in the splits, neutral left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

from reproduction.exhibit import Exhibit
from reproduction.tables.table1 import statistics_of
from sentemo.corpora.histogram import plot_label_histograms
from sentemo.corpora.statistics import SplitStatistics
from sentemo.types import Conversation, LabelSet

PICTURE = "figure-4.png"


def figure4(splits: Mapping[str, Sequence[Conversation]], labels: LabelSet, folder: str | PathLike[str]) -> Exhibit:
    """Draw the histograms into a folder that is there, and give their counts and neutral's share.

    Raises `BadInput` for no split, an empty one, an unknown label, or a picture that can't be written.
    """
    stats = statistics_of(splits, labels)
    plot_label_histograms(stats, Path(folder) / PICTURE)
    shares = {name: _share_of_neutral(split, labels) for name, split in stats.splits.items()}
    counts = [(name, *(f"{split.labels[name]:,}" for split in stats.splits.values())) for name in labels.emotions]
    missing = f" Missing: {', '.join(stats.missing)}." if stats.missing else ""
    return Exhibit(
        name="figure-4",
        title="Figure 4. Emotion labels in the splits of DailyDialog",
        columns=("", *splits),
        rows=(*counts, ("share of neutral", *(f"{100 * share:.1f} %" for share in shares.values()))),
        data={
            "counts": {name: dict(split.labels) for name, split in stats.splits.items()},
            "share_of_neutral": shares,
            "missing": list(stats.missing),
        },
        notes=(f"Utterances of each emotion; the histograms leave neutral out, as the paper's do.{missing}",),
        pictures=(PICTURE,),
    )


def _share_of_neutral(split: SplitStatistics, labels: LabelSet) -> float:
    neutral = split.labels[labels.neutral] if labels.neutral else 0
    return neutral / max(sum(split.labels.values()), 1)
