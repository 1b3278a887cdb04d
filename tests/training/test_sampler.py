from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.encoders.hashing import HashingEncoder
from sentemo.training.dialogues import EncodedDialogues, encode_dialogues
from sentemo.training.parallel import DialogueSampler, dialogue_weights, thin_out
from sentemo.training.recipe import BatchRules
from sentemo.types import Conversation, Utterance
from tests.dialogues import FOUR, template_dialogues

from .small import small_data

RULES = BatchRules(dialogues=8)


def data_of(*talks: list[str | None]) -> EncodedDialogues:
    conversations = [Conversation("", tuple(Utterance("hm", "", label) for label in labels)) for labels in talks]
    return encode_dialogues(conversations, HashingEncoder(8), FOUR)


def test_an_epoch_follows_from_seed_and_number_alone() -> None:
    for rules in (RULES, replace(RULES, inverse_frequency=True)):
        one, two = DialogueSampler(small_data(), rules, 3, 0), DialogueSampler(small_data(), rules, 3, 0)
        one.epoch(0)
        assert one.epoch(5) == two.epoch(5)
        assert one.epoch(5) != one.epoch(6)
        assert one.epoch(5) != DialogueSampler(small_data(), rules, 4, 0).epoch(5)


@pytest.mark.parametrize("size", [1, 7, 8, 40, 99])
def test_uniform_weights_take_every_dialogue_once(size: int) -> None:
    sampler = DialogueSampler(small_data(), replace(RULES, dialogues=size), 0, 0)
    batches = sampler.epoch(0)
    assert sorted(row for batch in batches for row in batch) == list(range(40))
    assert len(batches) == sampler.batches_per_epoch and max(map(len, batches)) <= size


def test_batches_hold_dialogues_of_like_length_in_random_order() -> None:
    data = encode_dialogues(template_dialogues(400), HashingEncoder(8), FOUR)
    sampler = DialogueSampler(data, RULES, 0, 0)
    spreads, means = [], []
    for batch in sampler.epoch(0):
        lengths = [len(data.rows[row]) for row in batch]
        spreads.append(max(lengths) - min(lengths))
        means.append(np.mean(lengths))
    assert np.mean(spreads) < 4 < np.ptp(sampler.lengths)
    assert means != sorted(means)


def test_weights_are_mean_inverse_frequencies() -> None:
    data = data_of(["neutral", "anger"], ["neutral", "neutral", None], [None], ["happiness", "happiness", "anger"])
    count = {"neutral": 3, "anger": 2, "happiness": 2}
    naive = [
        (1 / count["neutral"] + 1 / count["anger"]) / 2,
        1 / count["neutral"],
        1 / 3,
        (2 / count["happiness"] + 1 / count["anger"]) / 3,
    ]
    rules = replace(RULES, inverse_frequency=True)
    np.testing.assert_allclose(dialogue_weights(data, rules, None), naive)
    np.testing.assert_allclose(dialogue_weights(data, RULES, 0), 1)
    fewer = replace(rules, neutral_only_weight=0.25)
    np.testing.assert_allclose(dialogue_weights(data, fewer, 0), np.array(naive) * [1, 0.25, 0.25, 1])


@pytest.mark.parametrize("rules", [replace(RULES, inverse_frequency=True), replace(RULES, neutral_only_weight=0.3)])
def test_dialogues_are_drawn_as_often_as_their_weights_say(rules: BatchRules) -> None:
    data = small_data()
    sampler = DialogueSampler(data, rules, 0, 0)
    epochs = 400
    drawn = Counter(row for number in range(epochs) for batch in sampler.epoch(number) for row in batch)
    total = sum(drawn.values())
    weights = dialogue_weights(data, rules, 0)
    assert np.ptp(weights) > 0 and total == epochs * sampler.drawn
    expected = weights / weights.sum() * total
    deviations = (np.array([drawn[row] for row in range(len(data))]) - expected) / np.sqrt(expected)
    assert np.abs(deviations).max() < 4.5


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=40), st.integers(1, 80), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_thinning_out_takes_each_its_share_of_times_up_or_down(weights: list[float], drawn: int, seed: int) -> None:
    order = thin_out(np.array(weights), drawn, np.random.default_rng(seed))
    times = np.bincount(order, minlength=len(weights))
    share = drawn * np.array(weights) / sum(weights)
    assert len(order) == drawn and len(times) == len(weights)
    assert (times >= np.floor(share - 1e-9)).all() and (times <= np.ceil(share + 1e-9)).all()


def test_without_replacement_epochs_are_thinned_out() -> None:
    rules = replace(RULES, neutral_only_weight=0.3, replacement=False)
    sampler = DialogueSampler(small_data(), rules, 0, 0)
    epochs = [[row for batch in sampler.epoch(number) for row in batch] for number in range(60)]
    share = sampler.weights * sampler.drawn / sampler.weights.sum()
    times = np.array([np.bincount(rows, minlength=len(share)) for rows in epochs])
    assert (
        (times.sum(1) == sampler.drawn).all() and (np.floor(share) <= times).all() and (times <= np.ceil(share)).all()
    )
    np.testing.assert_allclose(times.mean(0), share, atol=0.25)
    assert sampler.epoch(1) == sampler.epoch(1) and len(set(map(tuple, epochs))) == 60


def test_an_epoch_has_as_many_steps_as_it_says_where_all_weights_are_alike() -> None:
    data = data_of(*[["neutral", "neutral"]] * 20)
    sampler = DialogueSampler(data, replace(RULES, dialogues=2, neutral_only_weight=0.5), 0, 0)
    assert len(sampler.epoch(0)) == sampler.batches_per_epoch == 5
