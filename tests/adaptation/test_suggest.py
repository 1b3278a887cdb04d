"""Which utterance to label next, against the rule applied one utterance at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.adaptation import suggest
from sentemo.adaptation.suggest import Suggester, uncertainty
from sentemo.heads import Floats, softmax
from sentemo.heads import unit as normalised


def unit(count: int, seed: int) -> Floats:
    return normalised(np.random.default_rng(seed).standard_normal((count, 5)).astype(np.float32))


def naive_gains(features: Floats, texts: list[str], seen: list[int], probabilities: Floats | None) -> dict[int, float]:
    """How much nearer each utterance whose text is new brings the texts, each counted by how unsure the model is."""
    heard = {texts[place] for place in seen}
    distinct = [place for place, text in enumerate(texts) if texts.index(text) == place]

    def near(one: int, other: int) -> float:
        return float(features[one].dot(features[other]))

    gains = {}
    for place in distinct:
        if texts[place] in heard:
            continue
        gains[place] = 0.0
        for other in distinct:
            nearest = max([0.0, *(near(labelled, other) for labelled in seen)])
            weight = 1.0
            if probabilities is not None:
                first, second = sorted(probabilities[other].tolist(), reverse=True)[:2]
                weight = 2 - (first - second)
            gains[place] += weight * max(near(place, other) - nearest, 0.0)
    return gains


@given(
    count=st.integers(1, 14),
    kinds=st.integers(1, 14),
    seed=st.integers(0, 999),
    labelled=st.sets(st.integers(0, 13)),
    knows=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_follows_the_rule(count: int, kinds: int, seed: int, labelled: set[int], knows: bool) -> None:
    features = unit(count, seed)
    texts = [f"Utterance {place % kinds}" for place in range(count)]
    seen = sorted(place for place in labelled if place < count)
    suggester = Suggester(features, texts)
    for each in seen:
        suggester.see(each)
    probabilities = softmax((unit(count, seed + 1) ** 2)[:, :3]) if knows else None
    while (place := suggester.next(probabilities)) is not None:
        gains = naive_gains(features, texts, seen, probabilities)
        assert gains[place] == pytest.approx(max(gains.values()), abs=1e-5)
        seen.append(place)
    assert {texts[place] for place in seen} == {*texts}
    assert not naive_gains(features, texts, seen, probabilities)


def test_starts_in_the_middle_and_turns_to_what_is_far() -> None:
    angles = np.array([0.0, 0.1, 0.2, 0.3, 0.2, 1.6])
    features = np.stack([np.cos(angles), np.sin(angles)], -1)
    suggester = Suggester(features, list("abcdef"))
    assert [suggester.next() for _ in range(2)] == [3, 5]


def test_a_crowd_comes_before_an_outlier() -> None:
    features = np.eye(4)[[0, 0, 0, 1, 1, 2, 1]]
    suggester = Suggester(features, list("abcdefg"))
    places = [suggester.next() for _ in range(3)]
    assert places == [0, 3, 5]


def test_a_text_is_suggested_once_however_it_is_written() -> None:
    suggester = Suggester(unit(4, 0), ["Oh well", "oh  well ", "OH WELL", "never"])
    places = [suggester.next(), suggester.next(), suggester.next()]
    assert places[2] is None and 3 in places


def test_a_sure_model_is_not_asked_about_what_it_knows() -> None:
    probabilities = np.array([[0.9, 0.1], [0.99, 0.01], [0.5, 0.5], [0.7, 0.3]])
    suggester = Suggester(np.eye(4), list("abcd"))
    suggester.see(0)
    assert [suggester.next(probabilities) for _ in range(3)] == [2, 3, 1]


def test_examples_from_elsewhere_count() -> None:
    features = np.eye(3)
    suggester = Suggester(features, list("abc"))
    suggester.cover(normalised(np.array([1.0, 1.0, 0.0])))
    assert suggester.next() == 2


def test_of_many_texts_some_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggest, "MOST", 6)
    monkeypatch.setattr(suggest, "MOST_REFERENCES", 3)
    suggester = Suggester(unit(20, 1), [str(place // 2) for place in range(20)])
    suggester.see(5)  # its text is not among the six
    places = [suggester.next(softmax(unit(20, 2) ** 2)) for _ in range(7)]
    assert places[6] is None and {*places[:6]} == {0, 2, 6, 10, 12, 16}


def test_uncertainty_is_the_margin_of_the_two_best() -> None:
    shares = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.2, 0.5, 0.3]])
    assert uncertainty(shares).tolist() == pytest.approx([1.0, 0.0, 0.8])


def test_nothing_to_suggest() -> None:
    assert Suggester(np.zeros((0, 5)), []).next() is None
