"""A small training that the tests of this folder share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from sentemo.artifacts.pretrained import heads_of
from sentemo.artifacts.weights import write_weights
from sentemo.encoders.hashing import HashingEncoder
from sentemo.files import locked
from sentemo.model import SentEmoContext
from sentemo.training import run_folder
from sentemo.training.dialogues import EncodedDialogues, encode_dialogues
from sentemo.training.fitting import Split, Watchers, fit
from sentemo.training.recipe import Recipe
from sentemo.types import LabelSet
from tests.dialogues import FOUR, template_dialogues

ENCODER = HashingEncoder(16)
TRAIN = Split("train", template_dialogues(40, 0))
VALIDATION = Split("validation", template_dialogues(12, 1))
SIZES = {
    "network.context_dim": "16",
    "network.space_dim": "16",
    "network.heads": "2",
    "network.layers": "1",
    "batches.dialogues": "8",
    "schedule.epochs": "3",
}


def small_recipe(name: str = "default", /, **overrides: object) -> Recipe:
    """Load a shipped recipe at a small size; write `section__setting=value` for more."""
    texts = {key.replace("__", "."): str(value) for key, value in overrides.items()}
    return Recipe.load(name, SIZES | texts)


def small_data(drop: str | None = None, labels: LabelSet = FOUR) -> EncodedDialogues:
    """Encode the training split."""
    return encode_dialogues(TRAIN.conversations, ENCODER, labels, drop=drop)


def train_small(
    recipe: Recipe,
    folder: Path | None = None,
    *,
    seed: int = 0,
    train: Split = TRAIN,
    validation: Split | None = VALIDATION,
    labels: LabelSet = FOUR,
) -> SentEmoContext:
    """Fit on the templates."""
    return fit(recipe, labels, train, validation, seed=seed, folder=folder, encoder=ENCODER)


def stop_after(steps: int) -> Watchers:
    """Interrupt a training after so many steps, as Ctrl-C does."""
    left = iter(range(steps, 0, -1))

    def stop(*_: object) -> None:
        if next(left) == 1:
            raise KeyboardInterrupt

    return Watchers(on_step=stop)


def weights(model: SentEmoContext) -> dict[str, torch.Tensor]:
    """Name all tensors of a model."""
    trained = {
        f"{name}/{key}": t for name, part in model.runner.trained.items() for key, t in part.state_dict().items()
    }
    return trained | {name: torch.from_numpy(array) for name, array in heads_of(model).items()}


def arrays_of(module: torch.nn.Module) -> dict[str, Any]:
    """What a module's weights are written from."""
    return {name: tensor.numpy() for name, tensor in module.state_dict().items()}


def assert_same_weights(one: SentEmoContext, other: SentEmoContext) -> None:
    """Compare all tensors of two models, bit for bit."""
    found, wanted = weights(one), weights(other)
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        assert torch.equal(found[name], tensor), name


def sit_down(folder: Path, recipe: Recipe, threads: int) -> None:
    """Train in a process of its own with a checkpoint after every step, and save the weights at the end."""
    torch.set_num_threads(threads)
    run_folder.SAVE_EVERY_S = 0.0
    with locked(folder):
        model = train_small(recipe, folder)
        write_weights(folder / "final.safetensors", arrays_of(model.runner.network))
