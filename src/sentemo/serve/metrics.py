"""What Prometheus may know: counts and times, no text and no name that a client chose."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
TURNS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The server's own registry, so that two servers in one process don't mix."""

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
        """Tell how much waits for a worker."""
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
        """Give all of it in Prometheus's text format."""
        return generate_latest(self.registry)
