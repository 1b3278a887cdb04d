"""Utterances a second, size and parameters of models, side by side in one run.

    python benchmarks/throughput.py default runs/frozen --data data/dailydialog --dialogues 300

Models take turns, so that a busy machine slows all of them alike; the ratio to the first is what counts.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from pathlib import Path
from typing import Any

import torch

from sentemo import SentEmoContext
from sentemo.artifacts.find import find
from sentemo.corpora import get_corpus


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="folders, hub ids, or default")
    parser.add_argument("--data", type=Path, required=True, help="the folder of DailyDialog")
    parser.add_argument("--dialogues", type=int, default=300, help="dialogues of validation that are labelled")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    talks = get_corpus("dailydialog").read(asked.data, "validation")[: asked.dialogues]
    utterances = sum(map(len, talks))
    models = {name: SentEmoContext.from_pretrained(name) for name in asked.models}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for model in models.values():
        model.predict(talks[:8])  # what is made at the first call is not measured
    for _ in range(asked.rounds):
        for name, model in models.items():
            start = time.perf_counter()
            model.predict(talks)
            seconds[name].append(time.perf_counter() - start)
    first = statistics.median(seconds[asked.models[0]])
    rows = [
        facts(name, model)
        | {
            "utterances_per_s": round(utterances / statistics.median(seconds[name]), 1),
            "times_the_first": round(first / statistics.median(seconds[name]), 3),
        }
        for name, model in models.items()
    ]
    machine = f"{platform.machine()}, torch {torch.__version__}, {asked.threads} threads"
    print(json.dumps({"utterances": utterances, "rounds": asked.rounds, "machine": machine, "models": rows}, indent=1))


def facts(name: str, model: SentEmoContext) -> dict[str, Any]:
    """Sizes of a model: what is stored, and all parameters that a label needs, a frozen encoder's included."""
    own = sum(p.numel() for part in model.modules().values() for p in part.parameters())
    frozen = getattr(model.encoder, "model", None)
    outside = 0 if frozen is None else sum(p.numel() for p in frozen.parameters())
    stored = sum(path.stat().st_size for path in find(name).rglob("*") if path.is_file())
    return {"model": name, "parameters": own, "parameters_of_a_frozen_encoder": outside, "stored_mb": stored / 1e6}


if __name__ == "__main__":
    main()
