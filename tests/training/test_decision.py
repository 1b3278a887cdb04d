from __future__ import annotations

from collections import Counter

import numpy as np
import torch

from sentemo.evaluation.calibration import calibrate
from sentemo.training.heads import fit_decision
from sentemo.training.parallel import DialogueSampler
from tests.dialogues import FOUR

from .small import TRAIN, VALIDATION, small_data, small_recipe, train_small


def test_the_prior_takes_back_what_drawing_and_weights_give() -> None:
    recipe = small_recipe(
        decision__temperature=1.0, batches__neutral_only_weight=0.2, batches__replacement="false", schedule__epochs=1
    )
    data = small_data()
    decision = fit_decision(recipe, data, 0)
    assert decision is not None
    seen: Counter[int] = Counter()
    for number in range(300):  # what epochs draw, counted
        for batch in DialogueSampler(data, recipe.batches, 0, 0).epoch(number):
            for dialogue in batch:
                seen.update(data.gold[dialogue].tolist())
    counts = torch.from_numpy(data.label_counts())
    weights = counts.pow(-0.3)
    given = torch.tensor([float(seen[label]) for label in range(4)]) * weights
    wanted = (counts / counts.sum()).log() - (given / given.sum()).log()
    torch.testing.assert_close(torch.tensor(decision.prior).double(), wanted, atol=0.02, rtol=0)


def test_a_label_without_utterances_keeps_its_scores() -> None:
    data = small_data(drop="anger")
    decision = fit_decision(small_recipe(decision__temperature=1.0), data, 0)
    assert decision is not None and np.isfinite(decision.prior).all() and decision.prior[1] == 0


def test_a_recipe_that_asks_for_none_gets_none() -> None:
    assert fit_decision(small_recipe(), small_data(), 0) is None
    assert train_small(small_recipe(schedule__epochs=1)).decision is None


def test_probabilities_are_nearer_to_the_truth_than_without() -> None:
    errors = []
    for temperature in (0.0, 1.0):
        recipe = small_recipe(objective__class_weight_power=1.0, decision__temperature=temperature, schedule__epochs=6)
        model = train_small(recipe)
        turns = [turn for prediction in model.predict(VALIDATION.conversations) for turn in prediction]
        gold = [turn.label for talk in VALIDATION.conversations for turn in talk]
        neutral = FOUR.names[0]
        said = sum(turn.probabilities[neutral] for turn in turns) / len(turns)
        errors.append(abs(said - sum(label == neutral for label in gold) / len(gold)))
        calibrate(
            [turn.score for turn in turns], [turn.label == label for turn, label in zip(turns, gold, strict=True)]
        )
    assert errors[1] < errors[0]
    assert len(TRAIN.conversations) == 40
