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
        ProcessCollector(registry=self.registry)
        given = {"registry": self.registry}
        self.requests = Counter("sentemo_requests", "Requests answered", ("route", "status"), **given)
        self.seconds = Histogram("sentemo_request_seconds", "Time to answer", ("route",), buckets=SECONDS, **given)
        self.cancelled = Counter("sentemo_cancelled", "Requests whose client left before the answer", **given)
        self.turns = Counter("sentemo_turns", "Turns labelled", **given)
        self.batch = Histogram("sentemo_batch_turns", "Turns of one pass of a model", buckets=TURNS, **given)
        self.open = Gauge("sentemo_open_requests", "Requests being answered, and live talks", **given)
        self._waiting = Gauge("sentemo_waiting_turns", "Turns that wait for a model", ("worker",), **given)

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
