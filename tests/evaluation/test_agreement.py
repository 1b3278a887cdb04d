"""Kappas and alpha against references that count pairs, and published examples."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.errors import UsageError
from sentemo.evaluation.agreement import agreement, cohen_kappa, fleiss_kappa, krippendorff_alpha, majority

Rows = list[list[int]]
rated = st.integers(2, 4).flatmap(
    lambda raters: st.lists(st.lists(st.integers(0, 2), min_size=raters, max_size=raters), min_size=2, max_size=8)
)
gapped = st.integers(2, 4).flatmap(
    lambda raters: st.lists(st.lists(st.integers(-1, 2), min_size=raters, max_size=raters), min_size=2, max_size=8)
)


def naive_cohen(rows: Rows) -> float | None:
    both = [(a, b) for a, b, *_ in rows if a >= 0 and b >= 0]
    if not both:
        return None
    same = sum(a == b for a, b in both) / len(both)
    chance = sum(a == b for a, _ in both for _, b in both) / len(both) ** 2
    return None if chance == 1 else (same - chance) / (1 - chance)


def naive_fleiss(rows: Rows) -> float | None:
    seen = np.mean([np.mean([a == b for a, b in combinations(row, 2)]) for row in rows])
    shares = Counter(label for row in rows for label in row)
    chance = sum((count / sum(shares.values())) ** 2 for count in shares.values())
    return None if chance == 1 else float((seen - chance) / (1 - chance))


def naive_alpha(rows: Rows) -> float | None:
    """By the coincidence matrix, a pair at a time."""
    matrix: Counter[tuple[int, int]] = Counter()
    for row in rows:
        given = [label for label in row if label >= 0]
        for pair in permutations(given, 2):
            matrix[pair] += 1 / (len(given) - 1)  # type: ignore[assignment]
    of: Counter[int] = Counter()
    for (label, _), count in matrix.items():
        of[label] += count
    total = sum(of.values())
    differing = sum(count for (a, b), count in matrix.items() if a != b)
    expected = sum(of[a] * of[b] for a in of for b in of if a != b) / (total - 1) if total > 1 else 0
    return 1 - differing / expected if expected else None


def same(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) < 1e-9


@pytest.mark.slow
@settings(deadline=None)
@given(gapped)
def test_cohen_is_what_counting_pairs_gives(rows: Rows) -> None:
    found = np.array(rows)
    assert same(cohen_kappa(found[:, 0], found[:, 1]), naive_cohen(rows))


@settings(deadline=None)
@given(rated)
def test_fleiss_is_what_counting_pairs_gives(rows: Rows) -> None:
    assert same(fleiss_kappa(np.array(rows)), naive_fleiss(rows))


@settings(deadline=None)
@given(gapped)
def test_alpha_is_what_counting_pairs_gives(rows: Rows) -> None:
    assert same(krippendorff_alpha(np.array(rows)), naive_alpha(rows))


@settings(deadline=None)
@given(rated)
def test_who_agrees_on_all_reaches_one(rows: Rows) -> None:
    alike = np.array([[row[0]] * 3 for row in rows])
    for found in (fleiss_kappa(alike), krippendorff_alpha(alike), cohen_kappa(alike[:, 0], alike[:, 1])):
        assert found is None or found == pytest.approx(1)


def test_fleiss_of_his_paper() -> None:
    counts = [
        *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
        *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
    ]
    rows = [[label for label, count in enumerate(row) for _ in range(count)] for row in counts]
    assert fleiss_kappa(np.array(rows)) == pytest.approx(0.210, abs=5e-4)


def test_compares_annotators_who_answered_different_items() -> None:
    found = agreement({"ann": {1: "joy", 2: "rage", 3: "joy"}, "bob": {1: "joy", 2: "joy", 4: "rage"}})
    assert (found.items, found.shared, found.same) == (4, 2, 0.5)
    assert found.cohen[("ann", "bob")] == 0
    assert found.to_json()["cohen_kappa"][0]["annotators"] == ["ann", "bob"]
    assert "4 utterances, 2 answered by all 2 annotators, who agree on 50% of these." in str(found)


def test_refuses_what_can_not_be_compared() -> None:
    with pytest.raises(UsageError, match="at least two annotators"):
        agreement({"ann": {1: "joy"}})
    with pytest.raises(UsageError, match="No utterance was answered by two"):
        agreement({"ann": {1: "joy"}, "bob": {2: "joy"}})


def test_a_majority_is_one_label() -> None:
    assert majority(["a", "b", "a"]) == "a" and majority(["a", "b"]) is None
