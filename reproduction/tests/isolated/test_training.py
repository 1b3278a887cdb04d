from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from reproduction.isolated.model import embed_texts
from reproduction.isolated.siamese import LinearSubnetwork, SiameseNetwork
from reproduction.isolated.training import (
    SETTINGS,
    SUBNETWORKS,
    IsolatedSettings,
    fit_isolated,
    read_texts,
    train_siamese,
)
from reproduction.isolated.words import WordVectors
from sentemo.errors import BadInput, SentemoError, UsageError
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.triplet import draw_triplets
from sentemo.training.fitting import Watchers
from sentemo.training.heads import STORED_PER_LABEL
from sentemo.types import Conversation, Utterance
from tests.dialogues import FOUR, echo_pairs, template_dialogues

TRAIN = template_dialogues(60)
VECTORS = WordVectors.train([turn.text for talk in TRAIN for turn in talk], dimension=16, bucket=200)
SHORT = IsolatedSettings(triplets=64, batch=32, epochs=2, space_dim=8)
KINDS = pytest.mark.parametrize("kind", ["linear", "lstm"])


def weights(model: Any) -> Any:
    return torch.cat([parameter.flatten() for parameter in model.subnetwork.parameters()]).detach().numpy()


@KINDS
def test_it_learns_what_words_tell_and_nothing_of_the_context(kind: Any) -> None:
    settings = IsolatedSettings(triplets=2000, batch=50, epochs=2, learning_rate=5e-3)
    model = fit_isolated(kind, FOUR, TRAIN, VECTORS, settings=settings)
    openers, echoes = (
        [Conversation(pair.id, pair.turns[place : place + 1]) for pair in echo_pairs(60, 3)] for place in (0, 1)
    )
    assert evaluate(model, openers, protocol="triplet").metrics.figures["mcc"] > 0.6  # chance: 0.33
    for head in ("prototypes", "neighbours"):
        labeler = replace(model, head=head)
        assert evaluate(labeler, openers, resamples=2).metrics.figures["mcc"] > 0.5  # chance: 0
        assert abs(evaluate(labeler, echoes, resamples=2).metrics.figures["mcc"]) < 0.2


@KINDS
def test_the_seed_decides_the_weights(kind: Any) -> None:
    one, same, other = (weights(fit_isolated(kind, FOUR, TRAIN, VECTORS, seed=s, settings=SHORT)) for s in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_epochs_and_steps_are_told() -> None:
    told: list[Any] = []
    watchers = Watchers(
        on_step=lambda progress, steps: told.append((progress.epoch, progress.step, steps)),
        on_epoch=lambda row: told.append((row["epoch"], row["loss"] > 0)),
    )
    fit_isolated("linear", FOUR, TRAIN, VECTORS, settings=replace(SHORT, triplets=70), watchers=watchers)
    assert told == [(0, 1, 3), (0, 2, 3), (0, 3, 3), (1, True), (1, 1, 3), (1, 2, 3), (1, 3, 3), (2, True)]


def test_the_loss_equals_plain_loops_over_the_triplets() -> None:
    torch.manual_seed(0)
    network = SiameseNetwork(LinearSubnetwork(16, 8, dropout=0))
    data, rows = read_texts(TRAIN, FOUR, VECTORS), []
    still = replace(SHORT, learning_rate=0, margin=0.3)
    train_siamese(network, data, still, 5, Watchers(on_epoch=rows.append))
    points = embed_texts(network.subnetwork, data.texts).double().numpy()[data.rows]
    for epoch, row in enumerate(rows):
        drawn = draw_triplets(data.gold, 64, np.random.default_rng([5, epoch]))
        losses = []
        for a, p, n in zip(drawn.anchors, drawn.positives, drawn.negatives, strict=True):
            assert data.gold[a] == data.gold[p] != data.gold[n]
            near, far = np.linalg.norm(points[a] - points[p]), np.linalg.norm(points[a] - points[n])
            losses.append(max(near - far + 0.3, 0))
        assert row["loss"] == pytest.approx(np.mean(losses), abs=1e-4)
    assert rows[0]["loss"] != rows[1]["loss"]


def test_the_heads_know_the_training_points() -> None:
    model = fit_isolated("linear", FOUR, TRAIN, VECTORS, settings=SHORT)
    points = np.concatenate(model.embed(TRAIN))
    gold = np.array([FOUR.index(turn.label or "") for talk in TRAIN for turn in talk])
    for label in range(4):
        np.testing.assert_allclose(model.prototypes.points[label], points[gold == label].mean(0), atol=1e-5)
    stored = np.bincount(model.neighbours.labels, minlength=4).tolist()
    assert stored == np.minimum(np.bincount(gold), STORED_PER_LABEL).tolist()
    for point, label in zip(model.neighbours.features, model.neighbours.labels.tolist(), strict=True):
        assert label in gold[np.abs(points - point).max(axis=1) < 1e-4]


def test_words_go_in_standardized() -> None:
    model = fit_isolated("linear", FOUR, TRAIN, VECTORS, settings=SHORT)
    words = VECTORS.index([turn.text for talk in TRAIN for turn in talk]).vectors[1:]
    standard = model.subnetwork.standardize(torch.from_numpy(words))
    torch.testing.assert_close(standard.std(0), torch.ones(16), rtol=0, atol=1e-3)


def test_turns_without_a_label_are_passed_over() -> None:
    silent = Conversation("", (Utterance("furious nonsense", "", None),))
    fitted = [fit_isolated("linear", FOUR, talks, VECTORS, settings=SHORT) for talks in (TRAIN, [silent, *TRAIN])]
    np.testing.assert_array_equal(*map(weights, fitted))


@pytest.mark.parametrize(
    ("turns", "message"),
    [
        ([], "[Nn]o labelled utterance"),
        ([("Hm", None)], "[Nn]o labelled utterance"),
        ([("Hm", "anger"), ("Oh", "anger")], "utterances of two labels"),
        ([("Hm", "anger"), ("Oh", "boredom")], "Unknown label 'boredom'"),
    ],
)
def test_a_split_that_teaches_nothing_is_refused(turns: list[tuple[str, str | None]], message: str) -> None:
    talk = Conversation("", tuple(Utterance(text, "", label) for text, label in turns))
    with pytest.raises(BadInput, match=message):
        fit_isolated("linear", FOUR, [talk], VECTORS, settings=SHORT)


def test_an_unknown_kind_is_refused_and_every_known_one_has_settings() -> None:
    with pytest.raises(UsageError, match=r"Unknown sub-network 'gru'.*linear, lstm"):
        fit_isolated("gru", FOUR, TRAIN, VECTORS)  # type: ignore[arg-type]
    assert SETTINGS.keys() == SUBNETWORKS.keys()


def test_a_loss_that_is_no_number_stops_the_training() -> None:
    with pytest.raises(SentemoError, match=r"The loss is .* at epoch \d.*Lower the learning rate"):
        fit_isolated("linear", FOUR, TRAIN, VECTORS, settings=replace(SHORT, learning_rate=1e30, epochs=9))
