"""What a static model leaves on disk, and what of it is refused when damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sentemo.artifacts.manifest import write_manifest
from sentemo.artifacts.weights import read_weights, write_weights
from sentemo.errors import BadModel, UsageError
from sentemo.static.folder import WEIGHTS, is_static, read_static, static_card
from sentemo.static.model import StaticModel
from tests.static.statics import random_config, save_random_static


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_random_static(tmp_path / "model")


def test_the_configuration_comes_back_and_is_that_of_a_static_model(folder: Path) -> None:
    assert is_static(folder) and read_static(folder) == random_config()


def test_every_damage_is_refused(folder: Path, tmp_path: Path) -> None:
    for number, path in enumerate(sorted(folder.iterdir())):
        copy = tmp_path / str(number)
        shutil.copytree(folder, copy)
        content = bytearray((copy / path.name).read_bytes())
        content[len(content) // 2] ^= 4
        (copy / path.name).write_bytes(content)
        with pytest.raises(BadModel):
            StaticModel.from_pretrained(copy)
        (copy / path.name).unlink()
        with pytest.raises(BadModel):
            StaticModel.from_pretrained(copy)


@pytest.mark.parametrize("damage", ["nonsense", "a tensor less", "a tensor more", "another shape", "not a number"])
def test_odd_numbers_are_refused_though_the_manifest_fits(folder: Path, damage: str) -> None:
    tensors = read_weights(folder / WEIGHTS)
    if damage == "a tensor less":
        del tensors["own.bias"]
    if damage == "a tensor more":
        tensors["more"] = np.zeros(2, np.float32)
    if damage == "another shape":
        tensors["table"] = tensors["table"][:-1]
    if damage == "not a number":
        tensors["out.bias"] = tensors["out.bias"] * float("nan")
    write_weights(folder / WEIGHTS, tensors)
    if damage == "nonsense":
        (folder / WEIGHTS).write_bytes(b"nonsense")
    write_manifest(folder)
    with pytest.raises(BadModel):
        StaticModel.from_pretrained(folder)


def test_lost_scales_are_refused(folder: Path) -> None:
    from safetensors.numpy import save

    tensors = read_weights(folder / WEIGHTS)
    (folder / WEIGHTS).write_bytes(save(tensors | {"table": tensors["table"].astype(np.int8)}))
    write_manifest(folder)
    with pytest.raises(BadModel, match="not a valid"):
        StaticModel.from_pretrained(folder)


def test_a_larger_tokenizer_and_none_are_refused(folder: Path) -> None:
    path = folder / "tokenizer.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["model"]["vocab"]["unheard"] = len(record["model"]["vocab"])
    path.write_text(json.dumps(record), encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(BadModel, match="knows more tokens"):
        StaticModel.from_pretrained(folder)
    path.write_text("{}", encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(BadModel, match="not a valid tokenizer"):
        StaticModel.from_pretrained(folder)


def test_every_wrong_configuration_is_refused(folder: Path) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    wrong = [
        *({name: value for name, value in config.items() if name != left_out} for left_out in config),
        *(config | {name: wrong} for name in config for wrong in ([None], -1.5)),
        *(config | {name: 0} for name in ("width", "hidden", "reach", "vocabulary", "max_tokens", "temperature")),
        *(config | {name: config[name] + 1} for name in ("width", "hidden", "vocabulary")),
        *(config | {"reach": reach} for reach in (2, 3, 8)),
        config | {"labels": config["labels"][:1] * 4},
        config | {"prior": [0.0]},
        config | {"more": 1},
        [config],
    ]
    for edit in wrong:
        path.write_text(json.dumps(edit), encoding="utf-8")
        write_manifest(folder)
        try:
            with pytest.raises(BadModel):
                StaticModel.from_pretrained(folder)
        except BaseException as error:
            error.add_note(f"the edit: {json.dumps(edit)}")
            raise


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        save_random_static(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_card_names_data_and_licence() -> None:
    facts = {"corpora": ["dailydialog"], "validation": "12.3"}
    card = static_card(["joy", "grief"], facts)
    assert "license: cc-by-nc-sa-4.0" in card and card.count("CC BY-NC-SA 4.0") == 2  # the data and the weights
    assert "joy, grief" in card and "| validation | 12.3 |" in card
    both = static_card(["joy", "grief"], facts | {"corpora": ["dailydialog", "meld"]})
    assert "license: other" in both and "CC BY-NC-SA 4.0" in both and "GPL-3.0" in both
