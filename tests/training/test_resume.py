from __future__ import annotations

import random
import time
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import torch

from sentemo.artifacts.weights import write_weights
from sentemo.errors import BadModel, SentemoError, UsageError
from sentemo.files import locked
from sentemo.training.fitting import Split, Watchers, fit
from sentemo.training.recipe import Recipe
from sentemo.training.state import POINTER
from sentemo.types import LabelSet
from tests.dialogues import FOUR
from tests.evidence.plugin import Evidence

from .small import ENCODER, TRAIN, VALIDATION, arrays_of, sit_down, small_recipe, train_small

RECIPES = {
    "default": small_recipe(objective__triplet_weight=0.5, schedule__keep_best="true"),
    "paper": small_recipe("paper", pretraining__epochs=1),
}


@pytest.mark.evidence("training.kill")
@pytest.mark.parametrize("name", RECIPES)
def test_a_training_that_is_killed_again_and_again_ends_as_if_it_never_was(
    name: str, tmp_path: Path, processes: ForkServerContext, evidence: Evidence
) -> None:
    recipe, whole = RECIPES[name], tmp_path / "whole"
    whole.mkdir()
    write_weights(whole / "final.safetensors", arrays_of(train_small(recipe, whole).runner.network))
    rng = random.Random(name)
    for attempt in range(evidence.scale(1, 12)):
        killed = tmp_path / str(attempt)
        kills = train_killing(killed, recipe, processes, rng)
        evidence.count(kills, "kills")
        assert kills >= 3
        for file in ("final.safetensors", "log.jsonl"):
            assert (killed / file).read_bytes() == (whole / file).read_bytes(), file


def train_killing(killed: Path, recipe: Recipe, processes: ForkServerContext, rng: random.Random) -> int:
    """Train to the end, in sittings of which the first five are killed after a checkpoint; count the kills."""
    kills = 0
    for sitting in range(30):
        job = processes.Process(target=sit_down, args=(killed, recipe, torch.get_num_threads()))
        job.start()
        if sitting < 5:
            before = pointer(killed)
            until = time.monotonic() + 60
            while pointer(killed) == before and job.is_alive() and time.monotonic() < until:
                time.sleep(0.001)
            time.sleep(rng.uniform(0, 0.06))
            job.kill()
        job.join(60)
        kills += job.exitcode == -9
        if job.exitcode == 0:
            return kills
    raise AssertionError("the training didn't end")


def pointer(folder: Path) -> bytes:
    return (folder / POINTER).read_bytes() if (folder / POINTER).is_file() else b""


def test_a_finished_training_is_not_trained_again(tmp_path: Path) -> None:
    one = train_small(RECIPES["paper"], tmp_path)
    log = (tmp_path / "log.jsonl").read_bytes()
    two = train_small(RECIPES["paper"], tmp_path)
    assert (tmp_path / "log.jsonl").read_bytes() == log
    for name, tensor in one.runner.network.state_dict().items():
        assert torch.equal(tensor, two.runner.network.state_dict()[name])
    assert one.predict(VALIDATION.conversations) == two.predict(VALIDATION.conversations)


def test_a_folder_makes_no_difference_to_the_weights(tmp_path: Path) -> None:
    one, two = train_small(RECIPES["default"], tmp_path), train_small(RECIPES["default"])
    for name, tensor in one.runner.network.state_dict().items():
        assert torch.equal(tensor, two.runner.network.state_dict()[name])


def test_another_training_on_the_folder_is_refused(tmp_path: Path) -> None:
    recipe = small_recipe(schedule__epochs=1)
    train_small(recipe, tmp_path)
    fewer, other = Split("train", TRAIN.conversations[:-1]), Split("validation", VALIDATION.conversations[1:])
    labels = LabelSet(FOUR.names[::-1], FOUR.neutral)
    for call in (
        lambda: train_small(small_recipe(schedule__epochs=2), tmp_path),
        lambda: train_small(recipe, tmp_path, seed=1),
        lambda: train_small(recipe, tmp_path, train=fewer),
        lambda: train_small(recipe, tmp_path, validation=other),
        lambda: train_small(recipe, tmp_path, validation=None),
        lambda: train_small(recipe, tmp_path, labels=labels),
    ):
        with pytest.raises(UsageError, match=r"another recipe, seed or data.*another --out"):
            call()
    train_small(recipe, tmp_path)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    recipe = small_recipe(schedule__epochs=1)
    train_small(recipe, tmp_path)
    [tensors] = tmp_path.glob("checkpoint-*.safetensors")
    content = bytearray(tensors.read_bytes())
    content[len(content) // 2] ^= 1
    tensors.write_bytes(content)
    with pytest.raises(BadModel, match="is damaged"):
        train_small(recipe, tmp_path)


@pytest.mark.evidence("training.disk")
def test_a_folder_that_can_not_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SentemoError, match="can't be written"), locked(tmp_path / "file"):
        pass
    with pytest.raises(SentemoError, match="can't be written"):
        train_small(small_recipe(schedule__epochs=1), tmp_path / "nowhere")


def hold(folder: Path, recipe: Recipe) -> None:
    """Hold the folder until killed, in a process of its own."""
    with locked(folder):
        (folder / "held").touch()
        time.sleep(60)


@pytest.mark.evidence("training.two")
def test_a_second_trainer_is_refused_until_the_first_ends_however_it_ends(
    tmp_path: Path, processes: ForkServerContext
) -> None:
    job = processes.Process(target=hold, args=(tmp_path, RECIPES["default"]))
    job.start()
    until = time.monotonic() + 60
    while not (tmp_path / "held").exists() and time.monotonic() < until:
        time.sleep(0.005)
    with pytest.raises(UsageError, match=r"Another training is writing to .*another --out"), locked(tmp_path):
        pass
    job.kill()
    job.join(60)
    with locked(tmp_path):
        with pytest.raises(UsageError, match="Another training"), locked(tmp_path):
            pass
        with locked(tmp_path / "beside"):
            pass
    with locked(tmp_path):
        pass


def test_an_epoch_that_was_shown_is_never_lost(tmp_path: Path) -> None:
    shown: list[int] = []

    def stop_at_the_first(row: dict[str, object]) -> None:
        shown.append(int(str(row["epoch"])))
        if len(shown) == 1:
            raise KeyboardInterrupt

    for attempt in range(2):
        try:
            fit(
                small_recipe(),
                FOUR,
                TRAIN,
                folder=tmp_path,
                encoder=ENCODER,
                watchers=Watchers(on_epoch=stop_at_the_first),
            )
        except KeyboardInterrupt:
            assert attempt == 0
    assert shown == [1, 2, 3]
