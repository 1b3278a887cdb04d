"""State shared by all routes: models, workers, metrics and the operator's settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import Request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from sentemo.serve.limits import Limits
from sentemo.serve.models import Models
from sentemo.serve.worker import Job, Worker

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
TURNS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The server's own metrics registry, so that two servers in one process don't mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        here = self.registry
        ProcessCollector(registry=here)
        self.requests = Counter("sentemo_requests", "Requests answered", ("route", "status"), registry=here)
        self.seconds = Histogram("sentemo_request_seconds", "Time to answer", ["route"], buckets=SECONDS, registry=here)
        self.cancelled = Counter("sentemo_cancelled", "Requests whose client left before the answer", registry=here)
        self.turns = Counter("sentemo_turns", "Turns labelled", registry=here)
        self.batch = Histogram("sentemo_batch_turns", "Turns of one pass of a model", buckets=TURNS, registry=here)
        self.open = Gauge("sentemo_open_requests", "Requests being answered, and live talks", registry=here)
        self._waiting = Gauge("sentemo_waiting_turns", "Turns that wait for a model", ("worker",), registry=here)

    def watch(self, worker: str, waiting: Callable[[], float]) -> None:
        """Export the number of turns waiting for a worker."""
        self._waiting.labels(worker).set_function(waiting)

    def batched(self, turns: int) -> None:
        """Count one pass of a model."""
        self.batch.observe(turns)
        self.turns.inc(turns)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a reply."""
        self.requests.labels(route, status).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self.registry)


BATCH_TURNS = 128
"""Larger batches would make others wait, and gain nothing on a CPU."""
SLOW_JOBS = 16
"""Maximum number of waiting explanations and adaptations."""


class ClientGone(Exception):
    """The client disconnected before the answer."""


@dataclass
class Service:
    """The state of one server."""

    models: Models
    adapted: Path | None = None
    """Folder of adapted models; None if clients may not adapt."""
    key: str | None = None
    limits: Limits = field(default_factory=Limits)
    loopback: bool = True
    """Whether only this machine can reach the server; pages under another host name may then not use it."""
    origins: Sequence[str] = ()
    """Origins whose pages may use the server, such as `http://127.0.0.1:8000`."""
    batch_turns: int = BATCH_TURNS
    """Turns in one pass of a model."""

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.open = self.talks = 0
        self.warm = False
        bound = self.limits.waiting_turns
        self.quick = Worker("labelling", bound, self.batch_turns, self.metrics.batched)
        self.slow = Worker("adapting", SLOW_JOBS, 1)
        self.metrics.watch("labelling", lambda: self.quick.waiting)
        self.metrics.watch("adapting", lambda: self.slow.waiting)

    @property
    def alive(self) -> bool:
        """Whether both workers are alive."""
        return self.quick.alive and self.slow.alive

    def close(self) -> None:
        """Stop both workers, after the work that they have begun."""
        self.quick.close(30)
        self.slow.close(30)

    async def answer(self, request: Request, worker: Worker, jobs: Sequence[Job]) -> list[Any]:
        """Run jobs; cancel them, and raise `ClientGone`, if the client disconnects."""
        worker.submit(jobs)
        results = asyncio.gather(*(asyncio.wrap_future(job.future) for job in jobs))
        left = asyncio.ensure_future(_leaving(request))
        try:
            await asyncio.wait((results, left), return_when=asyncio.FIRST_COMPLETED)
            if results.done():
                return results.result()
            self.metrics.cancelled.inc()
            raise ClientGone
        finally:
            left.cancel()
            if results.cancel():
                await asyncio.gather(results, return_exceptions=True)


async def _leaving(request: Request) -> None:
    """Wait until the client disconnects."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
