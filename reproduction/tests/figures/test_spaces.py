from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex

from reproduction.figures import spaces
from reproduction.figures.spaces import balanced_sample, dots_of, plot_spaces
from sentemo.errors import BadInput
from sentemo.evaluation.projection import BACKGROUND, project
from sentemo.types import LabelSet

from .drawn import LONG, Drawn, check_layout, png, texts

LABELS = LabelSet(("neutral", "anger", "joy", "fear"), "neutral")
GOLD = np.repeat(np.arange(4), [15, 10, 30, 0])
RNG = np.random.default_rng(0)
BEFORE, AFTER = RNG.normal(size=(55, 6)), np.eye(4)[GOLD] + 0.1 * RNG.normal(size=(55, 4))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    return Drawn(spaces, monkeypatch)


def test_both_spaces_show_the_same_balanced_utterances(drawn: Drawn, tmp_path: Path) -> None:
    told = plot_spaces(BEFORE, AFTER, GOLD, LABELS, tmp_path / "s.png", 3, method="pca", per_label=20)
    assert told["drawn"] == {"neutral": 15, "anger": 10, "joy": 20, "fear": 0} and told["method"] == "PCA"
    kept = balanced_sample(GOLD, 20, np.random.default_rng(3))
    for axes, points, share in zip(
        drawn.last.axes, (BEFORE, AFTER), (told["variance_before"], told["variance_after"]), strict=True
    ):
        flat = project(points[kept], method="pca")
        dots = {each.get_label(): np.asarray(each.get_offsets()) for each in axes.collections}
        assert np.array_equal(dots["anger (10)"], flat.points[GOLD[kept] == 1])
        assert share == flat.share and f"PCA, {100 * share:.0f} % of the variance" in axes.get_title()
        assert axes.collections[0].get_label() == "neutral (15)", "neutral lies underneath"
        assert [each.get_label() for each in axes.collections[1:]] == ["joy (20)", "anger (10)", "fear (0)"]
        assert to_hex(axes.collections[2].get_facecolor()[0]).upper() == dots_of(LABELS)["anger"].colour
    assert [text for text in texts(drawn.last) if "(" in text][2:] == [
        "neutral (15)",
        "anger (10)",
        "joy (20)",
        "fear (0)",
    ]


def test_samples_are_balanced_seeded_and_sorted() -> None:
    one, same, other = (balanced_sample(GOLD, 20, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert one.tolist() == same.tolist() != other.tolist()
    assert one.tolist() == sorted(set(one.tolist()))
    assert np.bincount(GOLD[one]).tolist() == [15, 10, 20]


def test_every_label_has_its_own_look_and_keeps_it() -> None:
    many = dots_of(LabelSet(tuple(f"label {place}" for place in range(28))))
    assert len({(dots.colour, dots.marker) for dots in many.values()}) == 28
    assert BACKGROUND.colour not in {dots.colour for dots in many.values()}
    assert dots_of(LABELS)["joy"] == many["label 1"]


def test_no_text_lies_over_another(drawn: Drawn, tmp_path: Path) -> None:
    plot_spaces(BEFORE, AFTER, GOLD, LabelSet(LONG), tmp_path / "s.png", method="pca")
    check_layout(drawn.last)


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        plot_spaces(BEFORE, AFTER, GOLD, LABELS, tmp_path / name, seed, method="pca", per_label=20)
    a, b, c = (png(tmp_path / name) for name in "abc")
    assert a == b != c


def test_what_does_not_match_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="55 points before, 54 after"):
        plot_spaces(BEFORE, AFTER[1:], GOLD, LABELS, tmp_path / "s.png")
    with pytest.raises(BadInput, match="can't be drawn"):
        plot_spaces(BEFORE[:0], AFTER[:0], GOLD[:0], LABELS, tmp_path / "s.png")
    assert not any(tmp_path.iterdir())
