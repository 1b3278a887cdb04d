"""Utterances a second, latency, start-up, memory and size of labelers, side by side in one run.

    python benchmarks/throughput.py torch onnx:DIR static minilm setfit distilroberta smollm2 --data data/dailydialog

A row is KIND or KIND:MODEL (see ROWS); a bare model folder or `default` is a torch row. Each row has a process of its
own; they take turns, so that a busy machine slows all alike. `times` is the ratio to the first row of
processor seconds an utterance; it and the seconds are medians over the rounds. `of_ceiling` is what the linear layers
multiply a processor second, against what one core multiplies at best in 32 bits. A row whose package is not installed
is left out, which is told.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from other_labelers import distilroberta_row, minilm_row, setfit_row, smollm2_row

from sentemo.corpora import get_corpus
from sentemo.types import Conversation

Label = Callable[[Sequence[Conversation]], Any]
Row = Callable[[str, int], tuple[Label, int]]
"""A model's name and a number of threads -> what labels conversations, and bytes on disk (0 where nothing is)."""
LATENCY_TURNS = 100


def torch_row(model: str, threads: int, *, bfloat16: bool = False) -> tuple[Label, int]:
    """The model as it is, in torch."""
    import torch

    from sentemo import SentEmoContext
    from sentemo.artifacts.hub import find

    torch.set_num_threads(threads)
    loaded = SentEmoContext.from_pretrained(model or "default", engine="torch")
    if not bfloat16:
        return loaded.predict, on_disk(find(model or "default"))

    def label(talks: Sequence[Conversation]) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return loaded.predict(talks)

    return label, on_disk(find(model or "default"))


def onnx_row(model: str, threads: int) -> tuple[Label, int]:
    """The model as graphs, the shipped one without a name."""
    from sentemo import SentEmoContext
    from sentemo.artifacts.hub import find

    folder = find(model or "default")
    return SentEmoContext.from_pretrained(folder, engine="onnx", threads=threads).predict, on_disk(folder)


def static_row(model: str, threads: int) -> tuple[Label, int]:
    """A static model, the shipped one without a name; it has one thread."""
    from sentemo.artifacts.hub import find
    from sentemo.static.model import StaticModel

    return StaticModel.from_pretrained(model or "static").predict, on_disk(find(model or "static"))


ROWS: dict[str, Row] = {
    "torch": torch_row,
    "torch-bf16": lambda model, threads: torch_row(model, threads, bfloat16=True),
    "onnx": onnx_row,
    "static": static_row,
    "minilm": minilm_row,
    "setfit": setfit_row,
    "distilroberta": distilroberta_row,
    "smollm2": smollm2_row,
}
MOST_UTTERANCES = {"smollm2": 16}
"""Of rows that take a second each."""
READER, DISTILROBERTA = 6 * (4 * 384**2 + 2 * 384 * 1536), 6 * (4 * 768**2 + 2 * 768 * 3072)
WEIGHTS = dict.fromkeys(("torch", "torch-bf16", "onnx", "minilm", "setfit"), READER) | {"distilroberta": DISTILROBERTA}
"""Weights of the linear layers that each token is multiplied by, where the model is the shipped one."""


