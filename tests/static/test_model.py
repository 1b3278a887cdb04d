"""The static model against a naive one, and what every labeler promises."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput
from sentemo.static import model as module
from sentemo.static.model import StaticModel
from sentemo.types import Conversation, Labeler, Prediction, Utterance
from tests.dialogues import ECHOES, OPENERS, THINGS, template_dialogues
from tests.export.test_graphs import assert_same, labels, shares
from tests.static.statics import REACH, save_random_static

TEXTS = (*ECHOES, *(text.format(thing) for texts in OPENERS.values() for text in texts for thing in THINGS[:2]))
TURNS = st.lists(st.builds(Utterance, st.sampled_from(TEXTS), st.sampled_from(("", "Ida", "Max"))), min_size=1)
TALKS = st.lists(st.builds(Conversation, st.just(""), TURNS.map(tuple)), min_size=1, max_size=6)
CAUSAL = pytest.mark.parametrize("causal", [False, True])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_random_static(tmp_path_factory.mktemp("static") / "model")


def naive(model: StaticModel, talk: Conversation) -> tuple[list[list[float]], list[int]]:
    """Probabilities and labels, a number at a time."""
    net, rule = model.network, model.static.rule
    width, hidden = net.own.shape
    vectors = []
    for turn in talk:
        tokens = [token for piece in model.tokenizer.encode([turn.text])[0] for token in piece]
        root = math.sqrt(len(tokens))
        vectors.append([sum(float(net.table[token, d]) for token in tokens) / root for d in range(width)])
    probabilities, chosen = [], []
    for place, own in enumerate(vectors):
        layer = [net.bias[h] + sum(own[d] * net.own[d, h] for d in range(width)) for h in range(hidden)]
        for slot, band in enumerate(([-1], [1], [-2], [2], [-3, -4], [3, 4])):
            for offset in band:
                if 0 <= place + offset < len(vectors) and not (model.causal and offset > 0):
                    other = vectors[place + offset]
                    for h in range(hidden):
                        layer[h] += sum(other[d] * net.near[slot * width + d, h] for d in range(width)) / len(band)
        scores = []
        for label in range(len(model.labels)):
            score = net.out_bias[label] + sum(own[d] * net.straight[d, label] for d in range(width))
            scores.append(score + sum(max(0, layer[h]) * net.out[h, label] for h in range(hidden)))
        raised = [math.exp((s + p) / rule.temperature) for s, p in zip(scores, rule.prior, strict=True)]
        probabilities.append([each / sum(raised) for each in raised])
        chosen.append(raised.index(max(raised)))
    return probabilities, chosen


@CAUSAL
def test_answers_are_those_of_a_naive_model(folder: Path, causal: bool) -> None:
    model = StaticModel.from_pretrained(folder, causal=causal)
    assert isinstance(model, Labeler) and model.reach == REACH and model.facts["corpus"] == "templates"

    @given(TALKS)
    @settings(max_examples=10, deadline=None)
    def check(talks: list[Conversation]) -> None:
        for talk, found in zip(talks, model.predict(talks), strict=True):
            probabilities, chosen = naive(model, talk)
            np.testing.assert_allclose(shares(found), probabilities, rtol=0, atol=1e-4)
            assert labels(found) == [model.labels.names[label] for label in chosen]
            np.testing.assert_allclose(shares(found).sum(1), 1, rtol=0, atol=1e-9)

    check()


@CAUSAL
def test_what_else_is_in_the_call_and_names_change_nothing(folder: Path, causal: bool) -> None:
    model = StaticModel.from_pretrained(folder, causal=causal)
    names = {"Ida": "Ú", "Max": "Ida", "": ""}

    @given(TALKS)
    @settings(max_examples=25, deadline=None)
    def check(talks: list[Conversation]) -> None:
        for talk, found in zip(talks, model.predict(talks), strict=True):
            assert_same(model.predict(talk), found, 1e-5)
            called = Conversation("", tuple(replace(turn, speaker=names[turn.speaker]) for turn in talk))
            assert_same(model.predict(called), found, 1e-5)

    check()


def test_in_causal_mode_later_turns_change_nothing(folder: Path) -> None:
    model = StaticModel.from_pretrained(folder, causal=True)

    @given(TURNS, TURNS)
    @settings(max_examples=25, deadline=None)
    def check(said: list[Utterance], later: list[Utterance]) -> None:
        before, after = (model.predict(Conversation("", tuple(turns))) for turns in (said, said + later))
        assert_same(before, Prediction("", after.turns[: len(said)]), 1e-5)

    check()


@CAUSAL
def test_long_conversations_are_cut_to_the_same_answer(
    folder: Path, causal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = StaticModel.from_pretrained(folder, causal=causal)
    talk = Conversation("long", tuple(turn for talk in template_dialogues(300) for turn in talk)[:1200])
    found = model.predict(talk)
    probabilities, _ = naive(model, talk)
    np.testing.assert_allclose(shares(found), probabilities, rtol=0, atol=1e-4)
    monkeypatch.setattr(module, "GROUP_TURNS", 30)
    assert_same(model.predict(talk), found, 1e-5)


def test_what_cannot_be_read_is_refused_and_odd_texts_are_not(folder: Path) -> None:
    model = StaticModel.from_pretrained(folder)
    assert model.predict([]) == []
    for talk in (Conversation("", ()), Conversation.of(" "), Conversation.of("\ud800")):
        with pytest.raises(BadInput):
            model.predict(talk)
    odd = model.predict(Conversation.of("\u200b\u200b", "\x01", "\U0001f600" * 5000, "a"))
    assert np.isfinite(shares(odd)).all()
