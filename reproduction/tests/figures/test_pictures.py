from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from reproduction.figures import pictures
from reproduction.figures.pictures import ForestRow, columns, plot_curves, plot_forest
from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.seeds import Spread

from .drawn import LONG, Drawn, check_layout, png, texts

FIGURES = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    return Drawn(pictures, monkeypatch)


def log(*macro: float | None, first: int = 1) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"stage": "pretraining", "losses": [2.0]}]
    for epoch, value in enumerate(macro, first):
        rows.append({"stage": "training", "epoch": epoch, "loss": 1 / epoch, "mcc": 0.1, "micro_f1_no_neutral": 40.0})
        rows[-1]["macro_f1_no_neutral"] = value
    return rows


def row(name: str, mean: float, sd: float | None = 1.0) -> ForestRow:
    spread = Spread(mean, sd, 3)
    return ForestRow.of(name, {**dict.fromkeys(FIGURES[:2], spread), "mcc": Spread(mean / 100, 0.02, 3)})


def test_a_line_is_the_mean_and_a_band_the_range_while_all_seeds_train(drawn: Drawn, tmp_path: Path) -> None:
    plot_curves({"one": [log(10, 20, 50), log(20, 60)], "two": [log(5, 6, 7)]}, tmp_path / "c.png")
    panel = next(axes for axes in drawn.last.axes if "macro" in axes.get_title())
    one, two = panel.lines
    assert one.get_xydata().tolist() == [[1, 15], [2, 40]]
    assert two.get_xydata().tolist() == [[1, 5], [2, 6], [3, 7]]
    edges = {tuple(corner) for corner in panel.collections[0].get_paths()[0].vertices.tolist()}
    assert {(1, 10), (1, 20), (2, 20), (2, 60)} == edges
    assert {"one (2 seeds)", "two (1 seed)"} <= set(texts(drawn.last))


def test_a_missing_value_does_not_shift_the_others(drawn: Drawn, tmp_path: Path) -> None:
    plot_curves({"one": [log(None, 20, 50), log(20, 60, 70)]}, tmp_path / "c.png")
    panel = next(axes for axes in drawn.last.axes if "macro" in axes.get_title())
    assert panel.lines[0].get_xydata().tolist() == [[2, 40], [3, 60]]


def test_panels_without_figures_are_left_away(drawn: Drawn, tmp_path: Path) -> None:
    plot_curves({"one": [[{"epoch": 1, "loss": 2.0}]], "none yet": []}, tmp_path / "c.png")
    assert [axes.get_title() for axes in drawn.last.axes] == ["training loss"]
    for nothing in ({}, {"one": [log()]}, {"one": []}):
        with pytest.raises(BadInput, match="no epoch"):
            plot_curves(nothing, tmp_path / "none.png")


def test_a_system_that_the_first_panel_lacks_is_in_the_legend(drawn: Drawn, tmp_path: Path) -> None:
    plot_curves({"one": [log(1, 2)], "no loss": [[{"epoch": 1, "mcc": 0.3}]]}, tmp_path / "c.png")
    assert "no loss (1 seed)" in texts(drawn.last)


def test_systems_look_different(drawn: Drawn, tmp_path: Path) -> None:
    plot_curves({f"system {place}": [log(place)] for place in range(20)}, tmp_path / "c.png")
    looks = [(line.get_color(), line.get_linestyle()) for line in drawn.last.axes[0].lines]
    assert len(set(looks)) == 20


def test_a_forest_shows_means_bars_and_the_reference(drawn: Drawn, tmp_path: Path) -> None:
    rows = [row("full", 30), row("less", 20, 2.0), ForestRow("never", {}), row("alone", 25, None)]
    plot_forest(rows, tmp_path / "f.png")
    panel = drawn.last.axes[0]
    dots = {tuple(line.get_xydata()[0]) for line in panel.lines if line.get_marker() == "o"}
    assert dots == {(30, 0), (20, 1), (25, 3)}
    bars = {tuple(line.get_xdata()) for line in panel.lines if line.get_marker() == "None"}
    assert bars == {(30, 30), (29, 31), (18, 22), (25, 25)}
    assert panel.get_ylim()[0] > panel.get_ylim()[1], "the first row stands on top"
    assert texts(drawn.last).count("not run") == 3
    assert [label.get_text() for label in panel.get_yticklabels()] == ["full", "less", "never", "alone"]
    plot_forest(rows, tmp_path / "f.png", reference="less")
    assert (20, 20) in {tuple(line.get_xdata()) for line in drawn.last.axes[0].lines}
    plot_forest(rows, tmp_path / "f.png", reference=0, bars="difference and 95 % interval")
    assert "dots and bars: difference and 95 % interval; dashed line: 0" in texts(drawn.last)
    plot_forest(rows, tmp_path / "f.png", reference="never")


def test_a_forest_that_can_not_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No rows to draw"):
        plot_forest([], tmp_path / "f.png")
    with pytest.raises(UsageError, match=r"'other' is not a row. Use one of: full\."):
        plot_forest([row("full", 30)], tmp_path / "f.png", reference="other")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("names", [("full",), LONG])
def test_no_text_lies_over_another(names: Sequence[str], drawn: Drawn, tmp_path: Path) -> None:
    plot_curves({name: [log(10, 20), log(30, 40)] for name in names}, tmp_path / "c.png")
    plot_forest([row(name, 20 + place) for place, name in enumerate(names)] + [ForestRow("x", {})], tmp_path / "f.png")
    for figure in drawn.figures:
        check_layout(figure)
        assert all(axes.bbox.width > 2.2 * figure.dpi for axes in figure.axes), "names leave room for the panels"


def test_columns_of_a_legend() -> None:
    assert [columns(names) for names in (["one"], ["short"] * 7, [*LONG], ["x" * 300])] == [1, 6, 2, 1]


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    logs: Mapping[str, Any] = {"one": [log(10, 20), log(30, 40)]}
    for name in ("a.png", "b.png"):
        plot_curves(logs, tmp_path / f"curves-{name}")
        plot_forest([row("full", 30)], tmp_path / f"forest-{name}")
    for kind in ("curves", "forest"):
        assert png(tmp_path / f"{kind}-a.png") == png(tmp_path / f"{kind}-b.png")
