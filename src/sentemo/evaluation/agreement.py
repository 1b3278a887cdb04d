"""Inter-annotator agreement: Cohen's and Fleiss' kappa, Krippendorff's alpha, for nominal labels.

N items, A annotators, C labels. An item is one utterance; -1 means no answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import UsageError

Ratings = NDArray[np.int64]
"""(N,A), the positions of labels."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of several annotators on the same utterances. A figure is None where it is undefined, for example
    where only one label was ever used."""

    annotators: tuple[str, ...]
    items: int
    """Utterances answered by anyone."""
    shared: int
    """Utterances answered by everyone."""
    same: float | None
    """The share of these on which all agree."""
    cohen: Mapping[tuple[str, str], float | None]
    """Cohen's kappa of each pair of annotators, on the utterances that both answered."""
    fleiss: float | None
    """Fleiss' kappa, on the utterances that all answered."""
    alpha: float | None
    """Krippendorff's alpha, on the utterances that two or more answered."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        pairs = [{"annotators": [*pair], "kappa": kappa} for pair, kappa in self.cohen.items()]
        rest = {"fleiss_kappa": self.fleiss, "krippendorff_alpha": self.alpha, "cohen_kappa": pairs}
        return {
            "annotators": [*self.annotators],
            "utterances": self.items,
            "shared": self.shared,
            "all_agree": self.same,
            **rest,
        }

    def __str__(self) -> str:
        lines = [
            f"{self.items:,} utterances, {self.shared:,} answered by all {len(self.annotators)} annotators, "
            f"who agree on {_share(self.same)} of these.",
            f"Krippendorff's alpha {_number(self.alpha)}, Fleiss' kappa {_number(self.fleiss)}.",
        ]
        lines += [f"Cohen's kappa of {one} and {two}: {_number(kappa)}." for (one, two), kappa in self.cohen.items()]
        return "\n".join(lines)


def agreement(answers: Mapping[str, Mapping[Any, str]]) -> Agreement:
    """Compare annotators' answers, each a mapping from an item to its label.

    Raises `UsageError` for fewer than two annotators, or if no item was answered twice.
    """
    if len(answers) < 2:
        raise UsageError("Agreement needs at least two annotators", "Name a file of answers for each")
    ratings, _ = table(answers)
    if not ((ratings >= 0).sum(1) > 1).any():
        raise UsageError(
            "No utterance was answered by two annotators", "Give all of them the same file, --sample and --seed"
        )
    names = tuple(answers)
    whole = ratings[(ratings >= 0).all(1)]
    pairs = combinations(range(len(names)), 2)
    return Agreement(
        annotators=names,
        items=len(ratings),
        shared=len(whole),
        same=float((whole == whole[:, :1]).all(1).mean()) if len(whole) else None,
        cohen={(names[a], names[b]): cohen_kappa(ratings[:, a], ratings[:, b]) for a, b in pairs},
        fleiss=fleiss_kappa(whole),
        alpha=krippendorff_alpha(ratings),
    )


def table(answers: Mapping[str, Mapping[Any, str]]) -> tuple[Ratings, list[Any]]:
    """Return (N,A) positions of labels, and the N items, in the order in which they are first answered."""
    items = list(dict.fromkeys(item for given in answers.values() for item in given))
    labels = sorted({label for given in answers.values() for label in given.values()})
    place = {label: number for number, label in enumerate(labels)}
    rows = [[place[given[item]] if item in given else -1 for given in answers.values()] for item in items]
    return np.array(rows, np.int64).reshape(len(items), len(answers)), items


def cohen_kappa(one: Ratings, other: Ratings) -> float | None:
    """(N,), (N,) -> Cohen's kappa (1960) on the items that both answered."""
    both = (one >= 0) & (other >= 0)
    one, other = one[both], other[both]
    if not len(one):
        return None
    first, second = (np.bincount(each, minlength=1 + max(one.max(), other.max())) / len(one) for each in (one, other))
    return _beyond_chance(float((one == other).mean()), float((first * second).sum()))


def fleiss_kappa(ratings: Ratings) -> float | None:
    """(N,A) without missing answers -> Fleiss' kappa (1971)."""
    if not len(ratings):
        return None
    counts = _counts(ratings)
    raters = ratings.shape[1]
    agreeing = (counts * (counts - 1)).sum(1) / (raters * (raters - 1))
    shares = counts.sum(0) / counts.sum()
    return _beyond_chance(float(agreeing.mean()), float((shares**2).sum()))


def krippendorff_alpha(ratings: Ratings) -> float | None:
    """(N,A) -> Krippendorff's alpha (2011) for nominal labels, on the items with two answers or more."""
    counts = _counts(ratings)
    many = counts.sum(1)
    counts, many = counts[many > 1], many[many > 1]
    total = counts.sum(0)
    if not len(many) or total.sum() < 2:
        return None
    differing = float(((many**2 - (counts**2).sum(1)) / (many - 1)).sum())
    expected = float((total.sum() ** 2 - (total**2).sum()) / (total.sum() - 1))
    return 1 - differing / expected if expected else None


def majority(labels: Sequence[str]) -> str | None:
    """Return the label that most annotators gave; None for a tie."""
    (first, count), *rest = Counter(labels).most_common()
    return None if rest and rest[0][1] == count else first


def _counts(ratings: Ratings) -> NDArray[np.float64]:
    """(N,A) -> (N,C), how many annotators gave each label."""
    labels = np.arange(ratings.max(initial=-1) + 1)
    counts: NDArray[np.float64] = (ratings[:, :, None] == labels).sum(1).astype(np.float64)
    return counts


def _beyond_chance(seen: float, by_chance: float) -> float | None:
    return (seen - by_chance) / (1 - by_chance) if by_chance < 1 else None


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.0%}"
