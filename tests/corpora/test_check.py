from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from corpora.samples import write_text
from sentemo.corpora import SplitCounts, get_corpus
from sentemo.corpora.check import check
from sentemo.errors import BadInput

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


@pytest.mark.parametrize(
    ("name", "split"),
    [("dailydialog", "validation"), *((name, split) for name in ("meld", "emorynlp") for split in ("train", "dev"))],
)
def test_the_real_corpora_have_the_published_counts(data_dir: Path, name: str, split: str) -> None:
    report = check(get_corpus(name), data_dir / name, split)
    assert report.problems == []
    assert report.expected is not None and report.expected.labels == report.labels


@pytest.mark.parametrize("split", ["train", "dev"])
def test_goemotions_has_the_published_number_of_comments(data_dir: Path, split: str) -> None:
    report = check(get_corpus("goemotions"), data_dir / "goemotions", split)
    assert report.problems == [] and report.expected is not None
    assert 0.83 < sum(report.labels.values()) / report.utterances < 0.85  # the rest have several labels
