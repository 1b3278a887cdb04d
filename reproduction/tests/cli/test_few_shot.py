from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentemo.encoders.hashing import HashingEncoder
from sentemo.formats.jsonl import write_jsonl
from sentemo.model import SentEmoContext
from tests.cli.conftest import SMALL, Command
from tests.dialogues import template_dialogues


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("few") / "train.jsonl"
    write_jsonl(template_dialogues(40, seed=3), file)
    return file


def test_few_shot_episodes(reproduction: Command, run_dir: Path, talks: Path, tmp_path: Path) -> None:
    words = (
        "few-shot",
        "files",
        "-d",
        talks,
        "-o",
        tmp_path / "out",
        "-m",
        run_dir,
        "--shots",
        "1,3",
        "--queries",
        "5",
    )
    words = (*words, "--ways", "2", "--episodes", "4", "--queries", "5")
    result = reproduction(*words, "--json")
    assert result.code == 0, result.err
    told = json.loads(result.out)
    assert told["chance"] == 50 and len(told["rows"]) == 6
    assert {row["learner"] for row in told["rows"]} > {"sentemo"} and {row["episodes"] for row in told["rows"]} == {4}
    before = (tmp_path / "out" / "outcomes.jsonl").read_text(encoding="utf-8")
    again = reproduction(*words)
    assert "natural prior" in again.out
    assert (tmp_path / "out" / "outcomes.jsonl").read_text(encoding="utf-8") == before  # nothing was done twice
    for other in (("--seed", "1"), ("--queries", "4"), ("--emotions-only",)):
        assert reproduction(*words, *other).code == 2  # what is there is of another experiment


def test_few_shot_of_emotions_left_out(reproduction: Command, talks: Path, tmp_path: Path) -> None:
    flags = [word for setting in SMALL for word in ("--set", setting)]
    words = ("few-shot", "files", "-d", talks, "-o", tmp_path / "out", *flags, "--episodes", "3", "--queries", "3")
    assert reproduction(*words, "--leave-out", "2", "--shots", "x").code == 2
    assert reproduction(*words, "--leave-out", "1").code == 2
    result = reproduction(*words, "--leave-out", "2", "--shots", "1", "--json")
    assert result.code == 0, result.err
    assert {row["episodes"] for row in json.loads(result.out)["rows"]} == {3}
    names = sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir())
    assert names == ["anger-happiness", "anger-sadness", "happiness-sadness"]
    changed = reproduction(*words, "--leave-out", "2", "--shots", "1", "--set", "schedule.learning_rate=1e-4")
    assert changed.code == 2 and "recipe" in changed.err  # not the models of the recipe before
    model = SentEmoContext.from_pretrained(tmp_path / "out" / "anger-sadness", encoder=HashingEncoder(64))
    assert model.labels.names == ("happiness", "neutral")
