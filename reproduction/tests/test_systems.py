from __future__ import annotations

from itertools import product

import torch

from reproduction.systems import contextual, direct, imbalance_study, section_5_1
from sentemo.encoders.hashing import HashingEncoder
from sentemo.training.dialogues import encode_dialogues
from tests.dialogues import FOUR, template_dialogues


def test_the_study_switches_each_part_in_all_eight_ways() -> None:
    study = imbalance_study(5)
    assert set(study) == set(product((True, False), repeat=3))
    for (sampler, weights, triplets), system in study.items():
        assert system.recipe.batches.inverse_frequency == sampler
        assert bool(system.recipe.objective.class_weight_power) == weights
        assert bool(system.recipe.objective.triplet_weight) == triplets
    assert len({system.name for system in study.values()}) == 8


def test_systems_of_one_name_have_one_recipe() -> None:
    named = {}
    for system in (*imbalance_study(2).values(), *section_5_1(2)):
        assert named.setdefault(system.name, system.recipe) == system.recipe
    assert len(named) == 11


def test_the_ablation_switches_one_part_at_a_time() -> None:
    full, context, triplets, pretraining, bare = (system.recipe for system in section_5_1(3))
    assert full.network.layers and not context.network.layers and not bare.network.layers
    assert full.objective.triplet_weight and not triplets.objective.triplet_weight
    assert full.pretraining.epochs and not pretraining.pretraining.epochs
    assert full.schedule.epochs == 3


def test_networks_are_as_wide_as_their_encoder() -> None:
    for encoder, width in (("minilm", 384), ("mpnet", 768), ("roberta", 768)):
        shape = contextual(encoder).recipe.network
        assert shape.context_dim == shape.space_dim == width


def test_a_direct_classifier_trains_on_isolated_utterances() -> None:
    recipe = direct("minilm", neutral=True).recipe
    assert recipe.batches.isolated and not recipe.network.layers
    assert direct("minilm", neutral=False).recipe.batches.drop_neutral
    data = encode_dialogues(template_dialogues(6, 0), HashingEncoder(8), FOUR, drop="neutral").isolated()
    embeddings, gold = data.utterances()
    assert all(len(rows) == 1 for rows in data.rows)
    assert not any(speakers.any() for speakers in data.speakers)
    whole = encode_dialogues(template_dialogues(6, 0), HashingEncoder(8), FOUR, drop="neutral").utterances()
    assert torch.equal(embeddings, whole[0]) and torch.equal(gold, whole[1])
