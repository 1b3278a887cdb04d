"""Labels learnt by a whole model."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from sentemo.artifacts.manifest import write_manifest
from sentemo.encoders.hashing import HashingEncoder
from sentemo.errors import BadInput, BadModel, UsageError
from sentemo.heads import OtherLabels
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, Labeler, LabelSet, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import THINGS, template_dialogues
from tests.encoders.readers import tiny_reader

PLACES = ("in the harbour", "on the pier", "by the lighthouse")
FOODS = ("with cheese", "in the soup", "for breakfast")


def bare(label: str, *texts: str) -> list[Conversation]:
    return [Conversation("", (Utterance(text, "", label),)) for text in texts]


def examples(count: int, seed: int = 0) -> list[Conversation]:
    """Utterances of two new labels, told apart by their words."""
    rng = random.Random(seed)
    return [
        talk
        for _ in range(count)
        for talk in (
            *bare("travel", f"{rng.choice(THINGS)} {rng.choice(PLACES)}"),
            *bare("food", f"{rng.choice(THINGS)} {rng.choice(FOODS)}"),
        )
    ]


@pytest.fixture(scope="module")
def model() -> SentEmoContext:
    return random_model(encoder=HashingEncoder(256), heads=True)


def accuracy(model: SentEmoContext, talks: list[Conversation]) -> float:
    right = [p.turns[0].label == t.turns[0].label for p, t in zip(model.predict(talks), talks, strict=True)]
    return float(np.mean(right))


@pytest.mark.parametrize("method", [None, "prototypes", "linear", "neighbours", "metric"])
def test_replaces_labels(model: SentEmoContext, method: object) -> None:
    adapted = model.adapt(examples(8), method=method)  # type: ignore[arg-type]
    assert isinstance(adapted, Labeler) and adapted.labels.names == ("food", "travel")
    assert accuracy(adapted, examples(20, seed=1)) > 0.7
    found = adapted.adaptation
    assert found is not None and found.examples == {"food": found.examples["food"], "travel": found.examples["travel"]}
    assert found.accuracy is not None and found.interval is not None
    assert found.interval[0] <= found.accuracy <= found.interval[1]
    assert "Expected accuracy" in str(found)
    assert model.labels.names == ("neutral", "anger", "happiness", "sadness")  # the old model stays
    for prediction in adapted.predict(template_dialogues(5)):
        for turn in prediction:
            assert sum(turn.probabilities.values()) == pytest.approx(1)


def test_unlabelled_conversations_may_help(model: SentEmoContext, tmp_path: Path) -> None:
    adapted = model.adapt(examples(6), unlabelled=template_dialogues(30), method="label-free")
    assert adapted.adaptation is not None and adapted.adaptation.method == "label-free"
    assert accuracy(adapted, examples(20, seed=1)) > 0.7
    adapted.save_pretrained(tmp_path / "model")
    again = SentEmoContext.from_pretrained(tmp_path / "model", encoder=model.runner.encoder)
    assert again.predict(template_dialogues(3)) == adapted.predict(template_dialogues(3))
    tried = model.adapt(examples(6), unlabelled=template_dialogues(30)).adaptation
    assert tried is not None and "label-free" in tried.trials


def test_one_example_of_each_is_enough_to_start(model: SentEmoContext) -> None:
    adapted = model.adapt(bare("travel", "on the pier") + bare("food", "with cheese"))
    assert adapted.adaptation is not None and adapted.adaptation.accuracy is None
    assert "unknown" in str(adapted.adaptation)
    assert adapted.predict(Conversation.of("our cat on the pier")).turns[0].label == "travel"


def test_labels_that_are_only_described(model: SentEmoContext) -> None:
    words = {"travel": "in the harbour on the pier by the lighthouse", "food": "with cheese in the soup for breakfast"}
    adapted = model.adapt([], descriptions=words)
    assert adapted.adaptation is not None and adapted.adaptation.method == "names"
    assert accuracy(adapted, examples(20, seed=1)) > 0.7
    mixed = model.adapt(bare("travel", "on the pier"), descriptions={"food": words["food"]})
    assert mixed.labels.names == ("food", "travel")


def test_other_needs_no_example(model: SentEmoContext) -> None:
    adapted = model.adapt(examples(8), names=["food", "other", "travel"])
    assert adapted.labels.names == ("food", "other", "travel")
    assert adapted.predict(Conversation.of("ok, see you at nine then")).turns[0].label == "other"
    assert accuracy(adapted, examples(20, seed=1)) > 0.6


def test_renames_and_merges(model: SentEmoContext) -> None:
    talks = template_dialogues(10)
    merged = model.rename({"anger": "negative", "sadness": "negative", "neutral": "calm"})
    assert merged.labels.names == ("calm", "negative", "happiness") and merged.labels.neutral == "calm"
    for old, new in zip(model.predict(talks), merged.predict(talks), strict=True):
        for before, after in zip(old, new, strict=True):
            both = before.probabilities["anger"] + before.probabilities["sadness"]
            assert after.probabilities["negative"] == pytest.approx(both)
            assert after.probabilities["calm"] == pytest.approx(before.probabilities["neutral"])
    with pytest.raises(BadInput, match="Unknown label 'rage'"):
        model.rename({"rage": "anger"})


@pytest.mark.parametrize("change", ["replace", "tags", "shades", "rename", "described"])
def test_is_saved_and_loaded_like_any_model(change: str, tmp_path: Path) -> None:
    model = random_model(encoder=HashingEncoder(256), heads=True)
    if change == "shades":
        rng = np.random.default_rng(0)
        width = model.features([Conversation.of("one")])[0].shape[1]
        weight, bias, threshold = (rng.normal(size=size).astype(np.float32) for size in ((2, width), 2, 2))
        model = replace(model, heads={"shades": OtherLabels(LabelSet(("none", "relief")), weight, bias, threshold)})
        adapted = model.adapt(examples(6), labels="tags")
        assert adapted.tags is not None and adapted.tags.weights.shape == (2, width + 2)
    elif change == "rename":
        adapted = model.rename({"anger": "negative", "sadness": "negative"})
    elif change == "described":
        adapted = model.adapt([], descriptions={"travel": "on the pier", "food": "with cheese"})
    else:
        adapted = model.adapt(examples(6), labels=change)  # type: ignore[arg-type]
    adapted.save_pretrained(tmp_path / "model")
    again = SentEmoContext.from_pretrained(tmp_path / "model", encoder=model.runner.encoder)
    talks = template_dialogues(10)
    assert again.predict(talks) == adapted.predict(talks)
    assert again.texts == adapted.texts and again.labels == adapted.labels and again.adaptation == adapted.adaptation


@pytest.mark.parametrize("shape", [(), (3,), (2, 5), (2, 0)])
def test_tags_of_another_size_are_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    model = random_model(encoder=HashingEncoder(256), heads=True)
    adapted = model.adapt(examples(6), labels="tags")
    adapted.save_pretrained(tmp_path)
    arrays = load_file(tmp_path / "tags.safetensors")
    save_file(arrays | {"weights": np.zeros(shape, np.float32)}, tmp_path / "tags.safetensors")
    write_manifest(tmp_path)
    with pytest.raises(BadModel, match="doesn't fit the model"):
        SentEmoContext.from_pretrained(tmp_path, encoder=model.runner.encoder)


def test_works_on_a_tuned_encoder_and_as_it_comes() -> None:
    model = random_model(encoder=tiny_reader())
    model.causal = True
    talks = template_dialogues(30, seed=2)
    adapted = model.adapt(talks[:8])
    assert adapted.causal and adapted.labels.names == ("anger", "happiness", "neutral", "sadness")
    long = talks[20]
    whole, start = adapted.predict(long), adapted.predict(Conversation("", long.turns[:2]))
    assert [t.label for t in whole][:2] == [t.label for t in start]


BAD = [
    ({"examples": []}, BadInput, "No turn has a label"),
    ({"examples": bare("a", "one"), "names": ["a", "b"]}, BadInput, "'b' has no example"),
    ({"examples": bare("a", "one"), "names": ["a", "a"]}, BadInput, "name one twice"),
    ({"examples": bare("a", "one") + bare("b", "one")}, BadInput, "is labelled 'a' and 'b'"),
    ({"examples": bare("a", *map(str, range(101))) + bare("b", "x")}, BadInput, "101 examples"),
    ({"examples": [c for i in range(10_000) for c in bare(f"l{i}", f"t{i}")]}, BadInput, "10,000 labels"),
    ({"examples": bare("a", "one", "two")}, UsageError, "only label"),
    ({"examples": bare("a", "one") + bare("b", " ")}, BadInput, "is empty"),
    ({"examples": bare("a", "one") + bare(" ", "two")}, BadInput, "blank"),
    ({"examples": bare("a", "one") + bare("b", "two"), "labels": "keep"}, UsageError, "Unknown value for labels"),
    ({"examples": bare("a", "one") + bare("b", "two"), "method": "label-free"}, UsageError, "unlabelled"),
    ({"examples": [], "descriptions": {"a": "x", "b": "y"}, "method": "metric"}, UsageError, "only a description"),
    ({"examples": bare("a", "one"), "labels": "tags", "method": "metric"}, UsageError, "not learnt by metric"),
    ({"examples": bare("other", "one"), "labels": "tags"}, UsageError, "only label"),
    ({"examples": bare("a", "one"), "labels": "tags", "context": 1.5}, UsageError, "context can't be 1.5"),
    ({"examples": bare("a", "one") + bare("!b", "two"), "labels": "tags"}, BadInput, "no example"),
    ({"examples": bare("a", "one") + bare("!a", "one"), "labels": "tags"}, BadInput, "'a' and '!a'"),
    ({"examples": bare("a", "one") + bare("!a", "two") + bare("b", "x")}, UsageError, "Counter-examples"),
    ({"examples": bare("Bug", "one") + bare("bug ", "two")}, BadInput, "differ in case or space"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD)
def test_refuses(model: SentEmoContext, arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        model.adapt(**arguments)  # type: ignore[arg-type]


def test_an_adapted_model_has_one_head(model: SentEmoContext) -> None:
    adapted = model.adapt(examples(2))
    adapted.head = "prototypes"
    with pytest.raises(UsageError, match="one head"):
        adapted.predict(Conversation.of("hello"))
