from __future__ import annotations

import struct
from pathlib import Path

import pytest

from sentemo.errors import BadInput
from sentemo.evaluation.baselines import UniformLabeler
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.plots import plot_confusion, plot_learning_curves, plot_reliability
from sentemo.evaluation.report import Report
from sentemo.types import LabelSet

from .talks import SEVEN, random_talks

MANY = LabelSet(tuple(f"label-{place}" for place in range(14)))
ROWS = [
    {"epoch": epoch, "loss": 1 / epoch, "macro_f1_no_neutral": 10.0 * epoch, "mcc": 0.1 * epoch} for epoch in (1, 2, 3)
]


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(UniformLabeler(SEVEN), random_talks([300, 9, 0, 4, 50, 9, 9], SEVEN), resamples=1)


def size_of(path: Path) -> tuple[int, int]:
    """Read width and height from a PNG, which must not name the software that made it."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n") and b"Software" not in data
    width, height = struct.unpack(">II", data[16:24])
    return width, height


@pytest.mark.slow
def test_confusion_is_the_same_bytes_every_time_and_depends_on_the_counts(report: Report, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        plot_confusion(report, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    other = evaluate(UniformLabeler(SEVEN, 1), random_talks([300, 9, 0, 4, 50, 9, 9], SEVEN), resamples=1)
    plot_confusion(other, tmp_path / "c.png")
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "c.png").read_bytes()
    assert min(size_of(tmp_path / "a.png")) > 800


@pytest.mark.slow
def test_names_with_dollars_and_many_labels_are_drawn(tmp_path: Path) -> None:
    for labels in (LabelSet(("$up", "do$wn$"), "$up"), MANY):
        found = evaluate(
            UniformLabeler(labels),
            random_talks([8] * len(labels), labels),
            model_name="a model with a name that is as long as names of models come, with $ in it",
            resamples=1,
        )
        plot_confusion(found, tmp_path / "x.png")
        assert size_of(tmp_path / "x.png")[0] > 700


def test_reliability_is_drawn_where_there_is_calibration(report: Report, tmp_path: Path) -> None:
    plot_reliability(report, tmp_path / "r.png")
    size_of(tmp_path / "r.png")
    without = evaluate(UniformLabeler(SEVEN), random_talks([9] * 7, SEVEN), protocol="emotions-only", resamples=1)
    with pytest.raises(BadInput, match="emotions-only has no calibration"):
        plot_reliability(without, tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def test_learning_curves_draw_the_figures_that_the_log_has(tmp_path: Path) -> None:
    path = tmp_path / "c.png"
    plot_learning_curves(ROWS, path)
    wide = size_of(path)[0]
    plot_learning_curves([{"step": 5, "loss": 3.0}, {"epoch": 1, "loss": 2.0, "mcc": None}], path)
    assert size_of(path)[0] == wide // 3
    with pytest.raises(BadInput, match="no epoch"):
        plot_learning_curves([{"step": 5, "loss": 3.0}], path)
