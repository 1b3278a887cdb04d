from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from sentemo.errors import BadInput
from sentemo.formats import zips
from sentemo.formats.files import read_bytes
from sentemo.formats.zips import Archive
from tests.formats.exports import IOS, SLACK, zipped

LINE = b"31.12.23, 22:15 - Ann: hi\n"


@pytest.mark.parametrize("name", ["_chat.txt", "general/2024-01-01.json"])
def test_a_bomb_is_refused_before_it_goes_off(name: str) -> None:
    bomb = zipped({name: LINE * 2_000_000})
    assert len(bomb) < 300_000
    with pytest.raises(BadInput, match="unpacks to more than 100 times its size") as caught:
        list(read_bytes(bomb, "slack" if "/" in name else "whatsapp"))
    assert caught.value.path == f"input!{name}"


def test_many_small_bombs_are_one() -> None:
    day = b"[" + b" " * 900_000 + b"]"
    bomb = zipped({f"c{n}/2024-01-01.json": day for n in range(20)})
    with pytest.raises(BadInput, match="unpacks to more than 100 times its size"):
        list(read_bytes(bomb, "slack"))


def test_a_size_that_lies_is_no_way_out() -> None:
    """The directory says 26 bytes; there are megabytes."""
    data = bytearray(zipped({"_chat.txt": LINE * 200_000}))
    claimed = struct.pack("<I", len(LINE))
    crc = struct.pack("<I", zlib.crc32(LINE))
    entry = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)  # the directory's second entry
    data[entry + 16 : entry + 20], data[entry + 24 : entry + 28] = crc, claimed
    local = data.index(b"PK\3\4", 1)
    data[local + 14 : local + 18], data[local + 22 : local + 26] = crc, claimed
    archive = Archive("bomb.zip", bytes(data))
    assert [line for _, line in archive.lines("_chat.txt")] == [LINE.decode()]


def test_names_that_lead_elsewhere_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    day = SLACK["general/2023-11-14.json"]
    names = ["../../up/2024-01-01.json", "/etc/2024-01-01.json", "C:\\x\\2024-01-01.json", "../2024-01-01.json"]
    talks = list(read_bytes(zipped(dict.fromkeys(names, day)), "slack"))
    assert {talk.id.rsplit("-", 1)[0] for talk in talks} == {"up", "etc", ".."}
    assert not list(tmp_path.iterdir())
    assert len(list(read_bytes(zipped({"../../_chat.txt": IOS})))) == 2


@pytest.mark.slow
@pytest.mark.parametrize("count", [3_000])
def test_an_archive_of_many_files_is_opened_once(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    real = zipfile.ZipFile
    data = zipped({f"c{n}/2024-01-01.json": '[{"text": "hi", "ts": "1"}]' for n in range(count)})
    monkeypatch.setattr(zips.zipfile, "ZipFile", lambda stream: opened.append(1) or real(stream))
    assert sum(1 for _ in read_bytes(data, "slack")) == count
    assert len(opened) == 1


def test_an_encrypted_archive_and_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(zipped({"_chat.txt": IOS}))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.rindex(mark) + offset] |= 1
    with pytest.raises(BadInput, match=r"Damaged zip: .*encrypted"):
        list(read_bytes(bytes(data)))
    monkeypatch.setattr(zips, "MAX_ARCHIVE_BYTES", 100)
    with pytest.raises(BadInput, match="An archive above 100 bytes"):
        list(read_bytes(zipped({"_chat.txt": IOS})))


def test_names_steer_no_terminal() -> None:
    with pytest.raises(BadInput) as caught:
        list(read_bytes(zipped({"a\x1b[2J/2024-01-01.json": "{"}), "slack"))
    assert str(caught.value).isprintable()


def test_an_empty_archive() -> None:
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    with pytest.raises(BadInput, match="The zip contains no"):
        list(read_bytes(buffer.getvalue()))
