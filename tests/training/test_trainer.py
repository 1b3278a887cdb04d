from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sentemo.encoders.encoder import OnProgress
from sentemo.encoders.hashing import HashingEncoder
from sentemo.errors import SentemoError, UsageError
from sentemo.network.network import Network
from sentemo.training.dialogues import encode_dialogues, measure_network
from sentemo.training.recipe import Recipe
from sentemo.training.run_folder import RunFolder
from sentemo.training.state import load_state
from sentemo.training.trainer import Trainer
from tests.dialogues import FOUR

from .small import ENCODER, TRAIN, VALIDATION, small_data, small_recipe

HELD_OUT = encode_dialogues(VALIDATION.conversations, ENCODER, FOUR)


def trained(recipe: Recipe, *, validate: bool = False, seed: int = 0) -> tuple[Trainer, Network, list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    trainer = Trainer(
        recipe, FOUR, small_data(), HELD_OUT if validate else None, seed=seed, on_epoch=lambda row: rows.append(row)
    )
    return trainer, trainer.train(), rows


def state(network: Network) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def test_the_loss_falls_and_follows_from_the_seed() -> None:
    recipe = small_recipe(schedule__epochs=6, schedule__learning_rate=0.01)
    _, one, rows = trained(recipe)
    losses = [row["loss"] for row in rows]
    assert losses[-1] < 0.7 * losses[0] and [row["epoch"] for row in rows] == [1, 2, 3, 4, 5, 6]
    _, two, again = trained(recipe)
    _, other, _ = trained(recipe, seed=1)
    assert rows == again and not one.training
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, two.state_dict()[name])
    assert not torch.equal(one.head.linear.weight, other.head.linear.weight)


def test_embeddings_are_standardized_by_the_training_split() -> None:
    _, network, _ = trained(small_recipe(schedule__epochs=1))
    embeddings = small_data().embeddings
    torch.testing.assert_close(network.context.standardize.mean, embeddings.mean(0))
    _, plain, _ = trained(small_recipe(schedule__epochs=1, encoder__standardize="false"))
    assert not plain.context.standardize.mean.any()


def test_training_stops_when_validation_no_longer_improves() -> None:
    recipe = small_recipe(schedule__epochs=9, schedule__learning_rate=0, schedule__patience=2)
    _, _, rows = trained(recipe, validate=True)
    assert [row["epoch"] for row in rows] == [1, 2, 3]  # the first is the best, two more are waited for
    assert len({row["mcc"] for row in rows}) == 1
    assert len(trained(recipe)[2]) == 9  # without validation nothing stops it


def test_the_best_epoch_is_kept_where_the_recipe_says_so() -> None:
    recipe = small_recipe(
        schedule__epochs=8,
        schedule__learning_rate=0.3,
        schedule__patience=8,
        schedule__average=0,
        schedule__keep_best="true",
    )
    trainer, kept, rows = trained(recipe, validate=True)
    mcc = [row["mcc"] for row in rows]
    best = mcc.index(max(mcc))
    assert best < 7 and max(mcc) > mcc[-1] + 0.02
    assert round(measure_network(kept, HELD_OUT, FOUR)["mcc"], 4) == max(mcc)
    assert trainer.progress.best_epoch == best + 1
    last = trained(replace(recipe, schedule=replace(recipe.schedule, keep_best=False)), validate=True)[1]
    assert round(measure_network(last, HELD_OUT, FOUR)["mcc"], 4) == mcc[-1]


def test_the_average_follows_the_weights() -> None:
    trainer, kept, _ = trained(small_recipe(schedule__average=0))
    assert all(torch.equal(tensor, trainer.network.state_dict()[name]) for name, tensor in kept.state_dict().items())

    trainer = Trainer(small_recipe(schedule__average=0.9, schedule__epochs=4), FOUR, small_data())
    expected = state(trainer.network)
    seen = []

    def follow(progress: Any, steps: int) -> None:
        done = progress.epoch * steps + progress.step
        decay = min(0.9, (1 + done) / (10 + done))
        for name, parameter in trainer.network.named_parameters():
            expected[name] = decay * expected[name] + (1 - decay) * parameter.detach()
        seen.append(decay)

    trainer.on_step = follow
    averaged = dict(trainer.train().named_parameters())
    assert len(seen) == 20 and seen[0] == 2 / 11 and seen == sorted(seen)
    for name, parameter in averaged.items():
        torch.testing.assert_close(parameter.detach(), expected[name], rtol=0, atol=1e-6)


def test_the_rate_of_each_step_is_the_schedules() -> None:
    recipe = small_recipe(schedule__warmup=0.2, schedule__learning_rate=0.01)
    trainer = Trainer(recipe, FOUR, small_data())
    rates: list[float] = []
    trainer.on_step = lambda progress, steps: rates.append(trainer.optimiser.param_groups[0]["lr"])
    trainer.train()
    assert len(rates) == 15 and rates.index(max(rates)) == 3 and max(rates) == pytest.approx(0.01)
    assert rates[0] == pytest.approx(0.01 * 0.04)
    assert rates[9] == pytest.approx(0.01 * 0.5 * (1 + math.cos(math.pi * (9 / 15 - 0.2) / 0.8)))


