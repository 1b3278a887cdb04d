"""`sentemo corpus`: statistics, check."""

from __future__ import annotations

import json
from pathlib import Path

from sentemo.corpora import corpus_names
from tests.cli.conftest import Command


def test_stats_print_table_1_and_plot(sentemo: Command, corpus_dir: Path, tmp_path: Path) -> None:
    picture = tmp_path / "figure-4.png"
    result = sentemo("corpus", "stats", "dailydialog", "-d", corpus_dir, "--plot", picture)
    assert result.code == 0
    assert "13,118" in result.out and "85" in result.out  # published and measured dialogues
    assert picture.read_bytes().startswith(b"\x89PNG")
    found = json.loads(sentemo("corpus", "stats", "dailydialog", "-d", corpus_dir, "--json").out)
    assert found["splits"]["train"]["dialogues"] == 60 and found["missing"] == ["test"]


def test_check_refuses_wrong_counts(sentemo: Command, corpus_dir: Path) -> None:
    result = sentemo("corpus", "check", "dailydialog", "-d", corpus_dir)
    assert result.code == 3
    assert "11118" in result.err.replace(",", "") and "NOT as published" in result.out
    assert not json.loads(sentemo("corpus", "check", "dailydialog", "-d", corpus_dir, "--json").out)[0]["ok"]


def test_check_finds_a_bad_line(sentemo: Command, corpus_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "train"
    folder.mkdir()
    (folder / "dialogues_train.txt").write_text("hello __eou__ hi __eou__\nbye __eou__\n", encoding="utf-8")
    (folder / "dialogues_emotion_train.txt").write_text("0 0\n0 0\n", encoding="utf-8")
    result = sentemo("corpus", "check", "dailydialog", "-d", tmp_path)
    assert result.code == 3 and ".txt:2" in result.err


def test_fetch_names_what_cannot_be_fetched(sentemo: Command, tmp_path: Path) -> None:
    result = sentemo("corpus", "fetch", "iemocap", "--out", tmp_path)
    assert result.code == 2 and "iemocap" in result.err.lower()


def test_every_corpus_is_named_in_the_help(sentemo: Command) -> None:
    told = " ".join(sentemo("corpus", "stats", "--help").out.replace("│", " ").split())
    assert f"One of: {', '.join(corpus_names())}." in told


def test_a_corpus_without_a_home_is_got_by_hand(sentemo: Command, tmp_path: Path) -> None:
    (tmp_path / "dev.csv").write_text("id,text,anger,fear,joy,sadness,surprise\na1,The loaf rose!,0,0,1,0,0\n")
    result = sentemo("corpus", "check", "brighter", "-d", tmp_path)
    assert result.code == 3 and "Download the corpus again at https://github.com/" in result.err


def test_real_splits_are_as_published(sentemo: Command, data_dir: Path) -> None:
    for name in ("dailydialog", "meld", "emorynlp"):
        assert sentemo("corpus", "check", name, "-d", data_dir / name).code == 0
