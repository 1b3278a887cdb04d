from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, matthews_corrcoef

from sentemo.errors import BadInput
from sentemo.evaluation.metrics import (
    FIGURES,
    NONE,
    describe_convention,
    figures_of_counts,
    measure,
    measure_counts,
)
from sentemo.types import LabelSet

from .talks import SEVEN, THREE


def by_hand(gold: list[int], predicted: list[int], labels: LabelSet) -> dict[str, float]:
    """Compute the figures in plain loops, from their definitions."""

    def tallies(label: int) -> tuple[int, int, int]:
        pairs = list(zip(gold, predicted, strict=True))
        hits = sum(g == label == p for g, p in pairs)
        return hits, sum(p == label != g for g, p in pairs), sum(g == label != p for g, p in pairs)

    def f1(hits: int, false: int, missed: int) -> float:
        return 100 * 2 * hits / (2 * hits + false + missed) if hits else 0.0

    each = [f1(*tallies(label)) for label in range(len(labels))]
    emotions = [label for label, name in enumerate(labels.names) if name != labels.neutral]
    return {
        "macro_f1_no_neutral": sum(each[label] for label in emotions) / len(emotions),
        "micro_f1_no_neutral": f1(*(sum(x) for x in zip(*map(tallies, emotions), strict=True))),
        "macro_f1": sum(each) / len(each),
        "weighted_f1": sum(each[label] for label in gold) / len(gold),
        "mcc": correlation(gold, predicted, len(labels)),
        "accuracy": 100 * sum(g == p for g, p in zip(gold, predicted, strict=True)) / len(gold),
    }


def correlation(gold: list[int], predicted: list[int], size: int) -> float:
    """Correlate the one-hot rows, which is how the multi-class MCC is defined."""
    one_hot = np.eye(size + 1)  # the last for what is none of the labels, -1
    x, y = (one_hot[labels] - one_hot[labels].mean(axis=0) for labels in (gold, predicted))
    spread = np.sqrt((x * x).sum() * (y * y).sum())
    return float((x * y).sum() / spread) if spread > 1e-12 else 0.0


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[list[int], list[int], LabelSet]:
    size = draw(st.integers(2, 6))
    names = tuple(f"label{place}" for place in range(size))
    labels = LabelSet(names, draw(st.sampled_from((None, *names))))
    least = draw(st.sampled_from((0, NONE)))
    pair = st.tuples(st.integers(0, size - 1), st.integers(least, size - 1))
    pairs = draw(st.lists(pair, min_size=1, max_size=40))
    return [g for g, _ in pairs], [p for _, p in pairs], labels


@pytest.mark.slow
@given(comparisons())
@settings(max_examples=50, deadline=None)
def test_three_ways_agree_on_every_figure(comparison: tuple[list[int], list[int], LabelSet]) -> None:
    gold, predicted, labels = comparison
    metrics = measure(gold=gold, predicted=predicted, labels=labels)
    assert tuple(metrics.figures) == FIGURES
    assert metrics.figures == pytest.approx(by_hand(gold, predicted, labels), abs=1e-9)
    fast = {name: float(value) for name, value in figures_of_counts(metrics.counts, labels).items()}
    assert metrics.figures == pytest.approx(fast, abs=1e-9)
    assert measure_counts(metrics.counts, labels).counts == metrics.counts


@pytest.mark.slow
@given(comparisons())
@settings(max_examples=50, deadline=None)
def test_the_emotions_pooled(comparison: tuple[list[int], list[int], LabelSet]) -> None:
    gold, predicted, labels = comparison
    emotions = {place for place, name in enumerate(labels.names) if name != labels.neutral}
    hits = sum(g == p and g in emotions for g, p in zip(gold, predicted, strict=True))
    named, there = sum(p in emotions for p in predicted), sum(g in emotions for g in gold)
    metrics = measure(gold=gold, predicted=predicted, labels=labels)
    precision, recall = 100 * hits / max(named, 1), 100 * hits / max(there, 1)
    found = metrics.emotions
    assert (found.precision, found.recall) == pytest.approx((precision, recall)) and found.support == there
    assert found.f1 == pytest.approx(metrics.figures["micro_f1_no_neutral"])
    assert found.f1 == pytest.approx(2 * precision * recall / (precision + recall) if hits else 0)


def test_many_matrices_are_computed_as_one_by_one() -> None:
    counts = np.random.default_rng(0).integers(0, 9, size=(5, 4, 7, 7))
    block = figures_of_counts(counts, SEVEN)
    for place in np.ndindex(5, 4):
        alone = figures_of_counts(counts[place], SEVEN)
        assert [block[name][place] for name in FIGURES] == pytest.approx([float(alone[name]) for name in FIGURES])