@pytest.mark.parametrize(("two_passes", "weight", "steps"), [("true", 1, 2), ("false", 1, 1), ("true", 0, 1)])
def test_two_passes_step_twice_a_batch(two_passes: str, weight: int, steps: int) -> None:
    trainer, _, _ = trained(small_recipe(objective__two_passes=two_passes, objective__triplet_weight=weight))
    taken = {int(entry["step"].item()) for entry in trainer.optimiser.state_dict()["state"].values()}
    assert max(taken) == steps * 3 * 5


@pytest.mark.parametrize("kind", ["all", "hard", "semihard", "label-free"])
def test_triplets_of_every_kind_move_the_space(kind: str) -> None:
    recipe = small_recipe(objective__triplets=kind, objective__triplet_weight=5)
    with_them, without = trained(recipe)[1], trained(small_recipe())[1]
    moved = [
        name
        for name, tensor in with_them.space.state_dict().items()
        if not torch.equal(tensor, without.space.state_dict()[name])
    ]
    assert moved == list(with_them.space.state_dict())


@pytest.mark.parametrize("inverse", [True, False])
def test_pretraining_draws_utterances_as_the_batches_draw_dialogues(
    inverse: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[torch.Tensor] = []
    draw = torch.multinomial
    monkeypatch.setattr(torch, "multinomial", lambda w, *args, **kw: drawn.append(w) or draw(w, *args, **kw))
    changes = {"batches__inverse_frequency": str(inverse).lower(), "schedule__epochs": 1}
    trained(small_recipe("paper", pretraining__epochs=1, **changes))
    _, gold = small_data().utterances()
    mass = torch.zeros(len(FOUR), dtype=torch.double).scatter_add_(0, gold, drawn[0])
    counts = torch.bincount(gold, minlength=len(FOUR)).double()
    assert torch.allclose(mass, torch.ones_like(mass) if inverse else counts)


def test_pretraining_moves_the_classifier_and_nothing_else() -> None:
    sizes = {"network__space_dim": 16, "network__context_dim": 16, "schedule__epochs": 0}
    before = state(Trainer(small_recipe("paper", **sizes), FOUR, small_data()).network)
    _, network, rows = trained(small_recipe("paper", pretraining__epochs=4, pretraining__batch=32, **sizes))
    [row] = rows
    assert row["stage"] == "pretraining" and row["losses"][-1] < row["losses"][0] and len(row["losses"]) == 4
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, before[name]) != name.startswith("head."), name


def test_a_pretrained_classifier_knows_isolated_utterances() -> None:
    recipe = small_recipe("paper", schedule__epochs=0, pretraining__epochs=20, pretraining__learning_rate=0.01)
    _, network, _ = trained(recipe)
    embeddings, gold = small_data().utterances()
    with torch.inference_mode():
        right = network.head(torch.nn.functional.normalize(embeddings, dim=-1)).argmax(-1) == gold
    assert torch.stack([right[gold == label].float().mean() for label in range(4)]).mean() > 0.5  # chance is 0.25


def test_pretraining_needs_a_space_as_wide_as_an_embedding() -> None:
    with pytest.raises(UsageError, match=r"as wide as an embedding \(16\).*network.space_dim = 16"):
        trained(small_recipe("paper", network__space_dim=8))


def test_sizes_that_make_no_network_are_refused() -> None:
    with pytest.raises(UsageError, match="16 can't be divided among 3 heads"):
        Trainer(small_recipe(network__heads=3), FOUR, small_data())


class Broken:
    """A hashing encoder whose embedding of one text is not a number."""

    def __init__(self, value: float, text: str) -> None:
        self.identity, self.value, self.text = HashingEncoder(16).identity, value, text

    def encode(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> NDArray[np.float32]:
        vectors = HashingEncoder(16).encode(texts)
        vectors[texts.index(self.text), 3] = self.value
        return vectors


@pytest.mark.evidence("training.nan")
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("name", ["default", "paper"])
def test_a_loss_that_is_no_number_stops_at_its_step(name: str, value: float, tmp_path: Path) -> None:
    encoder = Broken(value, TRAIN.conversations[5].turns[0].text)
    data = encode_dialogues(TRAIN.conversations, encoder, FOUR)
    recipe = small_recipe(name, encoder__standardize="false", pretraining__epochs=0)
    folder = RunFolder(tmp_path, "x", saved_at_s=-1e9)  # saves after every step, without changing the clock
    folder.is_due = lambda: True  # type: ignore[method-assign]
    trainer = Trainer(recipe, FOUR, data, folder=folder)
    place = next(i for i, batch in enumerate(trainer.sampler.epoch(0)) if 5 in batch)
    with pytest.raises(SentemoError, match=rf"at epoch 1, step {place + 1}\..*last checkpoint is intact"):
        trainer.train()
    assert all(parameter.isfinite().all() for parameter in trainer.network.parameters())
    saved = load_state(tmp_path)
    assert (saved is None) == (place == 0)
    assert saved is None or all(tensor.isfinite().all() for key, tensor in saved[0].items() if key != "random")


@pytest.mark.evidence("training.nan")
def test_a_loss_that_is_no_number_stops_pretraining() -> None:
    data = encode_dialogues(TRAIN.conversations, Broken(math.nan, TRAIN.conversations[5].turns[0].text), FOUR)
    trainer = Trainer(small_recipe("paper"), FOUR, data)
    with pytest.raises(SentemoError, match="epoch 1 of pre-training"):
        trainer.train()
    assert all(parameter.isfinite().all() for parameter in trainer.network.parameters())
