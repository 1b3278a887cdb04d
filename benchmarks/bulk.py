"""Bulk labelling: turns a second with one process and several, memory over a large archive, the same under kills.

    python benchmarks/bulk.py speed --turns 4000 --rounds 3
    python benchmarks/bulk.py memory --turns 1000000 --model tiny --processes 2
    python benchmarks/bulk.py memory --turns 20000 --processes 2
    python benchmarks/bulk.py ray --turns 1000000 --model tiny --kills 4

Each run is the command `sentemo label` in processes of its own; the model `tiny` has random weights over hashed words.
A rate leaves out loading: it starts when as many parts are there as there are processes. Memory is the resident memory
of the command and its workers together, looked at every second; it is flat where the quarters of the run have the same.
`ray` labels with processes, then on a cluster of two nodes on loopback, where the command and its workers are killed in
turn, after random numbers of parts, and the command is started again; it compares every byte of the two outputs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from archive import write

from sentemo import LabelSet, SentEmoContext
from sentemo.encoders.hashing import HashingEncoder
from sentemo.inference.modules import Modules
from sentemo.network.network import Network
from sentemo.network.shape import NetworkShape

NODES = Path(__file__).with_name("ray_nodes.py")


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speed", "memory", "ray"))
    parser.add_argument("--turns", type=int, default=4000)
    parser.add_argument("--model", default="default", help="a model's folder, default, or tiny")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--shard-turns", type=int)
    parser.add_argument("--kills", type=int, default=4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder / "in", asked.turns)
        model = tiny(folder / "model") if asked.model == "tiny" else asked.model
        shard_turns = asked.shard_turns or (250 if asked.what == "speed" else 2048)
        flags = ["--model", model, "--shard-turns", str(shard_turns)]
        found = {"speed": speed, "memory": memory, "ray": ray}[asked.what](folder, flags, asked)
    machine = f"{platform.machine()}, torch {torch.__version__}"
    given = {"turns": asked.turns, "model": asked.model, "shard_turns": shard_turns, "machine": machine}
    print(json.dumps(given | found, indent=1))


def speed(folder: Path, flags: list[str], asked: argparse.Namespace) -> dict[str, Any]:
    """Let one process and several take turns, so that a busy machine slows both alike."""
    rates: dict[int, list[float]] = {1: [], asked.processes: []}
    for turn in range(asked.rounds):
        for processes, found in rates.items():
            out = folder / f"out-{processes}-{turn}"
            label(folder / "in", out, [*flags, "--processes", str(processes)]).wait()
            found.append(rate(out, processes))
    one, several = (statistics.median(found) for found in rates.values())
    rounded = {processes: [round(each, 1) for each in found] for processes, found in rates.items()}
    return {"turns_per_s": rounded, "times_one_process": round(several / one, 2)}


def memory(folder: Path, flags: list[str], asked: argparse.Namespace) -> dict[str, Any]:
    """Label the archive once and look at the memory."""
    out = folder / "out"
    seen: list[float] = []
    start = time.monotonic()
    with label(folder / "in", out, [*flags, "--processes", str(asked.processes)]) as job:
        while job.poll() is None:
            if len(list((out / "records").glob("*"))) >= asked.processes:  # all have loaded the model
                seen.append(resident_mb(job.pid))
            time.sleep(1)
    quarter = max(1, len(seen) // 4)
    return {
        "processes": asked.processes,
        "seconds": round(time.monotonic() - start),
        "turns_per_s": round(rate(out, asked.processes), 1),
        "resident_mb_by_quarter": [round(max(seen[at : at + quarter])) for at in range(0, 4 * quarter, quarter)],
        "archive_mb": round(sum(file.stat().st_size for file in (folder / "in").iterdir()) / 2**20),
    }


def ray(folder: Path, flags: list[str], asked: argparse.Namespace) -> dict[str, Any]:
    """Label with processes and, among kills, on a cluster; compare."""
    label(folder / "in", folder / "out", [*flags, "--processes", str(asked.processes)]).wait()
    expected = contents(folder / "out")
    parts = sum(name.startswith("records/") for name in expected)
    stops = sorted(random.Random(0).sample(range(1, parts), asked.kills))
    with subprocess.Popen([sys.executable, NODES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as nodes:
        address = next(iter(nodes.stdout or ())).strip()
        cluster = [*flags, "--engine", "ray", "--address", address]
        run = label(folder / "in", folder / "ray", cluster)
        killed = {"commands": 0, "workers": 0}
        for number, stop in enumerate(stops):
            while len(list((folder / "ray" / "records").glob("*"))) < stop and run.poll() is None:
                time.sleep(0.01)
            if number % 2:
                os.kill(random.choice(ray_workers()), signal.SIGKILL)
                killed["workers"] += 1
            else:
                run.kill()
                run.wait()
                killed["commands"] += 1
                run = label(folder / "in", folder / "ray", cluster)
        code = run.wait()
        nodes.communicate("")
    found = contents(folder / "ray")
    digest = hashlib.sha256(json.dumps(sorted(found.items())).encode()).hexdigest()
    return {
        "exit_code": code,
        "killed": killed,
        "killed_after_parts": stops,
        "parts": parts,
        "files": len(found),
        "identical": found == expected,
        "sha256": digest,
    }


def contents(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its name."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def ray_workers() -> list[int]:
    """Return the processes in which Ray runs our worker."""
    lines = {path.parent.name: path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")}
    return [int(pid) for pid, line in lines.items() if line.startswith(b"ray::Worker")]


def label(source: Path, out: Path, flags: list[str]) -> subprocess.Popen[bytes]:
    """Start the command."""
    words = ["label", f"{source}/*.jsonl", "--out", str(out), "--json", *flags]
    return subprocess.Popen([sys.executable, "-m", "sentemo", *words], stdout=subprocess.DEVNULL)


def rate(out: Path, processes: int) -> float:
    """Turns a second after the first parts."""
    records = sorted((path.stat().st_mtime, path) for path in (out / "records").iterdir())
    turns = sum(json.loads(path.read_text())["tally"]["turns"] for _, path in records[processes:])
    return float(turns / (records[-1][0] - records[processes - 1][0]))


def resident_mb(pid: int) -> float:
    """The resident memory of a process and those it started."""
    kib = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:  # it ended
            continue
        if pid in (int(fields["Pid"]), int(fields["PPid"])) and "VmRSS" in fields:
            kib += int(fields["VmRSS"].split()[0])
    return kib / 1024


def tiny(folder: Path) -> str:
    """Save a model with random weights."""
    torch.manual_seed(0)
    labels = LabelSet(("neutral", "anger", "happiness", "sadness"), "neutral")
    shape = NetworkShape(embedding_dim=16, labels=4, context_dim=16, space_dim=8, layers=2, heads=2, window=3)
    SentEmoContext(Modules(HashingEncoder(16), Network(shape)), labels).save_pretrained(folder)
    return str(folder)


if __name__ == "__main__":
    main()
