"""`--map` of `sentemo evaluate` and `sentemo compare`: any model on any corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentemo.corpora.label_map import LabelMap
from sentemo.corpora.labelled import labelled_files
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.mapped import MappedLabeler, map_gold
from sentemo.model import SentEmoContext
from tests.cli.conftest import Command

TALKS = [
    {"id": "a", "turns": [{"text": "I love your sister", "label": "joy"}, {"text": "mhm", "label": None}]},
    {"id": "b", "turns": [{"text": "how dare you touch Rome", "label": "anger"}], "confidence": 0.7},
    {"id": "c", "turns": [{"text": "I cried over our cat", "label": "disappointment"}]},
    {"id": "d", "turns": [{"text": "I read about Rome", "label": "boredom"}], "confidence": 1.0},
    {"id": "e", "turns": [{"text": "there is Rome on the table", "label": "neutral"}]},
]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Give a file of conversations with labels of people's own."""
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(talk) + "\n" for talk in TALKS), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["seven", "polarity"])
def test_evaluates_on_the_maps_labels(sentemo: Command, run_dir: Path, labelled: Path, name: str) -> None:
    result = sentemo("evaluate", run_dir, "files", "-d", labelled, "--map", name, "--json")
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert (report["protocol"], report["map"], report["n"]) == ("map", name, 4)
    assert (report["left_out"], report["several_right"]) == (1, int(name == "seven"))
    chosen = LabelMap.load(name)
    gold = map_gold(chosen, "files", *labelled_files(labelled))
    model = MappedLabeler(SentEmoContext.from_pretrained(run_dir), chosen)
    ours = evaluate(model, gold.conversations, protocol="map", labels=gold.labels, note=gold.note)
    assert report["mcc"] == pytest.approx(ours.metrics.figures["mcc"], abs=1e-4)
    assert report["confusion_matrix"]["labels"] == list(gold.labels.names)


def test_a_map_of_ones_own_and_another_corpus(
    sentemo: Command, run_dir: Path, corpus_dir: Path, tmp_path: Path
) -> None:
    own = tmp_path / "mood.toml"
    tables = "[tables.dailydialog]\nhappiness = 'good'\nsadness = 'bad'\nanger = 'bad'\n"
    own.write_text(f"labels = ['good', 'bad']\n{tables}", encoding="utf-8")
    result = sentemo("evaluate", run_dir, "dailydialog", "-d", corpus_dir, "--map", own)
    assert result.code == 0, result.err
    assert "Protocol: **map**" in result.out and "Map: **mood**" in result.out and "neutral" in result.out


def test_compares_on_the_maps_labels(sentemo: Command, run_dir: Path, labelled: Path) -> None:
    words = ("compare", "majority", "uniform", run_dir, "-c", "files", "-d", labelled, "--map", "seven")
    result = sentemo(*words, "--resamples", "10", "--json")
    assert result.code == 0, result.err
    reports = json.loads(result.out)["labelers"]
    assert [report["protocol"] for report in reports] == ["map"] * 3
    assert {report["left_out"] for report in reports} == {1} and {report["n"] for report in reports} == {4}


def test_calls_that_cannot_be_meant(sentemo: Command, run_dir: Path, labelled: Path) -> None:
    def code(*words: str) -> int:
        return sentemo("evaluate", run_dir, "files", "-d", labelled, *words).code

    assert code("--map", "nonesuch") == 2
    assert code("--protocol", "map") == 2
    assert code("--map", "seven", "--protocol", "triplet") == 2
    assert code("--map", "seven", "--folds", "2") == 2
    without = sentemo("evaluate", run_dir, "files", "-d", labelled)
    assert without.code == 3 and "--map" in without.err
