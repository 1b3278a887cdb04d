"""Damaged inputs of every format are read or refused with their line, and never read as prose that holds heads."""

from __future__ import annotations

import json
import os
import random

import pytest

from sentemo.errors import BadInput, UsageError
from sentemo.formats.files import read_bytes
from sentemo.formats.heads import head_of
from sentemo.formats.reading import Blob
from sentemo.formats.sniff import sniff
from tests.formats.exports import ANDROID, IOS
from tests.formats.test_kinds import LAYOUTS, LOGS
from tests.formats.test_sniff import SAMPLES

COUNT = int(os.environ.get("SENTEMO_FUZZ", "60"))
"""Inputs of each format; 10,000 in all that are worth it before a release: SENTEMO_FUZZ=10000."""
INPUTS = {
    **{f"log: {kind}": (text.encode(), "") for kind, text in LOGS.items()},
    **{f"json: {kind}": (json.dumps(value, indent=1).encode(), "x.json") for kind, value in LAYOUTS.items()},
    **{f"sample: {format}": (data, "") for format, data in SAMPLES.items()},
    "export: WhatsApp on Android": (ANDROID.encode(), "x.txt"),
    "export: WhatsApp on iOS": (IOS.encode(), "x.txt"),
}


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Change some bytes, or shuffle, drop, repeat or cut lines."""
    kind = rng.randrange(5)
    if kind < 3 and data:
        changed = bytearray(data)
        for _ in range(rng.choice((1, 2, 8, 40))):
            place = rng.randrange(len(changed))
            if kind == 0:
                changed[place] = rng.randrange(256)
            elif kind == 1:
                changed[place:place] = bytes(rng.choices(b'\n"{}[]:,<>- 0123456789\xff\x00', k=rng.randrange(1, 4)))
            else:
                del changed[place : place + rng.randrange(1, 9)]
            if not changed:
                break
        return bytes(changed)
    lines = data.split(b"\n")
    if kind == 3:
        rng.shuffle(lines)
    else:
        lines = rng.choices(lines, k=rng.randrange(1, 2 * len(lines) + 1))
    return b"\n".join(lines)


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", INPUTS)
def test_damage_is_read_or_refused(kind: str) -> None:
    data, name = INPUTS[kind]
    rng = random.Random(kind)
    for number in range(COUNT):
        damaged = mutated(data, rng)
        try:
            format = sniff(Blob(damaged, name))
            talks = list(read_bytes(damaged, format, name))
        except UsageError:
            continue
        except BadInput as error:
            assert error.path, (kind, number)
            assert (
                error.line
                or "message" in error.path
                or "!" in error.path
                or "zip" in str(error).lower()
                or "Parquet" in str(error)
            ), (kind, number, str(error))
            continue
        turns = [turn for talk in talks for turn in talk]
        assert turns and all(turn.text.strip() for turn in turns), (kind, number)
        if format == "text":
            heads = sum(head_of(turn.text) is not None for turn in turns if not turn.speaker)
            assert heads <= max(1, 0.1 * len(turns)), (kind, number, damaged)
