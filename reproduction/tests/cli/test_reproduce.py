from __future__ import annotations

import json
from pathlib import Path

import pytest

from reproduction.isolated.system import SiameseSystem
from reproduction.isolated.training import IsolatedSettings
from tests.cli.conftest import Command, write_dailydialog
from tests.dialogues import template_dialogues

FLAGS = ("--encoder", "minilm=hashing-384", "--encoder", "mpnet=nowhere/a", "--encoder", "roberta=nowhere/b")


@pytest.fixture(autouse=True)
def few_triplets(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = IsolatedSettings(triplets=512, epochs=1)
    small = tuple(SiameseSystem(kind, settings) for kind in ("linear", "lstm"))
    monkeypatch.setattr("reproduction.exhibits.SIAMESE", small)
    monkeypatch.setattr("sentemo.evaluation.triplet.FEWEST_TRIPLETS", 500)


def test_everything_is_made_by_one_command_and_nothing_is_trained_twice(reproduction: Command, tmp_path: Path) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    for split, size in (("train", 24), ("validation", 12)):
        write_dailydialog(corpus, split, template_dialogues(size, seed=size))
    short = ("--runs", "1", "--ablation-epochs", "1")
    ended = reproduction("all", "--data", corpus, "--out", out, *FLAGS, *short)
    assert ended.code == 0, ended.err
    folder = out / "dailydialog"
    tables = ("table-1", "table-2", "table-3", "table-4", "table-5", "imbalance", "ablation", "isolated", "context")
    report = (folder / "report.md").read_text(encoding="utf-8")
    for name in (*tables, "figure-1", "figure-4", "pictures", "dialogues", "timings"):
        section = (folder / f"{name}.md").read_text(encoding="utf-8")
        assert section in report and section in ended.out
        assert json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["name"] == name
    for picture in ("figure-1.png", "figure-4.png", "space.png", "curves.png", "confusion.png"):
        assert (folder / picture).read_bytes().startswith(b"\x89PNG")
        assert f"]({picture})" in report
    assert "57.71" in report and "nowhere/a" in report and "nowhere/b" in report
    assert (folder / "dialogues.html").is_file()
    ended = reproduction("table-2", "table-4", "--json", "-d", corpus, "-o", out, *FLAGS, "--runs", "1")
    assert ended.code == 0 and "Training" not in ended.err
    first, second, _ = ended.out.split("\n")
    assert [json.loads(line)["name"] for line in (first, second)] == ["table-2", "table-4"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("table-9",), "Unknown exhibit 'table-9'"),
        (("table-4", "--corpus", "meld"), "Unknown exhibit 'table-4' of meld"),
        (("table-1", "--split", "train"), "mean nothing"),
        (("table-1", "--runs", "0"), "not a number of seeds"),
        (("table-1", "--runs", "nobody=3"), "names no system"),
        (("table-1", "--encoder", "bert=x"), "bert is not known"),
        (("table-1", "--encoder", "mpnet"), "has no value"),
    ],
)
def test_what_makes_no_sense_is_refused(
    reproduction: Command, corpus_dir: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    ended = reproduction(*words, "-d", corpus_dir, "-o", tmp_path / "out")
    assert ended.code == 2 and told in ended.err
    assert not (tmp_path / "out").exists()
