"""What an export leaves on disk, what it refuses, and what of it is refused when damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sentemo.artifacts.manifest import write_manifest
from sentemo.artifacts.weights import LEAST_ENTRIES
from sentemo.errors import BadModel, UsageError
from sentemo.export.write import export
from sentemo.loading import load
from tests.artifacts.models import random_model
from tests.cli.conftest import Command, corpus_dir, sentemo  # noqa: F401
from tests.dialogues import template_dialogues
from tests.export.small import small_model, what_the_command_printed


def test_the_command_exports_in_place_and_predict_runs_the_graphs(
    sentemo: Command,  # noqa: F811
    exported: dict[str, Path],
    tmp_path: Path,
) -> None:
    plain, model, talk = tmp_path / "model", exported["float32"], tmp_path / "talk.txt"
    small_model().save_pretrained(plain)
    talk.write_text("Ida: I love Rome\nMax: tell me more\n", encoding="utf-8")
    assert sentemo("predict", talk, "-m", plain, "--engine", "onnx").code == 2
    before = sentemo("predict", talk, "-m", plain)
    printed = json.loads(what_the_command_printed(model))
    assert printed == {"folder": str(model), "weights": "float32", "parity": []}
    for words in ([], ["--engine", "onnx"], ["--engine", "torch"], ["--head", "prototypes"]):
        again = sentemo("predict", talk, "-m", model, *words)
        assert again.code == 0
        scores = [turn["score"] for turn in json.loads(again.out)["turns"]]
        if "--head" not in words:
            assert scores == pytest.approx([turn["score"] for turn in json.loads(before.out)["turns"]], abs=1e-4)
    assert sentemo("predict", talk, "-m", model, "--engine", "nonsense").code == 2
    static = sentemo("predict", talk, "-m", "static", "--engine", "torch")
    assert static.code == 2 and "static" in static.err


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
            load(folder)
        (folder / path.name).unlink()
        with pytest.raises(BadModel):
            load(folder)


@pytest.mark.parametrize("name", ["network.onnx", "tokenizer.json", "model.safetensors", "heads.safetensors"])
def test_a_file_that_is_no_graph_is_refused_though_its_manifest_fits(
    exported: dict[str, Path], tmp_path: Path, name: str
) -> None:
    shutil.copytree(exported["int8"], tmp_path / "model")
    (tmp_path / "model" / name).write_bytes(b"\x08\x07nonsense")
    write_manifest(tmp_path / "model")
    with pytest.raises(BadModel):
        load(tmp_path / "model")


def test_graphs_take_their_weights_from_the_file_beside_them(exported: dict[str, Path]) -> None:
    import onnx

    most_bytes = {"float32": 5000, "int8": 4 * LEAST_ENTRIES}  # the exporter folds what is stored in 16 bits
    for precision, folder in exported.items():
        weights = (folder / "model.safetensors").stat().st_size
        for path in folder.glob("*.onnx"):
            graph = onnx.load(path, load_external_data=False).graph
            outside = [each for each in graph.initializer if each.external_data]
            assert all({"location": "model.safetensors"}.items() <= places(each).items() for each in outside)
            assert all(int(places(each)["offset"]) < weights for each in outside)
            assert max(len(each.raw_data) for each in graph.initializer) < most_bytes[precision]
        assert any(graph.initializer for graph in [graph])
    assert {path.stem for path in exported["int8"].glob("*.onnx")} == {
        *("utterances", "dialogues", "network", "reader-turn", "network-turn")
    }


def places(tensor: Any) -> dict[str, str]:
    return {each.key: each.value for each in tensor.external_data}


@pytest.mark.parametrize(
    "change",
    [
        {"graphs": None},
        {"graphs": {}},
        {"graphs": {"precision": "int8", "max_tokens": 0}},
        {"graphs": {"precision": "int8", "max_tokens": "x"}},
        {"labels": ["a", "b", "c"]},
        {"decision": {"prior": [0.0], "temperature": 1.0}},
        {"decision": {"prior": [0.0] * 4, "temperature": -1.0}},
        {"neighbours": 3},
        {"prototypes": False},
    ],
)
def test_a_wrong_configuration_is_refused(exported: dict[str, Path], tmp_path: Path, change: dict[str, Any]) -> None:
    shutil.copytree(exported["int8"], tmp_path / "model")
    path = tmp_path / "model" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    write_manifest(path.parent)
    if change == {"graphs": None}:
        assert load(path.parent).form == "torch"  # there are weights all the same
        return
    with pytest.raises(BadModel):
        load(path.parent)


def test_what_has_no_graph_and_folders_of_others_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no graph"):
        export(random_model(), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        export(small_model(), tmp_path / "mine")


def test_an_exported_model_is_evaluated_as_the_model_is(
    sentemo: Command,  # noqa: F811
    corpus_dir: Path,  # noqa: F811
    exported: dict[str, Path],
    tmp_path: Path,
) -> None:
    small_model().save_pretrained(tmp_path / "torch")
    evaluate = ("dailydialog", "--data", corpus_dir, "--json")
    models = (tmp_path / "torch", exported["float32"])
    one, other = (json.loads(sentemo("evaluate", model, *evaluate).out) for model in models)
    assert one["confusion_matrix"] == other["confusion_matrix"] and one["ece"] == pytest.approx(other["ece"], abs=1e-4)


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
    out = ("--out", tmp_path / "out")
    assert sentemo("export", tmp_path / "model", *out, "--check", "dailydialog").code == 2
    assert sentemo("export", tmp_path / "model", *out, "--weights", "int4").code == 2