def main() -> None:
    """Measure; print a table in Markdown, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="+")
    parser.add_argument("--data", type=Path, required=True, help="the folder of DailyDialog")
    parser.add_argument("--utterances", type=int, default=2000, help="of validation, in whole dialogues")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="also write both forms to DIR/throughput.json and .md")
    asked = parser.parse_args()
    talks = chosen(get_corpus("dailydialog").read(asked.data, "validation"), asked.utterances)
    result = measure(asked.rows, talks, asked.rounds, asked.threads)
    print(to_markdown(result))
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "throughput.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        (asked.out / "throughput.md").write_text(to_markdown(result) + "\n", encoding="utf-8")


def chosen(talks: Sequence[Conversation], utterances: int) -> list[Conversation]:
    """The first dialogues that hold so many utterances."""
    taken: list[Conversation] = []
    for talk in talks:
        if utterances <= 0:
            break
        taken.append(talk)
        utterances -= len(talk)
    return taken


def measure(rows: Sequence[str], talks: Sequence[Conversation], rounds: int, threads: int) -> dict[str, Any]:
    """Start a process for each row, let them take turns, and sum up."""
    ceiling = matmul_ceiling()
    context = multiprocessing.get_context("spawn")
    found: list[dict[str, Any]] = []
    workers: list[Connection] = []
    for row in rows:
        here, there = context.Pipe()
        context.Process(target=work, args=(there, row, talks, threads), daemon=True).start()
        there.close()  # so that a row that fails ends the run instead of being waited for
        told = {"row": row} | here.recv()  # one after the other, so that start-ups don't disturb each other
        print(told, file=sys.stderr)
        if "left_out" not in told:
            workers.append(here)
            found.append(told)
    seconds: list[list[tuple[float, float]]] = [[] for _ in workers]
    for _ in range(rounds):
        for place, worker in enumerate(workers):
            worker.send("label")
            seconds[place].append(worker.recv())
        print("a round is done", file=sys.stderr)
    tokens = tokens_of(talks)
    for place, worker in enumerate(workers):
        worker.send("end")
        found[place] |= worker.recv()
        own, first = (each["utterances"] for each in (found[place], found[0]))
        wall, cpu = (statistics.median(each) / own for each in zip(*seconds[place], strict=True))
        ratios = [one[1] / first / (other[1] / own) for one, other in zip(seconds[0], seconds[place], strict=True)]
        weights = WEIGHTS.get(found[place]["row"].partition(":")[0])
        gflop = 2e-9 * weights * tokens if weights else None
        found[place]["latency_ms"] = found[place]["latency_ms"] or round(1000 * wall, 1)
        found[place] |= {
            "utterances_per_s": round(1 / wall, 1),
            "utterances_per_cpu_s": round(1 / cpu, 1),
            "times": round(statistics.median(ratios), 2),
            "times_each_round": [round(ratio, 2) for ratio in ratios],
            "of_ceiling": round(gflop / cpu / ceiling["matmul_gflop_per_cpu_s"], 2) if gflop else None,
        }
    machine = {"machine": platform.machine(), "threads": threads, "load": round(os.getloadavg()[0], 1), **ceiling}
    sizes = {"utterances": sum(map(len, talks)), "tokens_per_utterance": round(tokens, 1)}
    return {**sizes, "rounds": rounds, **machine, "rows": found}


def work(pipe: Connection, row: str, talks: Sequence[Conversation], threads: int) -> None:
    """Load a row's labeler and label when told to."""
    os.environ["OMP_NUM_THREADS"], os.environ["TOKENIZERS_PARALLELISM"] = str(threads), "false"
    kind, _, model = row.partition(":")
    build, model = (ROWS[kind], model) if kind in ROWS else (torch_row, row)
    start = time.perf_counter()
    try:
        label, size = build(model, threads)
    except (ModuleNotFoundError, SystemExit) as error:  # its message says what is missing
        pipe.send({"left_out": str(error)})
        return
    label([Conversation.of("Hello.")])
    ready = time.perf_counter() - start
    talks = chosen(talks, MOST_UTTERANCES[kind]) if kind in MOST_UTTERANCES else talks
    sizes = {"utterances": sum(map(len, talks)), "stored_mb": round(size / 1e6, 1)}
    pipe.send({"start_up_s": round(ready, 2), **sizes})
    label(talks[:8])  # what is made at the first call is not measured
    while pipe.recv() == "label":
        wall, cpu = time.perf_counter(), time.process_time()
        label(talks)
        pipe.send((time.perf_counter() - wall, time.process_time() - cpu))
    few = kind in MOST_UTTERANCES  # one request after the other: each waits as long as it takes
    pipe.send({"latency_ms": None if few else latency(label, talks), "peak_memory_mb": peak_mb()})


def tokens_of(talks: Sequence[Conversation]) -> float:
    """Tokens of an utterance in the mean, its two ends counted, as the shipped model reads it."""
    from tokenizers import Tokenizer

    from sentemo.artifacts.hub import find

    tokenizer = Tokenizer.from_file(str(find("default") / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(96)
    counts = [len(each.ids) for each in tokenizer.encode_batch([turn.text for talk in talks for turn in talk])]
    return statistics.mean(counts)


def latency(label: Label, talks: Sequence[Conversation]) -> float:
    """Median milliseconds until a new turn has its label, its conversation so far read with it."""
    waits = []
    for talk in talks:
        for place in range(len(talk)):
            start = time.perf_counter()
            label([Conversation(talk.id, talk.turns[: place + 1])])
            waits.append(1000 * (time.perf_counter() - start))
            if len(waits) == LATENCY_TURNS:
                return round(statistics.median(waits), 1)
    return round(statistics.median(waits), 1)


def peak_mb() -> float:
    """The most memory that this process held."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, 0)


def on_disk(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def matmul_ceiling() -> dict[str, float]:
    """What one core multiplies at best in 32 bits, in GFLOP a processor second: (1024,384) by (384,1536)."""
    import torch

    torch.set_num_threads(1)
    one, other = torch.randn(1024, 384), torch.randn(384, 1536)
    best = float("inf")
    for _ in range(50):
        start = time.process_time()
        one @ other
        best = min(best, time.process_time() - start)
    return {"matmul_gflop_per_cpu_s": round(2 * 1024 * 384 * 1536 / best / 1e9, 0)}


def to_markdown(result: dict[str, Any]) -> str:
    """The table that a person reads."""
    columns = {
        "row": "row",
        "utterances_per_s": "utterances/s",
        "utterances_per_cpu_s": "utterances/CPU s",
        "times": "times the first",
        "of_ceiling": "of the ceiling",
        "latency_ms": "latency, ms",
        "start_up_s": "start-up, s",
        "peak_memory_mb": "memory, MB",
        "stored_mb": "stored, MB",
    }
    lines = ["| " + " | ".join(columns.values()) + " |", "| :-- |" + " --: |" * (len(columns) - 1)]
    lines += ["| " + " | ".join(str(row[name] or "") for name in columns) + " |" for row in result["rows"]]
    about = ("utterances", "tokens_per_utterance", "rounds", "threads", "machine", "load", "matmul_gflop_per_cpu_s")
    few = [
        f"{row['row']} labelled {row['utterances']} of them." for row in result["rows"] if row["row"] in MOST_UTTERANCES
    ]
    return "\n".join([*lines, "", *few, ", ".join(f"{name} {result[name]}" for name in about)])


if __name__ == "__main__":
    main()
