"""Files that are none, or not what they say: one process reads many of them, and says of each what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.damage.command import PROGRAM, loaded, sentemo

TURN = '{"turns": ["hello"]}\n'
READ = {
    "bom.jsonl": b"\xef\xbb\xbf" + TURN.encode(),
    "crlf.txt": b"Ann: hi\r\nBob: ho\r\n",
    "cr.txt": b"Ann: hi\rBob: ho\r",
    "one.txt": b"x",
    "emoji.txt": "😀\n🎉".encode(),
    "long.txt": b"Ann: " + b"word " * 20_000,
    "scripts.txt": "Аня: привет\n明: 你好\nعلي: مرحبا\n".encode(),
    "spaces in it.jsonl": TURN.encode(),
    "-dash.jsonl": TURN.encode(),
    "cell.csv": b"text\n" + b"a" * 100_000,
}
REFUSED = {
    "empty.txt": (b"", None),
    "empty.jsonl": (b"", None),
    "empty.parquet": (b"", "0 bytes"),
    "empty.zip": (b"", "not a zip"),
    "blank.txt": (b"\n\n", None),
    "no-turn.jsonl": (b'{"turns": []}', "Empty conversation"),
    "utf-16.txt": ("Ann: hi\n".encode("utf-16")[:-1], "Not valid UTF-8"),
    "utf-16.jsonl": (TURN.encode("utf-16-le"), "Not JSON"),
    "nul.txt": (b"Ann: h\0i\n", "NUL"),
    "nul.jsonl": (b'{"turns": ["h\\u0000i"]}', "NUL"),
    "surrogate.jsonl": (b'{"turns": ["\\ud83d"]}', "lone surrogate"),
    "line.txt": (b"a" * 10_000_000, "10,000,000 characters"),
    "line.jsonl": (b'{"turns": ["' + b"a" * 10_000_000 + b'"]}', "10,000,000 characters"),
    "deep.jsonl": (b'{"turns":' * 50_000, "recursion"),
    "digits.jsonl": (b'{"id": ' + b"9" * 5000 + b', "turns": ["a"]}', "digits"),
    "twice.jsonl": (b'{"turns": ["a"], "turns": ["b"]}', "a key twice"),
    "nan.jsonl": (b'{"turns": [NaN]}', "neither text nor an object"),
    "infinity.jsonl": (b'{"id": 1e999, "turns": ["a"]}', "a number"),
    "column.csv": (b"a,b\n1,2\n", "No column of texts"),
    "quote.csv": (b'text\n"open\nx\n', "Not CSV"),
    "footer.parquet": (b"PAR1" + b"x" * 100 + b"PAR1", "Damaged"),
    "junk.zip": (b"PK\3\4junk", "Damaged zip"),
}
"""The content, and what is said of it; None where nothing is left to say of an empty file."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Give a folder of good and bad files, a link that leads to itself among them."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in READ.items():
        (folder / name).write_bytes(content)
    for name, (content, _) in REFUSED.items():
        (folder / name).write_bytes(content)
    (folder / "loop.jsonl").symlink_to("loop.jsonl")
    return folder


@pytest.mark.evidence("damage.inputs")
def test_one_run_labels_what_can_be_read_and_says_of_the_rest_why_it_cannot(
    place: Path, run_dir: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    left = loaded("label", place / "*.*", "-m", run_dir, "--out", out, "--processes", "1", "--to", "jsonl")
    assert left.code == 3 and "Traceback" not in left.err, left
    rows = [json.loads(line) for path in sorted(out.glob("part-*")) for line in path.read_bytes().splitlines()]
    assert {Path(row["file"]).name for row in rows} == READ.keys()
    failures = [json.loads(line) for line in (out / "failures.jsonl").read_bytes().splitlines()]
    told = {Path(row["file"]).name: row for row in reversed(failures)}  # the first of each file
    wanted = {name: words for name, (_, words) in REFUSED.items() if words}
    assert told.keys() - {"loop.jsonl"} == wanted.keys()
    for name, words in wanted.items():
        assert words in told[name]["cause"] and told[name]["next_step"], told[name]


@pytest.mark.evidence("damage.inputs")
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("empty.txt", 3, "has no conversations"),
        ("loop.jsonl", 3, "symbolic links"),
        ("x" * 300 + ".jsonl", 3, "name too long"),
        (".", 2, "isn't clear"),
        ("/dev/null", 2, "unknown extension"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(place: Path, name: str, code: int, words: str) -> None:
    sentemo("convert", place / name, place / "out.jsonl").refused(code, words)
    assert not (place / "out.jsonl").exists()


@pytest.mark.evidence("damage.inputs")
def test_names_of_any_bytes_make_ids_that_can_be_written(tmp_path: Path) -> None:
    for name in (b"new\nline.jsonl", b"bad\xff.jsonl", b"-f.jsonl"):
        source = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        source.write_text(TURN)
        assert sentemo("convert", source, tmp_path / "out.jsonl").code == 0
        ids = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))["id"]
        assert ids == os.fsdecode(name).removesuffix(".jsonl").replace("\udcff", "?") + "-0"


@pytest.mark.evidence("damage.inputs")
def test_pipes_are_read_once_or_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    sentemo("convert", pipe, tmp_path / "out.jsonl").refused(2, "a pipe, isn't clear")
    for source in (pipe, "/dev/zero"):
        sentemo("label", source, "--format", "text", "--out", tmp_path / "out").refused(2, "can't be read twice")
    with subprocess.Popen([*PROGRAM, "convert", pipe, tmp_path / "out.jsonl", "--format", "text"]) as job:
        pipe.write_text("Ann: hello\n")
        assert job.wait(60) == 0
    assert "hello" in (tmp_path / "out.jsonl").read_text()
