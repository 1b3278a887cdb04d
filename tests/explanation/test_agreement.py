"""What is explained is what was decided, on real conversations with the shipped model."""

from __future__ import annotations

import os
from itertools import accumulate

import pytest

import sentemo
from sentemo.corpora.everyday import packaged
from sentemo.corpora.registry import get_corpus
from sentemo.explanation.influence import CLOSE, weigh_words

TURNS = int(os.environ.get("SENTEMO_EXPLAIN", "40"))
"""Turns of Everyday's test split; SENTEMO_EXPLAIN=1000 for what docs/page.md says."""


@pytest.mark.weights
def test_an_explanation_never_contradicts_the_label() -> None:
    model = sentemo.load()
    talks = get_corpus("everyday").read(packaged(), "test")
    enough = next(count for count, turns in enumerate(accumulate(map(len, talks)), 1) if turns >= TURNS)
    for talk, prediction in zip(talks[:enough], model.predict(talks[:enough]), strict=True):
        for place, (found, told) in enumerate(zip(model.explain(talk), prediction, strict=True)):
            assert found.prediction.label == told.label == max(told.probabilities, key=told.probabilities.__getitem__)
            assert found.prediction.probabilities == pytest.approx(told.probabilities, abs=1e-5)
            words = weigh_words(model, talk, told, place)
            assert "".join(word.text for word in words) in ("", told.text)  # nothing of a single word
            assert all(-1 <= word.change <= told.score + CLOSE for word in words)  # of the label's own probability
