"""Time and memory of a report on a labelled archive: `python benchmarks/report.py --turns 1000000`."""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sentemo.bulk.parts import encode
from sentemo.report import Report
from sentemo.types import Prediction, TurnPrediction

LABELS = ("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise")
WEIGHTS = (60, 10, 3, 4, 14, 5, 4)
ENDS = ("a", "ello", "ing", "ork", "ate", "ut", "ime", "ack")
WORDS = [f"{start}{end}" for start in "bcdfghklmnprstvz" for end in ENDS]
PART_TURNS = 50_000


def conversation(draw: random.Random, number: int, now: datetime) -> Prediction:
    """Make a conversation of an agent and a customer, 4 to 16 turns at random."""
    people = (f"agent {draw.randrange(40)}", f"customer {number}")
    turns = []
    for place in range(draw.randint(4, 16)):
        label = draw.choices(LABELS, WEIGHTS)[0]
        rest = draw.random() * 0.5
        shares = dict.fromkeys(LABELS, rest / 6) | {label: 1 - rest}
        now += timedelta(seconds=draw.randint(5, 900))
        text = " ".join(draw.choices(WORDS, k=draw.randint(2, 20)))
        turns.append(TurnPrediction(people[place % 2], text, label, 1 - rest, shares, time=now))
    return Prediction(f"c{number}", tuple(turns))


def write_archive(folder: Path, turns: int) -> None:
    """Write Parquet as `sentemo label` does."""
    draw, number, written, part = random.Random(0), 0, 0, 0
    while written < turns:
        talks: list[Prediction] = []
        size = 0
        while size < min(PART_TURNS, turns - written):
            start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=3 * number)
            talks.append(conversation(draw, number, start))
            size += len(talks[-1])
            number += 1
        (folder / f"part-{part:06d}.parquet").write_bytes(encode([("in", talk) for talk in talks], "parquet", LABELS))
        written, part = written + size, part + 1


def main() -> None:
    """Write the archive in a process of its own, report on it here."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--archive", type=Path, help="a folder that holds one already, or that gets it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.archive or Path(temporary)
        if not list(folder.glob("*.parquet")):
            writer = multiprocessing.get_context("spawn").Process(target=write_archive, args=(folder, given.turns))
            writer.start()
            writer.join()
        wall, busy = time.monotonic(), time.process_time()
        report = Report.from_files(sorted(folder.glob("*.parquet")))
        html = report.to_html()
        wall, busy = time.monotonic() - wall, time.process_time() - busy
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = f"{peak_mb:.0f} MB, page {len(html) / 1e6:.1f} MB"
    print(f"{report.read['turns']:,} turns: {wall:.0f} s, {busy:.0f} s of CPU, {size}")


if __name__ == "__main__":
    main()
