"""stdin, stdout and stderr that are closed, full, or of another encoding; surroundings that lack what one has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.damage.command import sentemo, shell

ODD = {
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "HOME": None,
    "SENTEMO_CACHE": None,
    "XDG_CACHE_HOME": "/dev/null/cache",
    "TMPDIR": "/nowhere",
    "COLUMNS": "1",
    "TERM": "dumb",
}


@pytest.mark.evidence("damage.streams")
def test_what_an_encoding_lacks_is_escaped_and_comes_back(talk: Path, run_dir: Path) -> None:
    left = sentemo("predict", talk, "-m", run_dir, setting=ODD | {"PYTHONIOENCODING": "ascii"})
    assert left.code == 0 and not left.err and left.out.isascii()
    turns = json.loads(left.out)["turns"]
    assert [turn["text"] for turn in turns] == ["I got the job! 🎉", "привет"] and turns[1]["speaker"] == "Боб"


@pytest.mark.evidence("damage.streams")
def test_errors_are_told_in_any_encoding() -> None:
    sentemo("convert", "нет.txt", "x.jsonl", setting=ODD | {"PYTHONIOENCODING": "ascii"}).refused(3, "No such file")


@pytest.mark.evidence("damage.streams")
def test_closed_streams_are_no_error(talk: Path, tmp_path: Path) -> None:
    shell("sentemo convert - $1/x.jsonl <&-", tmp_path).refused(3, "stdin:1: The file has no conversations")
    for stream in ("1", "2"):
        assert shell(f'sentemo convert "$1" "$2" {stream}>&-', talk, tmp_path / "whole.jsonl").code == 0
        assert b"Conversations" not in (tmp_path / "whole.jsonl").read_bytes()
        assert len((tmp_path / "whole.jsonl").read_bytes().splitlines()) == 1
    assert shell('sentemo convert nowhere.txt "$1" 2>&-', tmp_path / "x.jsonl").code == 3
    assert shell("sentemo --help >&- <&- 2>&-").code == 0


@pytest.mark.evidence("damage.streams")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_streams_on_a_full_disk_are_one_sentence(corpus_dir: Path) -> None:
    stats = 'sentemo corpus stats dailydialog -d "$1"'
    shell(f"{stats} --json >/dev/full", corpus_dir).refused(1, "No space left on device")
    shell(f"{stats} >/dev/full", corpus_dir).refused(1, "No space left on device")
    left = shell("sentemo convert nowhere.txt x.jsonl 2>/dev/full")
    assert left.code == 3 and not left.err


@pytest.mark.evidence("damage.streams")
def test_a_reader_that_goes_away_is_no_error(corpus_dir: Path) -> None:
    for line in ('sentemo corpus stats dailydialog -d "$1" | true', "sentemo --help | head -1"):
        assert "Traceback" not in (left := shell(line, corpus_dir)).err and "error" not in left.err
