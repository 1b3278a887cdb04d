"""How labelling grows: one conversation of more and more turns, and more and more conversations.

    python benchmarks/growth.py onnx:DIR --out growth                       # to 10^4 turns and 10^4 utterances
    python benchmarks/growth.py onnx:DIR --turns 100000 --utterances 100000 --out growth
    python benchmarks/growth.py tiny --turns 100000 --utterances 1000000 --out growth-tiny

A model is one that `throughput.py` has, or `tiny`: random weights over hashed words. Each size has a process of its
own, so that its memory is its own. Conversations are made as it goes (`archive.py`), 2,048 turns at a time as `sentemo
label` does; one conversation is held as a whole. Seconds are of the processor; memory is the most that was resident
above what the model took with 2,048 turns, conversations and labels included.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from archive import talks
from throughput import ROWS, Label, peak_mb

from sentemo.types import Conversation, Utterance

SHARD_TURNS = 2048


def main() -> None:
    """Measure both curves; print a table, write JSON, table and picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a row of throughput.py, or tiny")
    parser.add_argument("--turns", type=int, default=10_000, help="of the longest conversation")
    parser.add_argument("--utterances", type=int, default=10_000, help="in conversations of 2 to 16 turns, at most")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    rows = []
    for kind, first, most in (("one conversation", 1, asked.turns), ("conversations", 1000, asked.utterances)):
        size = first
        while size <= most:
            rows.append({"kind": kind, "turns": size} | measured(asked.model, kind, size))
            print(rows[-1], file=sys.stderr)
            size *= 10
    result = {"model": asked.model, "machine": platform.machine(), "load": round(os.getloadavg()[0], 1), "rows": rows}
    print(to_markdown(rows))
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "growth.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        (asked.out / "growth.md").write_text(to_markdown(rows) + "\n", encoding="utf-8")
        draw(rows, asked.out / "growth.png")


def measured(model: str, kind: str, turns: int) -> dict[str, float]:
    """What one size takes, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    job = context.Process(target=work, args=(there, model, kind, turns))
    job.start()
    there.close()
    found: dict[str, float] = here.recv()
    job.join()
    return found


def work(pipe: Connection, model: str, kind: str, turns: int) -> None:
    """Load, label, tell."""
    os.environ["OMP_NUM_THREADS"], os.environ["TOKENIZERS_PARALLELISM"] = "1", "false"
    label = labeler(model)
    label(list(read(talks(SHARD_TURNS, seed=1))))  # what is made at the first call is not measured
    loaded, start = peak_mb(), time.process_time()
    if kind == "one conversation":
        label([one(turns)])
    else:
        for shard in shards(turns):
            label(shard)
    seconds = time.process_time() - start
    memory = max(0.0, peak_mb() - loaded)
    pipe.send({"cpu_s": round(seconds, 3), "ms_a_turn": round(1000 * seconds / turns, 3), "memory_mb": round(memory)})


def labeler(model: str) -> Label:
    """Load a model on one thread."""
    if model != "tiny":
        kind, _, name = model.partition(":")
        return ROWS[kind](name, 1)[0]
    import torch

    from bulk import tiny
    from sentemo import SentEmoContext

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        return SentEmoContext.from_pretrained(tiny(Path(folder) / "model")).predict


def read(records: Iterator[dict[str, Any]]) -> Iterator[Conversation]:
    """As conversations."""
    for record in records:
        yield Conversation.of(*((turn["speaker"], turn["text"]) for turn in record["turns"]), id=record["id"])


def one(turns: int) -> Conversation:
    """All turns in one conversation."""
    said: list[Utterance] = [turn for talk in read(talks(turns)) for turn in talk]
    return Conversation("long", tuple(said))


def shards(turns: int) -> Iterator[list[Conversation]]:
    """So many turns, some conversations at a time."""
    shard: list[Conversation] = []
    for talk in read(talks(turns)):
        shard.append(talk)
        if sum(map(len, shard)) >= SHARD_TURNS:
            yield shard
            shard = []
    if shard:
        yield shard


def to_markdown(rows: list[dict[str, Any]]) -> str:
    """The table that a person reads."""
    lines = ["| | turns | CPU s | ms a turn | memory, MB |", "| :-- | --: | --: | --: | --: |"]
    for row in rows:
        cells = (row["kind"], f"{row['turns']:,}", row["cpu_s"], row["ms_a_turn"], row["memory_mb"])
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Seconds over turns, both axes by powers of ten; a straight line at 45 degrees is linear growth."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.subplots()
    for kind, mark in (("one conversation", "o-"), ("conversations", "s--")):
        chosen = [row for row in rows if row["kind"] == kind]
        axes.loglog([row["turns"] for row in chosen], [row["cpu_s"] for row in chosen], mark, label=kind)
    axes.set(xlabel="turns", ylabel="seconds of one core")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
