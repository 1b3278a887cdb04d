"""The proof that the released code could not give: training reaches the context encoder and shapes the space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sentemo.encoders.hashing import HashingEncoder
from sentemo.evaluation.evaluate import evaluate
from sentemo.inference.modules import Modules
from sentemo.model import SentEmoContext
from sentemo.training.dialogues import encode_dialogues
from sentemo.training.recipe import Recipe
from sentemo.training.trainer import Trainer
from sentemo.types import Conversation
from tests.dialogues import FOUR, echo_pairs, template_dialogues

ENCODER = HashingEncoder(64)
TRAIN, HELD_OUT = template_dialogues(150, 0), template_dialogues(60, 1)
OVERRIDES = {
    "network.context_dim": "64",
    "network.space_dim": "64",
    "schedule.epochs": "10",
    "schedule.learning_rate": "3e-3",
    "schedule.weight_decay": "0",  # so that nothing but a gradient moves a tensor
}


class Raw:
    """The embeddings themselves, without any context."""

    labels = FOUR

    def embed(self, conversations: Sequence[Conversation]) -> list[NDArray[np.float32]]:
        return [ENCODER.encode([turn.text for turn in talk]) for talk in conversations]


@pytest.mark.parametrize("name", ["paper", "default"])
def test_training_moves_the_whole_context_encoder_and_makes_the_space_better(name: str) -> None:
    recipe = Recipe.load(name, OVERRIDES)
    trainer = Trainer(recipe, FOUR, encode_dialogues(TRAIN, ENCODER, FOUR))
    before = {key: parameter.detach().clone() for key, parameter in trainer.network.context.named_parameters()}
    network = trainer.train()
    for kept in (network, trainer.network):
        for key, parameter in kept.context.named_parameters():
            assert (parameter - before[key]).abs().max() > 1e-4, f"{key} has not moved"
    model = SentEmoContext(Modules(ENCODER, network), FOUR)
    raw, ours = (evaluate(embedder, HELD_OUT, protocol="triplet").metrics.figures for embedder in (Raw(), model))
    for figure in ("macro_f1_no_neutral", "micro_f1_no_neutral"):
        assert ours[figure] > raw[figure] + 10
    assert ours["mcc"] > raw["mcc"] + 0.1


def test_what_only_the_turn_before_can_tell_is_learnt_from_it() -> None:
    """An echo says nothing itself: without layers half of them can be guessed, with one they are told apart."""
    train, held_out = echo_pairs(120, 0), echo_pairs(80, 1)
    right = []
    for layers in (0, 1):
        recipe = Recipe.load("default", OVERRIDES | {"network.layers": str(layers), "batches.dialogues": "16"})
        network = Trainer(recipe, FOUR, encode_dialogues(train, ENCODER, FOUR)).train()
        predictions = SentEmoContext(Modules(ENCODER, network), FOUR).predict(held_out)
        right.append(
            np.mean([p.turns[1].label == talk.turns[1].label for p, talk in zip(predictions, held_out, strict=True)])
        )
    assert right[0] < 0.6 and right[1] > 0.85
