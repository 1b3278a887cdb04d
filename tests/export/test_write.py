"""What an export leaves on disk, what it refuses, and what of it is refused when damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sentemo.artifacts.manifest import write_manifest
from sentemo.errors import BadModel, MissingExtra, UsageError
from sentemo.export import sessions
from sentemo.export.folder import beside, find_beside
from sentemo.export.onnx_model import OnnxModel
from sentemo.export.write import export
from sentemo.files import sha256_of
from tests.artifacts.models import random_model
from tests.cli.conftest import Command, sentemo, write_dailydialog  # noqa: F401
from tests.dialogues import template_dialogues
from tests.export.conftest import small_model


def test_an_export_tells_no_place(exported: dict[str, Path]) -> None:
    for path in exported["float32"].iterdir():
        content = path.read_bytes()
        assert str(Path(__file__).parents[2]).encode() not in content and b"site-packages" not in content


def test_a_damaged_export_is_refused(exported: dict[str, Path], tmp_path: Path) -> None:
    for number, path in enumerate(sorted(exported["int8"].iterdir())):
        folder = tmp_path / str(number)
        shutil.copytree(exported["int8"], folder)
        content = bytearray((folder / path.name).read_bytes())
        content[len(content) // 2] ^= 4
        (folder / path.name).write_bytes(content)
        with pytest.raises(BadModel):
            OnnxModel.from_pretrained(folder)
        (folder / path.name).unlink()
        with pytest.raises(BadModel):
            OnnxModel.from_pretrained(folder)


@pytest.mark.parametrize("name", ["utterances.onnx", "dialogues.onnx", "network.onnx", "tokenizer.json"])
def test_a_file_that_is_no_graph_is_refused_though_its_manifest_fits(
    exported: dict[str, Path], tmp_path: Path, name: str
) -> None:
    shutil.copytree(exported["int8"], tmp_path / "model")
    (tmp_path / "model" / name).write_bytes(b"\x08\x07nonsense")
    write_manifest(tmp_path / "model")
    with pytest.raises(BadModel):
        OnnxModel.from_pretrained(tmp_path / "model")


def edits(config: dict[str, Any]) -> list[Any]:
    wrong = [(key, value) for key in config for value in (None, "x", -1, [None], {"a": 1}) if config[key] != value]
    right = {("sentemo", "x"), ("precision", "x"), ("source", "x"), ("neutral", None), ("reader_reach", None)}
    kept = [(key, value) for key, value in wrong if (key, str(value)) not in {(k, str(v)) for k, v in right}]
    return [
        *({name: value for name, value in config.items() if name != left_out} for left_out in config),
        *(config | {key: value} for key, value in kept if key not in ("facts", "threshold")),
        config | {"labels": config["labels"][:-1]},
        config | {"labels": config["labels"][:1] * 4},
        config | {"label_of": [0, 1, 2, 5]},
        config | {"temperature": 0},
        config | {"prior": [0.0]},
        config | {"threshold": 1.0},
        config | {"more": 1},
        [config],
        None,
    ]


def test_every_wrong_configuration_is_refused(exported: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(exported["int8"], tmp_path / "model")
    path = tmp_path / "model" / "config.json"
    config = json.loads(path.read_text())
    for edit in edits(config):
        path.write_text(json.dumps(edit))
        write_manifest(path.parent)
        try:
            with pytest.raises(BadModel):
                OnnxModel.from_pretrained(path.parent)
        except BaseException as error:
            error.add_note(f"the edit: {json.dumps(edit)}")
            raise


def test_what_has_no_graph_and_folders_of_others_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no graph"):
        export(random_model(), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        export(small_model(), tmp_path / "mine")


def test_a_missing_runtime_is_named(exported: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match=r"sentemo\[onnx\]"):
        sessions.load_onnxruntime()


def test_the_command_exports_and_predict_finds_it(sentemo: Command, tmp_path: Path) -> None:  # noqa: F811
    model, talk = tmp_path / "model", tmp_path / "talk.txt"
    small_model().save_pretrained(model)
    talk.write_text("Ida: I love Rome\nMax: tell me more\n", encoding="utf-8")
    write_dailydialog(tmp_path / "data", "validation", template_dialogues(12))
    plain = sentemo("predict", talk, "-m", model)
    assert sentemo("predict", talk, "-m", model, "--engine", "onnx").code == 2
    done = sentemo("export", model, "--weights", "float32", "--json")
    assert done.code == 0 and json.loads(done.out)["folder"] == str(beside(model))
    assert find_beside(model) == beside(model)
    config = json.loads((beside(model) / "config.json").read_text())
    assert config["source"] == sha256_of(model / "manifest.json")
    for words in ([], ["--engine", "onnx"], ["--engine", "torch"], ["--head", "prototypes", "--engine", "auto"]):
        again = sentemo("predict", talk, "-m", model, *words)
        assert again.code == 0
        scores = [turn["score"] for turn in json.loads(again.out)["turns"]]
        if "--head" not in words:
            assert scores == pytest.approx([turn["score"] for turn in json.loads(plain.out)["turns"]], abs=1e-4)
    assert sentemo("predict", talk, "-m", model, "--engine", "onnx", "--head", "prototypes").code == 2
    assert sentemo("predict", talk, "-m", beside(model), "--head", "prototypes").code == 2
    small_model(1).save_pretrained(model)  # what lies beside is of another model now
    assert find_beside(model) is None
    assert sentemo("predict", talk, "-m", model, "--engine", "nonsense").code == 2


def test_the_parity_report_says_how_far_they_differ(sentemo: Command, tmp_path: Path) -> None:  # noqa: F811
    from sentemo.cli.export import _judge
    from sentemo.export.parity import compare

    model = small_model()
    talks = template_dialogues(20)
    found = compare(model, small_model(1), talks, model.labels, mode="whole")
    assert found.utterances == sum(map(len, talks)) and found.labels_that_differ > 0
    assert 0 < found.mean_difference < found.largest_difference <= 1
    same = compare(model, model, talks, model.labels, mode="causal")
    assert (same.largest_difference, same.labels_that_differ, same.lost) == (0, 0, 0)
    assert "causal" in same.to_text() and same.to_json()["lost"] == 0
    _judge([same])
    worse = compare(model, model, talks, model.labels, mode="whole")
    object.__setattr__(worse, "exported_figures", {name: value - 1 for name, value in worse.figures.items()})
    with pytest.raises(BadModel, match=r"loses 1\.00 points"):
        _judge([worse])
    model.save_pretrained(tmp_path / "model")
    assert sentemo("export", tmp_path / "model", "--check", "dailydialog").code == 2
    assert sentemo("export", tmp_path / "model", "--weights", "int4").code == 2
