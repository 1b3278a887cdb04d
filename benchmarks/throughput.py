"""Utterances a second, latency, start-up, memory and size of labelers, side by side in one run.

    python benchmarks/throughput.py torch onnx:DIR onnx:DIR2 static distilroberta --data data/dailydialog

A row is KIND or KIND:MODEL (see ROWS); a bare model folder or `default` is a torch row. Each row has a process of its
own; they take turns, so that a busy machine slows all alike. `times` is the ratio to the first row of
processor seconds; it and the seconds are medians over the rounds.
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
    from sentemo.artifacts.find import find

    torch.set_num_threads(threads)
    loaded = SentEmoContext.from_pretrained(model or "default")
    if not bfloat16:
        return loaded.predict, on_disk(find(model or "default"))

    def label(talks: Sequence[Conversation]) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return loaded.predict(talks)

    return label, on_disk(find(model or "default"))


def onnx_row(model: str, threads: int) -> tuple[Label, int]:
    """An exported model."""
    from sentemo.export.onnx_model import OnnxModel

    return OnnxModel.from_pretrained(model, threads=threads).predict, on_disk(Path(model))


def static_row(model: str, threads: int) -> tuple[Label, int]:
    """A static model, the shipped one without a name; it has one thread."""
    from sentemo.artifacts.find import find
    from sentemo.export.static_model import StaticModel

    return StaticModel.from_pretrained(model or "static").predict, on_disk(find(model or "static"))


def minilm_row(model: str, threads: int) -> tuple[Label, int]:
    """all-MiniLM-L6-v2 on isolated utterances, and a logistic regression of random labels on top: speed alone."""
    import numpy as np
    import torch
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression

    from sentemo.encoders.packaged import packaged_folder

    torch.set_num_threads(threads)
    encoder = SentenceTransformer(str(packaged_folder()), device="cpu")
    rng = np.random.default_rng(0)
    head = LogisticRegression().fit(rng.standard_normal((700, 384)), np.arange(700) % 7)

    def label(talks: Sequence[Conversation]) -> Any:
        return head.predict_proba(encoder.encode([turn.text for talk in talks for turn in talk], batch_size=64))

    return label, on_disk(packaged_folder())


def distilroberta_row(model: str, threads: int) -> tuple[Label, int]:
    """A text-classification model of DistilRoBERTa-base's size with random weights, batches of 64 by length.

    Its tokens are all-MiniLM-L6-v2's, as many as a tokenizer of its own would make, or nearly.
    """
    import torch
    from transformers import AutoTokenizer, RobertaConfig, RobertaForSequenceClassification

    from sentemo.encoders.packaged import packaged_folder

    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(str(packaged_folder()))
    config = RobertaConfig(vocab_size=50265, num_hidden_layers=6, max_position_embeddings=514, num_labels=7)
    network = RobertaForSequenceClassification(config).eval()

    @torch.inference_mode()
    def label(talks: Sequence[Conversation]) -> Any:
        texts = sorted((turn.text for talk in talks for turn in talk), key=len)
        for start in range(0, len(texts), 64):
            batch = tokenizer(
                texts[start : start + 64], padding=True, truncation=True, max_length=96, return_tensors="pt"
            )
            network(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits.softmax(-1)

    return label, 4 * sum(parameter.numel() for parameter in network.parameters())


ROWS: dict[str, Row] = {
    "torch": torch_row,
    "torch-bf16": lambda model, threads: torch_row(model, threads, bfloat16=True),
    "onnx": onnx_row,
    "static": static_row,
    "minilm": minilm_row,
    "distilroberta": distilroberta_row,
}


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
        workers.append(here)
        found.append({"row": row} | here.recv())  # one after the other, so that start-ups don't disturb each other
        print(found[-1], file=sys.stderr)
    seconds: list[list[tuple[float, float]]] = [[] for _ in rows]
    for _ in range(rounds):
        for place, worker in enumerate(workers):
            worker.send("label")
            seconds[place].append(worker.recv())
        print("a round is done", file=sys.stderr)
    utterances = sum(map(len, talks))
    for place, worker in enumerate(workers):
        worker.send("end")
        found[place] |= worker.recv()
        wall, cpu = (statistics.median(each) for each in zip(*seconds[place], strict=True))
        ratios = [first[1] / own[1] for first, own in zip(seconds[0], seconds[place], strict=True)]
        found[place] |= {
            "utterances_per_s": round(utterances / wall, 1),
            "utterances_per_cpu_s": round(utterances / cpu, 1),
            "times": round(statistics.median(ratios), 2),
            "times_each_round": [round(ratio, 2) for ratio in ratios],
        }
    machine = {"machine": platform.machine(), "threads": threads, "load": os.getloadavg()[0], **ceiling}
    return {"utterances": utterances, "rounds": rounds, **machine, "rows": found}


def work(pipe: Connection, row: str, talks: Sequence[Conversation], threads: int) -> None:
    """Load a row's labeler and label when told to."""
    os.environ["OMP_NUM_THREADS"], os.environ["TOKENIZERS_PARALLELISM"] = str(threads), "false"
    kind, _, model = row.partition(":")
    build, model = (ROWS[kind], model) if kind in ROWS else (torch_row, row)
    start = time.perf_counter()
    label, size = build(model, threads)
    label([Conversation.of("Hello.")])
    ready = time.perf_counter() - start
    pipe.send({"start_up_s": round(ready, 2), "stored_mb": round(size / 1e6, 1)})
    label(talks[:8])  # what is made at the first call is not measured
    while pipe.recv() == "label":
        wall, cpu = time.perf_counter(), time.process_time()
        label(talks)
        pipe.send((time.perf_counter() - wall, time.process_time() - cpu))
    pipe.send({"latency_ms": latency(label, talks), "peak_memory_mb": peak_mb()})


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
        "latency_ms": "latency, ms",
        "start_up_s": "start-up, s",
        "peak_memory_mb": "memory, MB",
        "stored_mb": "stored, MB",
    }
    lines = ["| " + " | ".join(columns.values()) + " |", "| :-- |" + " --: |" * (len(columns) - 1)]
    lines += ["| " + " | ".join(str(row[name]) for name in columns) + " |" for row in result["rows"]]
    about = ("utterances", "rounds", "threads", "machine", "load", "matmul_gflop_per_cpu_s")
    return "\n".join([*lines, "", ", ".join(f"{name} {result[name]}" for name in about)])


if __name__ == "__main__":
    main()
