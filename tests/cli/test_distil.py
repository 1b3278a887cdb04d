"""`sentemo distil`, and that every command that labels takes what it makes, and an exported model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentemo.files import sha256_of
from sentemo.loading import load
from sentemo.model import SentEmoContext
from sentemo.static.folder import read_static
from sentemo.static.model import StaticModel
from tests.artifacts.models import random_model
from tests.cli.conftest import Command
from tests.encoders.readers import tiny_reader
from tests.static.statics import save_random_static

TALK = "Ida: I love Rome\nMax: tell me more\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tuned"
    random_model(encoder=tiny_reader()).save_pretrained(folder)
    return folder


def test_distil_makes_a_model_that_all_commands_take(
    sentemo: Command, model: Path, corpus_dir: Path, tmp_path: Path
) -> None:
    out, talk = tmp_path / "static", tmp_path / "talk.txt"
    talk.write_text(TALK, encoding="utf-8")
    done = sentemo("distil", model, "dailydialog", "--data", corpus_dir, "--out", out)
    assert done.code == 0 and str(out) in done.err
    static = read_static(out)
    assert static.source == sha256_of(model / "manifest.json")
    assert "macro-F1*" in static.facts["validation"] and "60 dialogues" in static.facts["split"]
    assert static.facts["validation"] in (out / "README.md").read_text(encoding="utf-8")
    [said] = sentemo("predict", talk, "--model", out).out.splitlines()
    evaluated = sentemo("evaluate", out, "dailydialog", "--data", corpus_dir, "--json", "--causal")
    assert json.loads(evaluated.out)["model"] == f"{out}, causal"
    compared = sentemo("compare", out, "majority", "--corpus", "dailydialog", "--data", corpus_dir, "--json")
    assert compared.code == 0
    (tmp_path / "in.jsonl").write_text(said + "\n", encoding="utf-8")
    labelled = sentemo("label", tmp_path / "in.jsonl", "--model", out, "--out", tmp_path / "out", "--processes", "1")
    assert labelled.code == 0
    [line] = [line for path in (tmp_path / "out").rglob("*.jsonl") for line in path.read_text().splitlines()]
    assert [t["label"] for t in json.loads(line)["turns"]] == [t["label"] for t in json.loads(said)["turns"]]


def test_what_a_static_model_has_not_is_told(sentemo: Command, corpus_dir: Path, tmp_path: Path) -> None:
    folder, talk = save_random_static(tmp_path / "static"), tmp_path / "talk.txt"
    talk.write_text(TALK, encoding="utf-8")
    evaluate = ("evaluate", folder, "dailydialog", "--data", corpus_dir)
    for words in (
        ("predict", talk, "--model", folder, "--head", "prototypes"),
        ("predict", talk, "--model", folder, "--engine", "torch"),
        ("predict", talk, "--model", folder, "--engine", "onnx"),
        ("label", talk, "--model", folder, "--head", "neighbours", "--out", tmp_path / "out"),
        (*evaluate, "--head", "prototypes"),
        (*evaluate, "--protocol", "triplet"),
        ("distil", "default", "dailydialog", "--data", corpus_dir, "--out", corpus_dir),
    ):
        done = sentemo(*words)
        assert done.code == 2 and done.err.count("\n") <= 2, done.err
    done = sentemo("explain", talk, "--model", folder)
    assert done.code == 4 and "and can only label" in done.err


def test_each_form_is_loaded_as_what_it_is(model: Path, tmp_path: Path) -> None:
    static = load(save_random_static(tmp_path / "static"), causal=True)
    assert isinstance(static, StaticModel) and static.causal
    whole = load(model, head="prototypes", causal=True)
    assert isinstance(whole, SentEmoContext) and whole.head == "prototypes" and whole.causal
