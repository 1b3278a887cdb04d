"""Tags on the log-odds that detectors give."""

from __future__ import annotations

import numpy as np
import pytest

from sentemo.errors import UsageError
from sentemo.tags import TagExamples, Tags, mixed
from sentemo.types import Prediction, TurnPrediction

TURN = TurnPrediction("Ann", "Bye!", "rage", 0.7, {"joy": 0.2, "rage": 0.7, "calm": 0.1})


def tags(*names: str, context: tuple[float, ...] = ()) -> Tags:
    count = len(names)
    rows = np.eye(count, 3, dtype=np.float32)
    kept = TagExamples(rows, rows, np.arange(count), np.zeros(count, np.bool_), names)
    shares = np.array(context or (0.0,) * count, np.float32)
    return Tags(names, rows, np.zeros(count, np.float32), shares, kept)


def put(found: Tags, *log_odds: float) -> TurnPrediction:
    return found.put(Prediction("", (TURN,)), np.array([log_odds])).turns[0]


def test_those_that_apply_stand_beside_the_label_the_surest_first() -> None:
    said = put(tags("leaving", "tired", "late"), 0.0, -0.1, 2.0)
    assert said.tags == pytest.approx({"late": 0.881, "leaving": 0.5}, abs=1e-3)
    assert list(said.tags) == ["late", "leaving"]
    assert (said.label, said.score, said.probabilities) == (TURN.label, TURN.score, TURN.probabilities)


def test_a_tag_named_as_a_label_corrects_it() -> None:
    said = put(tags("joy", "late"), 0.3, 1.0)
    assert (said.label, said.score) == ("joy", 0.7) and said.probabilities == {"joy": 0.7, "rage": 0.2, "calm": 0.1}
    assert list(said.tags) == ["late"] and put(tags("joy"), -0.3) == TURN


def test_context_counts_as_much_as_each_tag_says() -> None:
    rng = np.random.default_rng(0)
    alone, within = (rng.normal(size=(5, 3)).astype(np.float32) for _ in range(2))
    found = tags("a", "b", "c", context=(0.0, 0.5, 0.5))
    odds = found.log_odds(alone, within)
    assert np.allclose(odds[:, 0], alone[:, 0])
    for row in range(5):
        both = alone[row] + within[row]
        assert np.allclose(odds[row, 1:], (both / np.linalg.norm(both))[1:], atol=1e-6)
    assert mixed(alone, within, 0.0) is alone and found.reads_context and not tags("a").reads_context


def test_sensitivity_moves_one_tag() -> None:
    moved = tags("a", "b").more_sensitive({"b": 1.5})
    assert moved.biases.tolist() == [0.0, 1.5]
    for wrong in ({"c": 1.0}, {"a": 5.1}, {"a": float("nan")}):
        with pytest.raises(UsageError):
            moved.more_sensitive(wrong)


def test_tags_are_put_together_and_taken_apart() -> None:
    both = tags("a", "b").beside(tags("c"))
    assert both.names == ("a", "b", "c") and both.examples.gold.tolist() == [0, 1, 2]
    rest = both.without(["a"])
    assert rest is not None and rest.names == ("b", "c") and rest.examples.gold.tolist() == [0, 1]
    assert rest.examples.texts == ("b", "c") and tags("a").without(["a"]) is None
