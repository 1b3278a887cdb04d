from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduction.figures import figure1
from reproduction.figures.figure1 import draw, plot_triplets, triangle
from reproduction.figures.gaps import Gaps, Sides, measure_gaps
from sentemo.errors import BadInput
from sentemo.evaluation.triplet import draw_triplets, judge
from sentemo.types import LabelSet

from .drawn import LONG, Drawn, check_layout, png, texts

SEVEN = LabelSet(("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise"), "neutral")
RNG = np.random.default_rng(0)
GOLD = np.repeat(np.arange(7), [30, 8, 2, 1, 12, 5, 5])


def on_sphere(points: np.ndarray) -> np.ndarray:
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


BEFORE = on_sphere(RNG.normal(size=(len(GOLD), 5)))
AFTER = on_sphere(np.eye(7)[GOLD] + 0.2 * RNG.normal(size=(len(GOLD), 7)))


@pytest.fixture(scope="module")
def gaps() -> Gaps:
    return measure_gaps(BEFORE, AFTER, GOLD, SEVEN, 1, triplets=400)


@given(st.lists(st.tuples(*[st.floats(-3, 3)] * 4), min_size=3, max_size=3))
def test_a_triangle_keeps_all_three_distances(corners: list[tuple[float, ...]]) -> None:
    a, p, n = np.array(corners)
    sides = [float(np.linalg.norm(one - other)) for one, other in ((a, p), (a, n), (p, n))]
    positive, negative = triangle(*sides)
    found = np.linalg.norm(positive), np.linalg.norm(negative), np.linalg.norm(positive - negative)
    # Near a straight line an angle is known to half of the digits only.
    assert found == pytest.approx(sides, abs=1e-6)


def test_the_distances_are_those_of_the_protocols_own_triplets(gaps: Gaps) -> None:
    drawn = draw_triplets(GOLD, 400, np.random.default_rng(1))
    for points, sides in ((BEFORE, gaps.before), (AFTER, gaps.after)):
        for row in range(400):
            a, p, n = (points[each[row]].astype(float) for each in (drawn.anchors, drawn.positives, drawn.negatives))
            naive = [sum((one - other) ** 2) ** 0.5 for one, other in ((a, p), (a, n), (p, n))]
            assert [sides.positive[row], sides.negative[row], sides.opposite[row]] == pytest.approx(naive)
        right, tied = judge(points, drawn)
        told = sides.to_json(0.2)
        assert told["right_percent"] + told["tie_percent"] == pytest.approx(100 * right.mean())
        assert told["tie_percent"] == pytest.approx(100 * tied.mean())


def test_shares_count_strictly_and_the_margin_inclusively() -> None:
    near = np.array([1.0, 1.0, 1.0, 1.0])
    told = Sides(near, near + np.array([-0.5, 0, 0.25, 0.5]), near).to_json(0.25)
    assert (told["right_percent"], told["tie_percent"], told["beyond_margin_percent"]) == (50, 25, 50)
    assert told["gap_percentiles"]["50"] == pytest.approx(0.125)


def test_the_triplets_shown_stand_at_the_percentiles_of_the_change(gaps: Gaps) -> None:
    change = gaps.after.gap - gaps.before.gap
    for row, cut in zip(gaps.shown, (10, 50, 90), strict=True):
        assert (change < change[row]).mean() <= cut / 100 <= (change <= change[row]).mean()


def test_what_is_told_is_what_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawn(figure1, monkeypatch)
    told = json.loads(json.dumps(plot_triplets(BEFORE, AFTER, GOLD, SEVEN, tmp_path / "1.png", 1, triplets=400)))
    shown = "\n".join(texts(drawn.last))
    for when in ("before", "after"):
        assert f"{when} training: {told[when]['right_percent']:.1f} % right" in shown
        for each in told["shown"]:
            assert f"d(a,p) = {each[when]['positive']:.2f}   d(a,n) = {each[when]['negative']:.2f}" in shown
    assert told["after"]["right_percent"] > told["before"]["right_percent"]
    assert [each["percentile"] for each in told["shown"]] == [10, 50, 90]
    assert all(each["label"] != each["negative_label"] for each in told["shown"])
    assert told["mean_change"] > 0 and told["margin"] == 0.2


def test_distances_on_paper_are_true_in_all_panels(gaps: Gaps) -> None:
    figure = draw(gaps)
    figure.draw_without_rendering()
    panels = [axes for axes in figure.axes if axes.get_title().endswith(("right", "wrong", "a tie"))]
    assert len(panels) == 6
    scales = []
    for number, axes in enumerate(panels):
        sides, row = (gaps.before, gaps.after)[number // 3], gaps.shown[number % 3]
        marks = [line for line in axes.lines if line.get_marker() in ("s", "o", "D")]
        a, p, n = (axes.transData.transform(mark.get_xydata()[0]) for mark in marks)
        on_paper = [np.linalg.norm(one - other) for one, other in ((a, p), (a, n), (p, n))]
        true = np.array([sides.positive[row], sides.negative[row], sides.opposite[row]])
        scales += (on_paper / true).tolist()
        assert all(axes.bbox.contains(*spot) for spot in (a, p, n))
    assert all(one == pytest.approx(other, rel=1e-6) for one, other in pairwise(scales))


def test_no_text_lies_over_another() -> None:
    check_layout(draw(measure_gaps(BEFORE, AFTER, GOLD, LabelSet(LONG), triplets=400)))


def test_points_that_all_fall_together_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, same = Drawn(figure1, monkeypatch), np.ones((len(GOLD), 1))
    told = plot_triplets(same, same, GOLD, SEVEN, tmp_path / "1.png", triplets=50)
    check_layout(drawn.last)
    assert told["after"]["tie_percent"] == 100 and told["after"]["right_percent"] == 0


def test_same_bytes_for_the_same_seed(tmp_path: Path) -> None:
    told = [plot_triplets(BEFORE, AFTER, GOLD, SEVEN, tmp_path / name, 3, triplets=400) for name in "ab"]
    assert png(tmp_path / "a") == png(tmp_path / "b") and told[0] == told[1]
    assert measure_gaps(BEFORE, AFTER, GOLD, SEVEN, 4, triplets=400).to_json()["shown"] != told[0]["shown"]


def test_what_does_not_match_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="63 points before, 62 after"):
        plot_triplets(BEFORE, AFTER[1:], GOLD, SEVEN, tmp_path / "1.png")
    with pytest.raises(BadInput, match="two labels"):
        plot_triplets(BEFORE, AFTER, np.zeros(len(GOLD), dtype=np.int64), SEVEN, tmp_path / "1.png")
    assert not any(tmp_path.iterdir())
