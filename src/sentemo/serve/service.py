"""What all routes share: models, workers, metrics and the operator's choices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import Request

from sentemo.serve.limits import Limits
from sentemo.serve.metrics import Metrics
from sentemo.serve.models import Models
from sentemo.serve.worker import Job, Worker

BATCH_TURNS = 128
"""More would make others wait, and gain nothing on a CPU."""
SLOW_JOBS = 16
"""Explanations and adaptations that may wait."""


class ClientGone(Exception):
    """The client has left before the answer."""


@dataclass
class Service:
    """The state of one server."""

    models: Models
    adapted: Path | None = None
    """Where adapted models are kept; None where clients may not adapt."""
    key: str | None = None
    limits: Limits = field(default_factory=Limits)
    loopback: bool = True
    """Whether only this machine can reach the server; then a page of another name may not use it."""
    origins: Sequence[str] = ()
    """Web sites whose pages may use the server, as `http://127.0.0.1:8000`."""
    batch_turns: int = BATCH_TURNS
    """Of one pass of a model."""

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
        """Whether both workers are."""
        return self.quick.alive and self.slow.alive

    def close(self) -> None:
        """End both workers, after what they have begun."""
        self.quick.close(30)
        self.slow.close(30)

    async def answer(self, request: Request, worker: Worker, jobs: Sequence[Job]) -> list[Any]:
        """Have jobs done; take them back, and raise `ClientGone`, when the client leaves."""
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
    """Wait until the client leaves."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
