"""How the server bears up: speed, overload, leaving clients, its end, a long run, live turns. Each prints JSON.

    python benchmarks/serving.py speed                     # requests a second, against a server that doesn't batch
    python benchmarks/serving.py overload                  # ten times as many as it can answer
    python benchmarks/serving.py leaving                   # clients that leave before the answer
    python benchmarks/serving.py stop                      # SIGTERM while requests are open
    python benchmarks/serving.py equal --requests 12800    # all replies equal the offline answers
    python benchmarks/serving.py soak --requests 200000    # memory over a long run
    python benchmarks/serving.py live                      # time from a turn to its label

Servers are processes of their own on a free port of this machine; clients share its cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import torch
from websockets.sync.client import connect

from sentemo import Conversation, SentEmoContext

SAID = "the train was late again", "I love this song", "you broke my lamp", "thank you so much", "no way", "what now"
SERVER = """
import sys
from sentemo.serve.limits import Limits
from sentemo.serve.models import load_models
from sentemo.serve.server import bind, serve
from sentemo.serve.service import Service
import logging; logging.disable(logging.INFO)
model, batch, waiting = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
serve(Service(load_models([model], None), limits=Limits(4096, waiting), batch_turns=batch), bind("127.0.0.1", 0))
"""


def talk(rng: random.Random, turns: int = 4) -> Conversation:
    """Make up a short conversation."""
    return Conversation.of(*(("AB"[n % 2], ", ".join(rng.choices(SAID, k=rng.randint(1, 3)))) for n in range(turns)))


def body(conversation: Conversation) -> dict[str, Any]:
    """Return the request for it."""
    turns = [{"speaker": turn.speaker, "text": turn.text} for turn in conversation]
    return {"conversations": [{"turns": turns}]}


@contextmanager
def server(
    model: str, batch_turns: int = 128, waiting_turns: int = 8192
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start one; give the process and its address."""
    command = [sys.executable, "-c", SERVER, model, str(batch_turns), str(waiting_turns)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            lines = iter(process.stderr or ())
            yield process, next(line for line in lines if line.startswith("Serving at")).split()[-1]
        finally:
            process.kill()


@asynccontextmanager
async def clients(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield connections without a bound."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=600, trust_env=False) as client:
        await asyncio.sleep(1)  # the server is warm
        yield client


async def closed_loop(
    client: httpx2.AsyncClient,
    bodies: list[Any],
    at_once: int,
    seen: Callable[[int, httpx2.Response], None] | None = None,
) -> tuple[float, list[float]]:
    """Send requests, so many at once; give the seconds in all and of each."""
    waiting, times = iter(enumerate(bodies)), list[float]()

    async def one() -> None:
        for number, asked in waiting:
            start = time.perf_counter()
            reply = await client.post("/v1/predict", json=asked)
            times.append(time.perf_counter() - start)
            reply.raise_for_status()
            if seen:
                seen(number, reply)

    start = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    return time.perf_counter() - start, times


def figures(seconds: float, times: list[float]) -> dict[str, float]:
    """Sum up."""
    cuts = statistics.quantiles(times, n=100)
    return {
        "requests_per_s": round(len(times) / seconds, 1),
        "p50_ms": round(1000 * cuts[49], 1),
        "p99_ms": round(1000 * cuts[98], 1),
    }


async def speed(asked: argparse.Namespace) -> dict[str, Any]:
    """Turns with and without batches, in the same run."""
    rng, rounds = random.Random(0), dict[str, list[dict[str, float]]]()
    with server(asked.model) as (_, batched), server(asked.model, batch_turns=1) as (_, single):
        for _ in range(asked.rounds):
            bodies = [body(talk(rng)) for _ in range(asked.requests)]
            for name, url in (("batched", batched), ("unbatched", single)):
                async with clients(url) as client:
                    rounds.setdefault(name, []).append(figures(*await closed_loop(client, bodies, asked.clients)))
    best = {name: max(row["requests_per_s"] for row in each) for name, each in rounds.items()}
    ratio = best["batched"] / best["unbatched"]
    return {"clients": asked.clients, "turns_a_request": 4, "rounds": rounds, "times_as_many": round(ratio, 2)}


async def overload(asked: argparse.Namespace) -> dict[str, Any]:
    """Ten times the requests that can be answered, sent without waiting for answers."""
    rng = random.Random(0)
    with server(asked.model, waiting_turns=1024) as (_, url):
        async with clients(url) as client:
            seconds, times = await closed_loop(client, [body(talk(rng, 16)) for _ in range(100)], 32)
            rate = len(times) / seconds
            found: list[tuple[int, float]] = []

            async def one(asked_for: Any) -> None:
                start = time.perf_counter()
                reply = await client.post("/v1/predict", json=asked_for)
                found.append((reply.status_code, time.perf_counter() - start))

            tasks = []
            for _ in range(asked.requests):
                tasks.append(asyncio.create_task(one(body(talk(rng, 16)))))
                await asyncio.sleep(1 / (10 * rate))
            await asyncio.gather(*tasks)
            after = (await client.post("/v1/predict", json=body(talk(rng)))).status_code
    by_status = {status: sorted(s for code, s in found if code == status) for status, _ in found}
    return {
        "answered_per_s": round(rate, 1),
        "offered_per_s": round(10 * rate, 1),
        "replies": Counter(status for status, _ in found),
        "p99_ms": {status: round(1000 * each[int(0.99 * (len(each) - 1))], 1) for status, each in by_status.items()},
        "afterwards": after,
    }


async def leaving(asked: argparse.Namespace) -> dict[str, Any]:
    """Clients that leave at once: what they asked for is hardly done, and others don't wait for it."""
    rng = random.Random(0)
    with server(asked.model, waiting_turns=10**6) as (_, url):
        async with clients(url) as client:
            before = await metric(client, "sentemo_turns_total")
            tasks = [
                asyncio.create_task(client.post("/v1/predict", json=body(talk(rng, 128))))
                for _ in range(asked.requests)
            ]
            await asyncio.sleep(0.5)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            start = time.perf_counter()
            await client.post("/v1/predict", json=body(talk(rng)))
            waited = time.perf_counter() - start
            done = await metric(client, "sentemo_turns_total") - before
    return {"turns_asked": 128 * asked.requests, "turns_done": done, "next_reply_ms": round(1000 * waited)}


async def stop(asked: argparse.Namespace) -> dict[str, Any]:
    """SIGTERM while requests are open: all are answered."""
    rng = random.Random(0)
    with server(asked.model) as (process, url):
        async with clients(url) as client:
            tasks = [
                asyncio.create_task(client.post("/v1/predict", json=body(talk(rng, 16)))) for _ in range(asked.requests)
            ]
            while (
                await metric(client, "sentemo_requests_total", "/v1/predict")
                + await metric(client, "sentemo_open_requests")
                - 1
                < asked.requests
            ):
                await asyncio.sleep(0.01)
            answered = sum(task.done() for task in tasks)
            process.send_signal(signal.SIGTERM)
            replies = await asyncio.gather(*tasks, return_exceptions=True)
        code = process.wait(60)
    kinds = Counter(r.status_code if isinstance(r, httpx2.Response) else type(r).__name__ for r in replies)
    return {"open_at_sigterm": asked.requests - answered, "replies": kinds, "exit_code": code}


async def equal(asked: argparse.Namespace) -> dict[str, Any]:
    """Every reply of many clients against the model's own answer."""
    rng = random.Random(0)
    talks = [talk(rng, rng.randint(1, 8)) for _ in range(200)]
    own = SentEmoContext.from_pretrained("default" if asked.model == DEFAULT else asked.model.split("=")[-1]).predict(
        talks
    )
    numbers = [rng.randrange(len(talks)) for _ in range(asked.requests)]
    worst, other = 0.0, 0

    def compare(number: int, reply: httpx2.Response) -> None:
        nonlocal worst, other
        (found,) = reply.json()["conversations"]
        for turn, said in zip(found["turns"], own[numbers[number]], strict=True):
            other += turn["label"] != said.label
            worst = max(worst, *(abs(turn["probabilities"][name] - p) for name, p in said.probabilities.items()))

    with server(asked.model) as (_, url):
        async with clients(url) as client:
            result = await closed_loop(client, [body(talks[n]) for n in numbers], asked.clients, compare)
    return {"other_labels": other, "largest_difference": worst, "clients": asked.clients, **figures(*result)}


async def soak(asked: argparse.Namespace) -> dict[str, Any]:
    """Memory after each tenth of the requests."""
    rng, resident = random.Random(0), list[float]()
    with server(asked.model) as (process, url):
        async with clients(url) as client:
            for _ in range(10):
                bodies = [body(talk(rng, rng.randint(1, 6))) for _ in range(min(500, asked.requests // 10))]
                for _ in range(max(1, asked.requests // 10 // len(bodies))):
                    await closed_loop(client, bodies, asked.clients)
                resident.append(round(resident_mib(process.pid), 1))
                print(f"{len(resident)} of 10 parts: {resident[-1]} MiB", file=sys.stderr)
            answered = await metric(client, "sentemo_requests_total", "/v1/predict")
    return {"answered": answered, "resident_mib": resident, "growth_mib_in_the_last_half": resident[-1] - resident[4]}


async def live(asked: argparse.Namespace) -> dict[str, Any]:
    """One talk; the time from sending a turn to having its label."""
    rng, times = random.Random(0), list[float]()
    with server(asked.model) as (_, url), connect(url.replace("http", "ws") + "/v1/live", proxy=None) as connection:
        for said in talk(rng, asked.requests):
            start = time.perf_counter()
            connection.send(json.dumps({"speaker": said.speaker, "text": said.text}))
            connection.recv(60)
            times.append(time.perf_counter() - start)
    return {"turns": len(times), **{name: ms for name, ms in figures(1, times).items() if name.endswith("ms")}}


async def metric(client: httpx2.AsyncClient, name: str, label: str = "") -> float:
    """Add up a metric, of those lines that hold a label where one is given."""
    lines = (await client.get("/metrics")).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.split("{")[0].split()[0] == name and label in line)


def resident_mib(process: int) -> float:
    """Return a process's resident memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


DEFAULT = "shipped=default"
WHAT: dict[str, tuple[Callable[[argparse.Namespace], Awaitable[dict[str, Any]]], int]] = {
    "speed": (speed, 300),
    "overload": (overload, 1000),
    "leaving": (leaving, 200),
    "stop": (stop, 64),
    "equal": (equal, 12_800),
    "soak": (soak, 200_000),
    "live": (live, 300),
}


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--model", default=DEFAULT, help="NAME=FOLDER")
    parser.add_argument("--requests", type=int, help="how many; each measurement has its own usual number")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    measure, usual = WHAT[asked.what]
    asked.requests = asked.requests or usual
    found = asyncio.run(measure(asked))  # type: ignore[arg-type]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}"
    facts = {"what": asked.what, "requests": asked.requests, "machine": machine, "commit": commit}
    print(json.dumps(facts | {"load": os.getloadavg()} | found, indent=1))


if __name__ == "__main__":
    main()
