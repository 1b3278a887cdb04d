from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.evaluate import evaluate
from sentemo.model import SentEmoContext
from sentemo.training.crossval import cross_validate
from sentemo.training.fitting import Split, Watchers, fit
from sentemo.training.heads import STORED_PER_LABEL
from sentemo.training.recipe import Recipe
from sentemo.types import Conversation, Utterance
from tests.dialogues import FOUR, template_dialogues

from .small import ENCODER, TRAIN, VALIDATION, small_recipe, train_small

SHORT = small_recipe(schedule__epochs=1)


def test_a_model_comes_with_its_heads_and_facts(tmp_path: Path) -> None:
    told: list[str] = []
    watchers = Watchers(
        lambda done, total: told.append("encode"),
        lambda progress, steps: told.append(f"step {progress.step} of {steps}"),
        lambda row: told.append(f"epoch {row['epoch']}"),
    )
    model = fit(SHORT, FOUR, TRAIN, VALIDATION, corpus="templates", seed=7, encoder=ENCODER, watchers=watchers)
    assert told == ["encode", "encode", *(f"step {step} of 5" for step in range(1, 6)), "epoch 1"]
    turns = sum(map(len, TRAIN.conversations))
    assert model.facts["corpus"] == "templates" and model.facts["seed"] == 7 and model.facts["epochs"] == 1
    assert model.facts["split"] == f"train: 40 dialogues, {turns} labelled utterances"
    model.save_pretrained(tmp_path / "model")
    again = SentEmoContext.from_pretrained(tmp_path / "model")
    assert again.predict(VALIDATION.conversations) == model.predict(VALIDATION.conversations)
    assert again.facts == json.loads(json.dumps(model.facts))


def test_prototypes_are_the_mean_points_of_their_labels() -> None:
    model = train_small(SHORT)
    points = np.concatenate(model.embed(TRAIN.conversations))
    gold = np.array([FOUR.index(turn.label or "") for talk in TRAIN.conversations for turn in talk])
    assert model.prototypes is not None and model.neighbours is not None
    for label in range(4):
        np.testing.assert_allclose(model.prototypes.points[label], points[gold == label].mean(0), atol=1e-5)
    stored = np.bincount(model.neighbours.labels, minlength=4).tolist()
    assert stored == np.minimum(np.bincount(gold), STORED_PER_LABEL).tolist()
    features = np.concatenate(model.features(TRAIN.conversations))
    for point, label in zip(model.neighbours.features, model.neighbours.labels.tolist(), strict=True):
        same = np.abs(features - point).max(axis=1) < 1e-4
        assert label in gold[same]


def test_neutral_may_be_dropped_and_stays_as_context() -> None:
    recipe = small_recipe(batches__drop_neutral="true", schedule__epochs=2)
    model = train_small(recipe)
    assert model.labels.names == FOUR.emotions and model.labels.neutral is None
    emotional = sum(turn.label != "neutral" for talk in TRAIN.conversations for turn in talk)
    assert f" {emotional} labelled utterances" in str(model.facts["split"])
    report = evaluate(model, VALIDATION.conversations, protocol="emotions-only", labels=FOUR, resamples=10)
    assert report.n == sum(turn.label != "neutral" for talk in VALIDATION.conversations for turn in talk)


@pytest.mark.parametrize("talks", [[], [Conversation("", (Utterance("Hm", "", None),))]])
def test_a_split_without_labels_is_refused(talks: list[Conversation]) -> None:
    with pytest.raises(BadInput, match="The split empty has no labelled utterance"):
        train_small(SHORT, train=Split("empty", talks))
    with pytest.raises(BadInput, match="The split empty has no labelled utterance"):
        train_small(SHORT, validation=Split("empty", talks))


def test_a_label_that_is_not_in_the_set_is_refused() -> None:
    odd = Conversation("", (Utterance("Hm", "", "boredom"),))
    with pytest.raises(BadInput, match="Unknown label 'boredom'"):
        train_small(SHORT, train=Split("train", [*TRAIN.conversations, odd]))


def test_turns_without_labels_and_unusual_dialogues_are_trained_on() -> None:
    odd = [
        Conversation("unlabelled", (Utterance("Hm", "", None), Utterance("Oh", "", None))),
        Conversation("long", tuple(Utterance(f"word {i}", "AB"[i % 2], "neutral") for i in range(90))),
        Conversation("one", (Utterance("I hate it", "A", "anger"),)),
    ]
    model = train_small(
        small_recipe(batches__dialogues=1, objective__triplet_weight=1),
        train=Split("train", [*TRAIN.conversations[:5], *odd]),
    )
    assert all(parameter.isfinite().all() for parameter in model.runner.network.parameters())


def test_the_recipe_names_the_encoder() -> None:
    recipe = Recipe.load(
        "default",
        {"encoder.name": "hashing-24", "encoder.layers": "[]", "schedule.epochs": "0", "network.context_dim": "16"},
    )
    model = fit(recipe, FOUR, TRAIN)
    assert model.runner.encoder.identity.name == "hashing-24" and model.runner.network.shape.embedding_dim == 24


def test_cross_validation_labels_each_dialogue_by_a_model_that_never_saw_it(tmp_path: Path) -> None:
    talks = template_dialogues(30, 5)
    seen: list[tuple[int, list[str]]] = []
    held: list[tuple[int, SentEmoContext, list[Conversation]]] = []

    def keep(number: int, model: SentEmoContext, asked: list[Conversation]) -> None:
        held.append((number, model, asked))
        seen.append((number, [talk.id for talk in asked]))

    recipe = replace(SHORT, schedule=replace(SHORT.schedule, epochs=2))
    by_place = cross_validate(recipe, FOUR, talks, folds=3, seed=4, encoder=ENCODER, on_fold=keep)
    predictions = [*by_place.values()]
    assert [*by_place] == list(range(30))
    assert [prediction.id for prediction in predictions] == [talk.id for talk in talks]
    assert [len(prediction) for prediction in predictions] == [len(talk) for talk in talks]
    assert [number for number, _ in seen] == [0, 1, 2]
    assert sorted(name for _, names in seen for name in names) == sorted(talk.id for talk in talks)
    by_id = {prediction.id: prediction for prediction in predictions}
    for number, model, asked in held:
        assert model.predict(asked) == [by_id[talk.id] for talk in asked]
        assert f"fold {number + 1} of 3: {30 - len(asked)} dialogues" in str(model.facts["split"])
        alone = fit(recipe, FOUR, Split("", [talk for talk in talks if talk not in asked]), seed=4, encoder=ENCODER)
        assert alone.predict(asked) == model.predict(asked)
    again = cross_validate(recipe, FOUR, talks, folds=3, seed=4, encoder=ENCODER, folder=tmp_path)
    assert again == by_place
    part = cross_validate(recipe, FOUR, talks, folds=3, seed=4, first=1, encoder=ENCODER, folder=tmp_path)
    assert part == {place: by_place[place] for place in part} and len(part) == len(held[0][2])
    with pytest.raises(UsageError):
        cross_validate(recipe, FOUR, talks, folds=1, encoder=ENCODER)