def test_the_star_leaves_out_neutral_but_counts_its_errors() -> None:
    gold, predicted = [0, 0, 0, 1, 2], [0, 1, 0, 1, 0]
    figures = measure(gold=gold, predicted=predicted, labels=THREE).figures
    # joy: one hit, and a neutral utterance called joy is a false positive; rage is missed.
    assert figures["macro_f1_no_neutral"] == pytest.approx((100 * 2 / 3 + 0) / 2)
    assert figures["micro_f1_no_neutral"] == pytest.approx(100 * 2 / 4)
    assert figures["macro_f1_no_neutral"] == pytest.approx(
        100 * f1_score(gold, predicted, labels=[1, 2], average="macro", zero_division=0)
    )
    assert figures["mcc"] == pytest.approx(matthews_corrcoef(gold, predicted))


def test_gold_and_predicted_are_not_exchangeable() -> None:
    one, other = [1, 1, 1, 0], [1, 0, 0, 0]
    ahead = measure(gold=one, predicted=other, labels=THREE)
    swapped = measure(gold=other, predicted=one, labels=THREE)
    assert ahead.per_label["joy"].precision == 100 and ahead.per_label["joy"].recall == pytest.approx(100 / 3)
    assert swapped.per_label["joy"].recall == 100
    assert ahead.counts == ((1, 0, 0), (2, 1, 0), (0, 0, 0))
    with pytest.raises(TypeError):
        measure(one, other, THREE)  # type: ignore[misc]


def test_a_prediction_that_is_none_of_the_labels_is_wrong_and_no_more() -> None:
    metrics = measure(gold=[1, 1, 2, 0], predicted=[1, NONE, 2, NONE], labels=THREE)
    assert metrics.per_label["joy"].recall == 50 and metrics.per_label["joy"].precision == 100
    assert metrics.counts == ((0, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 0))
    assert metrics.figures["accuracy"] == 50


def test_a_label_without_support_pulls_the_macro_average_down() -> None:
    metrics = measure(gold=[1, 1], predicted=[1, 1], labels=THREE)
    assert metrics.figures["macro_f1_no_neutral"] == 50
    assert metrics.per_label["rage"].support == 0
    assert "stays in the macro averages" in describe_convention(THREE)


def test_the_majority_row_on_the_test_splits_totals_is_zero() -> None:
    gold = np.repeat(np.arange(7), [6321, 118, 47, 17, 1019, 102, 116])
    figures = measure(gold=gold, predicted=np.zeros_like(gold), labels=SEVEN).figures
    assert [figures[name] for name in ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")] == [0, 0, 0]
    assert figures["accuracy"] == pytest.approx(100 * 6321 / 7740)


def test_without_a_neutral_label_the_star_covers_all_and_says_so() -> None:
    labels = LabelSet(("joy", "rage"))
    figures = measure(gold=[0, 1, 1], predicted=[0, 0, 1], labels=labels).figures
    assert figures["macro_f1_no_neutral"] == figures["macro_f1"]
    assert "all 2 labels" in describe_convention(labels) and "none of them is neutral" in describe_convention(labels)


def test_the_convention_in_words() -> None:
    rest = (
        ". A label without support stays in the macro averages, with F1 0. "
        "F1, precision, recall and accuracy in percent; MCC over all labels, in [-1, 1]."
    )
    assert describe_convention(THREE) == (
        "no_neutral (*) = average over the 2 emotions (joy, rage); 'calm' may be predicted and then counts against "
        "the emotions, but its own F1 is left out" + rest
    )
    assert describe_convention(LabelSet(("joy", "rage"))) == (
        "no_neutral (*) = average over all 2 labels (joy, rage); none of them is neutral" + rest
    )


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([], [], "No labelled utterances"),
        ([0, 1], [0], "shapes"),
        ([[0]], [[0]], "shapes"),
        ([0, 3], [0, 1], "gold labels are not all"),
        ([0, -1], [0, 1], "gold labels are not all"),
        ([0, 1], [0, -2], "predicted labels are not all"),
        ([0, 1], [0.0, 1.0], "predicted labels are not all"),
        ([0, 1], ["calm", "joy"], "predicted labels are not all"),
    ],
)
def test_what_cannot_be_compared_is_refused(gold: Any, predicted: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        measure(gold=gold, predicted=predicted, labels=THREE)


def test_a_label_set_of_neutral_alone_is_refused() -> None:
    with pytest.raises(BadInput, match="no label but neutral"):
        measure(gold=[0], predicted=[0], labels=LabelSet(("calm",), "calm"))
