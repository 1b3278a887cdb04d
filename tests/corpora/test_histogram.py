from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sentemo.corpora.histogram import plot_label_histograms
from sentemo.corpora.statistics import CorpusStatistics, measure_split
from sentemo.errors import BadInput, UsageError
from sentemo.types import Conversation, LabelSet, Utterance

LABELS = LabelSet(("calm", "joy", "fear"), neutral="calm")


def stats() -> CorpusStatistics:
    turns = [Utterance("x", label=name) for name in ("calm",) * 9 + ("joy",) * 4 + ("fear",) * 2]
    splits = {name: measure_split([Conversation("a", tuple(turns))], LABELS) for name in ("train", "test")}
    return CorpusStatistics("Mine", "English", LABELS, splits)


def test_one_panel_a_split_and_no_neutral(tmp_path: Path) -> None:
    plot_label_histograms(stats(), tmp_path / "labels.svg")
    drawn = (tmp_path / "labels.svg").read_text()
    comments = [line.strip()[5:-4] for line in drawn.splitlines() if line.strip().startswith("<!-- ")]
    assert [each for each in comments if each.startswith("Mine")] == ["Mine, train", "Mine, test"]
    assert comments.count("joy") == comments.count("fear") == 2
    assert "calm" not in comments


def test_a_picture_without_global_state(tmp_path: Path) -> None:
    plot_label_histograms(stats(), tmp_path / "labels.png")
    assert (tmp_path / "labels.png").read_bytes().startswith(b"\x89PNG")
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


def test_where_it_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Name it with one of: \.png, \.svg, \.pdf"):
        plot_label_histograms(stats(), tmp_path / "labels.doc")
    with pytest.raises(BadInput, match="Cannot write: No such file"):
        plot_label_histograms(stats(), tmp_path / "nowhere" / "labels.png")
