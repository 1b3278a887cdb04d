from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sentemo.corpora import SplitCounts, get_corpus
from sentemo.corpora.statistics import check
from sentemo.errors import BadInput
from tests.corpora.samples import EVERYDAY, XED, write_text

LABELS = {"neutral": 3, "anger": 1, "disgust": 0, "fear": 0, "happiness": 2, "sadness": 2, "surprise": 1}


def test_right_counts(tmp_path: Path) -> None:
    write_text(tmp_path, "validation")
    corpus = replace(get_corpus("dailydialog"), published={"validation": (SplitCounts(3, 9, LABELS),)})
    report = check(corpus, tmp_path, "dev")
    assert report.ok
    assert (report.split, report.dialogues, report.utterances, report.labels) == ("validation", 3, 9, LABELS)
    assert json.loads(json.dumps(report.to_json()))["ok"] is True


def test_wrong_counts_are_problems_with_a_next_step(tmp_path: Path) -> None:
    write_text(tmp_path, "train")
    wanted = SplitCounts(4, 9, LABELS | {"anger": 2, "joyful": 0})
    report = check(replace(get_corpus("dailydialog"), published={"train": (wanted,)}), tmp_path, "train")
    assert report.problems == [
        "The train split has 3 dialogues, not the 4 that are published. "
        "Fetch the corpus again, or name it a subset when you report figures.",
        "The train split has 1 anger utterances, not the 2 that are published. "
        "Fetch the corpus again, or name it a subset when you report figures.",
    ]
    assert not report.ok


def test_the_nearest_edition_is_meant(tmp_path: Path) -> None:
    write_text(tmp_path, "train")
    editions = (SplitCounts(3, 100, None, "big"), SplitCounts(3, 10, None, "small"), SplitCounts(2, None))
    report = check(replace(get_corpus("dailydialog"), published={"train": editions}), tmp_path, "train")
    assert report.expected == editions[1]
    assert "not the 10 of the small that are published" in report.problems[0]
    unknown = check(replace(get_corpus("dailydialog"), published={}), tmp_path, "train")
    assert unknown.ok and unknown.expected is None


def test_damage_is_raised(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        check(get_corpus("dailydialog"), tmp_path, "train")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "split"),
    [("dailydialog", "validation"), *((name, split) for name in ("meld", "emorynlp") for split in ("train", "dev"))],
)
def test_the_real_corpora_have_the_published_counts(data_dir: Path, name: str, split: str) -> None:
    report = check(get_corpus(name), data_dir / name, split)
    assert report.problems == []
    assert report.expected is not None and report.expected.labels == report.labels


@pytest.mark.slow
@pytest.mark.parametrize("split", ["train", "dev"])
def test_goemotions_has_the_published_number_of_comments(data_dir: Path, split: str) -> None:
    report = check(get_corpus("goemotions"), data_dir / "goemotions", split)
    assert report.problems == [] and report.expected is not None
    talks = get_corpus("goemotions").read(data_dir / "goemotions", split)
    assert 0.83 < sum(talk.turns[0].label is not None for talk in talks) / len(talks) < 0.85
    assert sum(report.labels.values()) == sum(len(talk.turns[0].labels or ("one",)) for talk in talks)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "folder", "split", "dialogues", "turns"),
    [
        ("empathetic", "empathetic", "train", 19_518, 84_104),
        ("empathetic", "empathetic", "valid", 2_781, 12_127),
        ("xed", "xed", "train", 17_528, 17_528),
        ("brighter", "brighter_eng", "train", 2_764, 2_764),
        ("brighter", "brighter_eng", "dev", 115, 115),
    ],
)
def test_copies_that_are_not_the_whole_corpus_are_read_whole(
    data_dir: Path, name: str, folder: str, split: str, dialogues: int, turns: int
) -> None:
    report = check(get_corpus(name), data_dir / folder, split)
    assert (report.dialogues, report.utterances) == (dialogues, turns)
    assert report.ok == (name == "xed")
    assert min(report.labels.values()) > 0
    if name == "empathetic":
        assert sum(report.labels.values()) == dialogues


def test_a_turn_with_several_labels_counts_for_each(tmp_path: Path) -> None:
    (tmp_path / "en-annotated.tsv").write_text(XED, encoding="utf-8")
    (tmp_path / "train.jsonl").write_text(EVERYDAY, encoding="utf-8")
    counts = check(get_corpus("xed"), tmp_path, "train").labels
    assert {name: count for name, count in counts.items() if count} == {"anger": 1, "fear": 1, "trust": 1}
    counts = check(get_corpus("everyday"), tmp_path, "train").labels
    assert {name: count for name, count in counts.items() if count} == {"anger": 1, "surprise": 1}
