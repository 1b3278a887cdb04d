"""Large files are read in constant memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

MEGABYTES = int(os.environ.get("SENTEMO_LARGE_MB", "4"))
"""Size of the larger file; SENTEMO_LARGE_MB=1000 for what is promised."""
PEAK = """
import resource, sys
from sentemo.formats.files import read_conversations
turns = sum(len(talk) for talk in read_conversations(sys.argv[1]))
print(turns, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def moments() -> Iterator[datetime]:
    """Yield times, a minute apart in the day, from one day to the next."""
    now = datetime(2015, 1, 1, 8)
    while True:
        yield now
        now += timedelta(minutes=1) if now.hour < 20 else timedelta(hours=12)


def whatsapp() -> Iterator[str]:
    for number, now in enumerate(moments()):
        name = "Ann" if number % 2 else "Bo"
        yield f"{now:%d/%m/%Y, %H:%M} - {name}: message {number}, and some more words to read\n"


def array() -> Iterator[str]:
    yield "["
    for number, _ in enumerate(moments()):
        turns = [{"speaker": "Ann", "text": f"message {number}"}, {"speaker": "Bo", "text": "and some more words"}]
        yield ("" if number == 0 else ",\n") + json.dumps({"id": f"t{number}", "turns": turns})


def telegram() -> Iterator[str]:
    yield '{"name": "Ann", "type": "personal_chat", "id": 1, "messages": ['
    for number, now in enumerate(moments()):
        message = {"id": number, "type": "message", "date": now.isoformat(), "from": "Ann", "from_id": "user1"}
        yield ("" if number == 0 else ",\n") + json.dumps(message | {"text": f"message {number} and some more words"})


KINDS = {"chat.txt": (whatsapp, ""), "talks.json": (array, "]"), "result.json": (telegram, "]}")}


def write(file: Path, kind: str, size: int) -> None:
    """Write a file of about that many bytes."""
    pieces, end = KINDS[kind]
    with file.open("w", encoding="utf-8") as stream:
        parts = pieces()
        while stream.tell() < size:
            stream.writelines(islice(parts, 10_000))
        stream.write(end)


@pytest.mark.process
@pytest.mark.parametrize("kind", KINDS)
def test_memory_does_not_grow_with_the_file(tmp_path: Path, kind: str) -> None:
    peaks = []
    for number, size in enumerate((2**21, MEGABYTES * 2**20)):
        file = tmp_path / f"{number}-{kind}"
        write(file, kind, size)
        told = subprocess.run([sys.executable, "-c", PEAK, str(file)], capture_output=True, text=True, check=True)
        turns, peak = map(int, told.stdout.split())
        assert turns > size / 400
        peaks.append(peak)
        file.unlink()
    assert peaks[1] - peaks[0] < 24_000 + 4 * MEGABYTES, peaks  # in KiB; the ids that were seen are kept
