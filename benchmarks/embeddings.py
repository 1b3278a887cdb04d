"""Training from frozen embeddings: seconds and private memory, with the embeddings mapped and in memory.

    python benchmarks/embeddings.py --utterances 1000000 --encoder hashing-256

One epoch of a small network on distinct utterances of random words, each way in a process of its own that shares the
cache, so that the first also encodes. Private memory is what the process holds beside maps of files, which the system
takes back when it needs room; it is looked at four times a second.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import random
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

TURNS = 10  # of a conversation
WORDS = [f"w{number}" for number in range(5000)]


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--utterances", type=int, default=1_000_000)
    parser.add_argument("--encoder", default="hashing-256")
    parser.add_argument("--cache", type=Path, help="a folder with room for twice the embeddings; else a temporary one")
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    rows = []
    with tempfile.TemporaryDirectory(dir=asked.cache) as folder:
        for mapped in (True, False):
            here, there = context.Pipe()
            job = context.Process(target=train, args=(there, asked.utterances, asked.encoder, Path(folder), mapped))
            job.start()
            there.close()
            rows.append(here.recv())
            job.join()
    dimension = int(asked.encoder.partition("-")[2])
    given = {"utterances": asked.utterances, "embeddings_mb": round(4e-6 * asked.utterances * dimension)}
    print(json.dumps(given | {"machine": platform.machine(), "rows": rows}, indent=1))


def train(pipe: Any, utterances: int, encoder: str, folder: Path, mapped: bool) -> None:
    """Make the utterances, encode them, train."""
    import torch

    from sentemo.encoders import cache
    from sentemo.encoders.cache import CachedEncoder
    from sentemo.encoders.sentence import load_encoder
    from sentemo.training.fitting import Split, Watchers, fit
    from sentemo.training.recipe import Recipe
    from sentemo.types import LabelSet

    torch.set_num_threads(1)
    if not mapped:
        cache.MOST_BYTES = 2**62
    labels = LabelSet(("neutral", "anger", "happiness", "sadness"), "neutral")
    talks = conversations(utterances, labels.names)
    sizes = {"network.context_dim": "32", "network.space_dim": "16", "network.heads": "2", "network.layers": "1"}
    recipe = Recipe.load("default", sizes | {"schedule.epochs": "1"})
    before = peak = private_mb()
    start = time.monotonic()
    encoded: list[float] = []
    watchers = Watchers(on_step=lambda *_: None if encoded else encoded.append(time.monotonic() - start))
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.25):
            peak = max(peak, private_mb())

    watcher = threading.Thread(target=watch)
    watcher.start()
    fit(recipe, labels, Split("train", talks), encoder=CachedEncoder(load_encoder(encoder), folder), watchers=watchers)
    done.set()
    watcher.join()
    seconds = {"encoding_or_reading_s": round(encoded[0]), "training_s": round(time.monotonic() - start - encoded[0])}
    pipe.send({"mapped": mapped, "texts_mb": round(before), "private_mb_beside": round(peak - before)} | seconds)


def conversations(utterances: int, labels: tuple[str, ...]) -> list[Any]:
    """Conversations of distinct utterances of six words."""
    from sentemo.types import Conversation, Utterance

    draw = random.Random(0)

    def turn(number: int) -> Utterance:
        text = " ".join([*draw.choices(WORDS, k=5), str(number)])
        return Utterance(text, ("Ida", "Max")[number % 2], labels[number * 7 % 4])

    numbers = range(0, utterances, TURNS)
    return [Conversation(str(first), tuple(map(turn, range(first, first + TURNS)))) for first in numbers]


def private_mb() -> float:
    """What this process holds in memory that is no map of a file (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")) / 1e3


if __name__ == "__main__":
    main()
