from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reproduction.figures import confusions
from reproduction.figures.confusions import plot_confusions
from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.baselines import UniformLabeler
from sentemo.evaluation.evaluate import evaluate
from sentemo.types import Conversation, LabelSet, Utterance

from .drawn import LONG, Drawn, check_layout, png, texts


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    return Drawn(confusions, monkeypatch)


def report(*rows: tuple[int, ...], labels: tuple[str, ...] = ("calm", "joy", "awe")) -> dict[str, Any]:
    return {"confusion_matrix": {"labels": list(labels), "counts": [list(each) for each in rows]}}


A = [report((6, 4, 0), (0, 2, 0), (0, 0, 0)), report((8, 2, 0), (2, 0, 0), (0, 0, 0))]
B = [report((10, 0, 0), (0, 1, 1), (0, 0, 0))]


def test_seeds_are_pooled_rows_are_gold_and_the_difference_is_b_minus_a(drawn: Drawn, tmp_path: Path) -> None:
    plot_confusions(A, B, ("first", "second"), tmp_path / "c.png")
    first, second, change, *_ = (axes.images[0].get_array().filled(np.nan) for axes in drawn.last.axes[:3])
    nothing = [np.nan] * 3
    assert np.array_equal(first, [[70, 30, 0], [50, 50, 0], nothing], equal_nan=True)
    assert np.array_equal(second, [[100, 0, 0], [0, 50, 50], nothing], equal_nan=True)
    assert np.array_equal(change, [[30, -30, 0], [-50, 0, 50], nothing], equal_nan=True)
    cells = [each.get_text() for each in drawn.last.axes[2].texts]
    assert cells == ["+30", "−30", "0", "−50", "0", "+50", "–", "–", "–"]
    told = texts(drawn.last)
    assert {"first (2 seeds)", "second (1 seed)", "calm (10)", "joy (2)", "awe (0)"} <= set(told)
    image = drawn.last.axes[2].images[0]
    assert image.norm.vmin == -50 and image.norm.vmax == 50, "no change is the middle of the colours"


def test_small_changes_show_no_sign() -> None:
    assert [confusions._cell(value, signed=True) for value in (0.4, -0.4, 0.6, -0.6)] == ["0", "0", "+1", "−1"]


def test_real_reports_and_their_json_are_drawn_alike(tmp_path: Path) -> None:
    labels = LabelSet(("calm", "joy"), "calm")
    talks = [Conversation("", tuple(Utterance(f"{n}", label=labels.names[n % 2]) for n in range(9)))]
    one = evaluate(UniformLabeler(labels), talks, resamples=1)
    plot_confusions([one], [one], ("a", "b"), tmp_path / "a.png")
    plot_confusions([one.to_json()], [one.to_json()], ("a", "b"), tmp_path / "b.png")
    assert png(tmp_path / "a.png") == png(tmp_path / "b.png")
    plot_confusions(A, B, ("a", "b"), tmp_path / "c.png")
    assert png(tmp_path / "a.png") != png(tmp_path / "c.png")


def test_no_text_lies_over_another(drawn: Drawn, tmp_path: Path) -> None:
    system = "a system with a name of forty characters"
    full = report(*[(1000,) * 7] * 7, labels=LONG)
    plot_confusions([full], [full] * 3, (system, system), tmp_path / "c.png")
    check_layout(drawn.last)


def test_what_can_not_be_compared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no report"):
        plot_confusions(A, [], ("a", "b"), tmp_path / "c.png")
    with pytest.raises(UsageError, match="different labels"):
        plot_confusions(A, [report((1, 0), (0, 1), labels=("x", "y"))], ("a", "b"), tmp_path / "c.png")
    with pytest.raises(UsageError, match="different gold labels"):
        plot_confusions(A, [report((9, 0, 0), (0, 2, 0), (0, 0, 0))], ("a", "b"), tmp_path / "c.png")
    assert not any(tmp_path.iterdir())
