from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sentemo.errors import BadInput, UsageError
from sentemo.formats.files import READERS, read_bytes, read_conversations
from sentemo.formats.reading import Blob
from sentemo.formats.sniff import sniff
from tests.corpora.samples import CSV, JSONL, PLAIN, parquet
from tests.formats.exports import ANDROID, CONVOKIT, IOS, SLACK, TELEGRAM_HTML, book, unpacked, zipped
from tests.formats.test_files import Stdin

SAMPLES = {
    "jsonl": JSONL,
    "json": b'[{"turns": ["Hi"]}]',
    "csv": CSV,
    "xlsx": book([["speaker", "text"], ["Ann", "Hi"]]),
    "text": PLAIN,
    "parquet": parquet({"text": ["a", "b"]}),
    "whatsapp": ANDROID.encode(),
    "log": b"[10:15] <ann> hi\n[10:16] <bob> ho\n",
    "subtitles": b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Hi</v>\n",
    "signal": b"From: Ann\nType: incoming\nSent: Wed, 30 Jul 2025 09:17:39 +0200\n\nHi\n",
    "html": TELEGRAM_HTML,
    "slack": zipped(SLACK),
    "convokit": zipped(CONVOKIT),
}


def test_bytes_of_every_format_tell_it() -> None:
    assert SAMPLES.keys() == READERS.keys() - {"label-studio"}  # which is never chosen by itself
    for format, data in SAMPLES.items():
        assert sniff(Blob(data)) == format
        assert list(read_bytes(data)) == list(read_bytes(data, format)) != []


@pytest.mark.parametrize("format", SAMPLES)
def test_bytes_are_read_as_their_file(tmp_path: Path, format: str) -> None:
    (tmp_path / "talk").write_bytes(SAMPLES[format])
    assert list(read_bytes(SAMPLES[format], name="talk")) == list(read_conversations(tmp_path / "talk", format))


def test_the_content_goes_before_the_extension(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_bytes(CSV)
    assert sniff(tmp_path / "talk.txt") == sniff(Blob(CSV, "talk.unknown")) == "csv"
    assert sniff(Blob(ANDROID.encode(), "talk.jsonl")) == "whatsapp"
    assert sniff(Blob(PLAIN, "talk.csv")) == "csv"  # of a table, whose first line may be anything, the extension tells
    assert sniff(Blob(b"[\n", "talk.jsonl")) == "json"


def test_folders_and_zips(tmp_path: Path) -> None:
    for format, files in {"slack": SLACK, "convokit": CONVOKIT}.items():
        assert sniff(unpacked(files, tmp_path / f"{format}.txt")) == format
        (tmp_path / f"{format}.ZIP").write_bytes(zipped(files, "root/"))
        assert sniff(tmp_path / f"{format}.ZIP") == format
    assert sniff(Blob(zipped({"_chat.txt": IOS}))) == "whatsapp"
    with pytest.raises(BadInput, match="The zip contains no WhatsApp chat"):
        sniff(Blob(zipped({"_chat.txt": PLAIN})))
    with pytest.raises(UsageError, match="The format of the folder"):
        sniff(tmp_path)  # folders of exports are none
    (tmp_path / "broken.zip").write_bytes(b"Ann: hi")
    with pytest.raises(BadInput, match="Damaged zip: File is not a zip file"):
        sniff(tmp_path / "broken.zip")


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(IOS.encode()))
    assert [talk.turns for talk in read_conversations("-")] == [talk.turns for talk in read_bytes(IOS.encode())]
    for format in ("slack", "convokit", "parquet"):
        with pytest.raises(UsageError, match="cannot be read from stdin"):
            list(read_conversations("-", format))


def test_nothing_and_unknown_names() -> None:
    for data in (b"", b" \n"):
        with pytest.raises(BadInput, match=r"^input:1: The file has no conversations"):
            list(read_bytes(data))
    with pytest.raises(UsageError, match="Unknown format 'xml'"):
        read_bytes(b"", "xml")
