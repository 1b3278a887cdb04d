from __future__ import annotations

import inspect
import math
from dataclasses import asdict, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentemo.errors import BadInput, UsageError
from sentemo.training.rates import rate
from sentemo.training.recipe import SHIPPED, Recipe, Schedule


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_recipes_load_and_survive_their_own_toml(name: str, tmp_path: Path) -> None:
    recipe = Recipe.load(name)
    assert recipe.name == name and recipe.encoder.name == ("default" if name == "quick" else "all-MiniLM-L6-v2")
    path = tmp_path / "recipe.toml"
    path.write_text(recipe.to_toml())
    assert Recipe.load(path) == recipe
    assert "embedding_dim" not in recipe.to_toml()


def test_the_papers_recipe_is_the_papers() -> None:
    recipe = Recipe.load("paper")
    assert recipe.objective.two_passes and recipe.objective.triplets == "all" and recipe.objective.margin == 0.2
    assert recipe.network.paper_classifier and recipe.batches.inverse_frequency and recipe.pretraining.epochs > 0
    assert recipe.objective.weights_from == "batch"


settings = st.sampled_from(
    [
        (section.name, setting.name)
        for section in fields(Recipe)
        if section.name != "name"
        for setting in fields(getattr(Recipe(), section.name))
        if setting.name not in ("embedding_dim", "labels")
    ]
)


@given(settings)
def test_every_setting_survives_as_an_override(setting: tuple[str, str]) -> None:
    section, name = setting
    recipe = Recipe.load("paper")
    value = getattr(getattr(recipe, section), name)
    text = (
        str(list(value)) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else str(value)
    )
    assert Recipe.load("default", {f"{section}.{name}": text}) == replace(
        Recipe.load("default"),
        **{section: replace(getattr(Recipe.load("default"), section), **{name: value})},
    )


def test_every_setting_is_explained() -> None:
    for section in fields(Recipe):
        kind = type(getattr(Recipe(), section.name))
        for setting in fields(kind) if section.name != "name" else ():
            after = inspect.getsource(kind).split(f"    {setting.name}: ")[1].splitlines()[1]
            assert after.startswith('    """'), f"{section.name}.{setting.name}"


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("schedule.epochs", "7", 7),
        ("schedule.learning_rate", "1", 1.0),
        ("schedule.learning_rate", "2e-4", 2e-4),
        ("objective.triplets", "semihard", "semihard"),
        ("objective.triplets", '"hard"', "hard"),
        ("encoder.layers", "[0, 4]", (0, 4)),
        ("encoder.layers", "[]", ()),
        ("encoder.name", "all-mpnet-base-v2", "all-mpnet-base-v2"),
        ("network.keep_own", "false", False),
        ("schedule.average", "0", 0.0),
        ("network.layers", "0", 0),
    ],
)
def test_overrides_take_the_type_of_their_setting(key: str, text: str, expected: Any) -> None:
    section, name = key.split(".")
    value = getattr(getattr(Recipe.load("default", {key: text}), section), name)
    assert value == expected and type(value) is type(expected)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("epochs", "3"),
        ("schedule.epoch", "3"),
        ("schedule.", "3"),
        ("other.epochs", "3"),
        ("name", "mine"),
        ("network.labels", "7"),
        ("network.embedding_dim", "7"),
        ("schedule.epochs", "3.5"),
        ("schedule.epochs", "three"),
        ("schedule.epochs", "true"),
        ("schedule.epochs", "-1"),
        ("schedule.epochs", ""),
        ("schedule.learning_rate", "nan"),
        ("schedule.learning_rate", "inf"),
        ("schedule.learning_rate", "true"),
        ("schedule.patience", "0"),
        ("schedule.clip", "0.0"),
        ("schedule.warmup", "1.5"),
        ("network.dropout", "2"),
        ("network.heads", "0"),
        ("network.keep_own", "1"),
        ("batches.dialogues", "0"),
        ("objective.triplets", "easy"),
        ("objective.weights_from", "split"),
        ("objective.margin", "-0.1"),
        ("encoder.layers", "4"),
        ("encoder.layers", "[4.0]"),
        ("encoder.layers", "[true]"),
        ("encoder.name", "3"),
    ],
)
def test_an_override_that_can_not_be_meant_is_refused(key: str, text: str) -> None:
    with pytest.raises(UsageError):
        Recipe.load("default", {key: text})


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[schedule]\nepochs = 'three'", UsageError),
        ("[schedule]\nepoch = 3", UsageError),
        ("[schedul]\nepochs = 3", UsageError),
        ("schedule = 3", UsageError),
        ("epochs = 3", UsageError),
        ("[schedule\nepochs = 3", BadInput),
        ("[schedule]\nepochs = 3\nepochs = 4", BadInput),
        ("\x00", BadInput),
    ],
)
def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path, text: str, error: type[Exception]) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(error):
        Recipe.load(path)


def test_a_file_that_can_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"name = '\xe9'")
    for path in (tmp_path, tmp_path / "nowhere.toml", tmp_path / "latin.toml"):
        with pytest.raises(BadInput, match=r"can't be read.*default, quick, best, everyday, paper"):
            Recipe.load(path)


def test_what_a_file_leaves_out_has_its_default(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text("[schedule]\nepochs = 9\n")
    recipe = Recipe.load(path)
    assert asdict(recipe) == asdict(Recipe(name="own", schedule=Schedule(epochs=9)))


@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.5, 1.0])
def test_the_rate_rises_in_a_line_and_falls_along_a_cosine(warmup: float) -> None:
    schedule = Schedule(warmup=warmup)
    steps = [place / 200 for place in range(200)]
    rates = [rate(done * schedule.epochs, schedule) for done in steps]
    rising = [value for done, value in zip(steps, rates, strict=True) if done < warmup]
    falling = [value for done, value in zip(steps, rates, strict=True) if done >= warmup]
    assert rising == sorted(rising) and falling == sorted(falling, reverse=True)
    assert all(0 < value <= 1 for value in rates)
    steps_up = [later - earlier for earlier, later in pairwise(rising)]
    assert not steps_up or max(steps_up) - min(steps_up) < 1e-9
    if falling:
        assert falling[0] == pytest.approx(1, abs=1e-3)
        assert rate(schedule.epochs * (1 + warmup) / 2, schedule) == pytest.approx(0.5)
        assert rate(schedule.epochs, schedule) == pytest.approx(0) if warmup < 1 else True
    if rising:
        assert rising[0] == pytest.approx(0.04) and math.isclose(rate(schedule.epochs * warmup / 2, schedule), 0.52)


def test_each_cycle_falls_from_the_same_rate() -> None:
    schedule = Schedule(epochs=5, cycles=3, cycle_rate=0.4, warmup=0.1)
    assert rate(0.2, schedule) == pytest.approx(1)
    assert rate(2 - 1e-9, schedule) == pytest.approx(0.4)
    for start in (2, 3, 4):
        falling = [rate(start + place / 100, schedule) for place in range(100)]
        assert falling[0] == pytest.approx(0.4) and falling == sorted(falling, reverse=True)
        assert falling[50] == pytest.approx(0.2) and falling[-1] == pytest.approx(0.01)
