"""`sentemo train`: one folder per run, resumed, guarded."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import SMALL, Command

FLAGS = [word for setting in SMALL for word in ("--set", setting)]


def test_writes_one_folder(run_dir: Path) -> None:
    assert {path.name for path in run_dir.iterdir()} >= {"recipe.toml", "log.jsonl", "model", "learning-curves.png"}
    rows = [json.loads(line) for line in (run_dir / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2]
    assert all({"loss", "macro_f1_no_neutral", "mcc"} <= set(row) for row in rows)
    assert 'name = "hashing-64"' in (run_dir / "recipe.toml").read_text(encoding="utf-8")


def test_again_on_a_finished_run_changes_nothing(sentemo: Command, run_dir: Path, corpus_dir: Path) -> None:
    weights = (run_dir / "model" / "model.safetensors").read_bytes()
    result = sentemo("train", "dailydialog", "-d", corpus_dir, "-o", run_dir, *FLAGS)
    assert result.code == 0
    assert (run_dir / "model" / "model.safetensors").read_bytes() == weights


def test_refuses_the_folder_of_another_training(sentemo: Command, run_dir: Path, corpus_dir: Path) -> None:
    recipe = (run_dir / "recipe.toml").read_bytes()
    for other in (("--seed", "7"), ("--set", "schedule.learning_rate=0.5")):
        result = sentemo("train", "dailydialog", "-d", corpus_dir, "-o", run_dir, *FLAGS, *other)
        assert result.code == 2 and "another recipe, seed or data" in result.err
    assert (run_dir / "recipe.toml").read_bytes() == recipe


def test_trains_on_own_files(sentemo: Command, tmp_path: Path) -> None:
    talks = [
        {"turns": [{"text": "the order is late again", "label": "upset"}, {"text": "I see", "label": "neutral"}]},
        {"turns": [{"text": "great, it works", "label": "glad"}, {"text": "good to hear", "label": "neutral"}]},
    ]
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(map(json.dumps, talks * 5)), encoding="utf-8")
    result = sentemo("train", "files", "-d", file, "-o", tmp_path / "run", *FLAGS)
    assert result.code == 0, result.err
    config = json.loads((tmp_path / "run" / "model" / "config.json").read_text(encoding="utf-8"))
    assert config["labels"] == ["glad", "neutral", "upset"] and config["neutral"] == "neutral"


def test_says_what_is_wrong_with_a_recipe(sentemo: Command, corpus_dir: Path, tmp_path: Path) -> None:
    def train(*words: str) -> str:
        result = sentemo("train", "dailydialog", "-d", corpus_dir, "-o", tmp_path / "run", *words)
        assert result.code in (2, 3)
        return result.err

    assert "no setting 'epoch'" in train("--set", "schedule.epoch=3")
    assert "is a str" in train("--set", "schedule.epochs=many")
    assert "has no value" in train("--set", "schedule.epochs")
    assert "can't be read" in train("--recipe", "nowhere.toml")
    assert not (tmp_path / "run").exists()


def test_names_a_missing_split(sentemo: Command, tmp_path: Path) -> None:
    result = sentemo("train", "dailydialog", "-d", tmp_path, "-o", tmp_path / "run", *FLAGS)
    assert result.code == 3 and "train" in result.err
