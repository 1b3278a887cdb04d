"""A thread that processes a bounded queue, several jobs of a kind at once."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sentemo.serve.errors import overloaded, stopped

LOG = logging.getLogger("sentemo.serve")
SMALL_TURNS = 32
"""Jobs of at most this many turns go into the fast lane."""


@dataclass(eq=False)
class Job:
    """A task with a future for its result."""

    kind: Hashable
    """Jobs of the same kind run together: their `run` is called once, with all their `payload`s."""
    run: Callable[[Sequence[Any]], Sequence[Any]]
    """From payloads to as many results."""
    payload: Any
    turns: int
    future: Future[Any] = field(default_factory=Future)


class Worker:
    """Run jobs in one thread.

    There are two lanes, so that short requests don't wait for long ones: jobs with only a few turns go into the fast
    one, and while both have jobs, they alternate. Cancelled jobs are dropped before they run. If the thread dies, all
    waiting and further jobs are refused.
    """

    def __init__(
        self, name: str, waiting_turns: int, batch_turns: int, on_batch: Callable[[int], None] | None = None
    ) -> None:
        self.waiting_turns, self.batch_turns = waiting_turns, batch_turns
        self._on_batch = on_batch
        self._lanes: tuple[deque[Job], deque[Job]] = (deque(), deque())
        self._slow_next = False
        self._waiting = 0
        self._changed = threading.Condition()
        self._closing = False
        self._dead = False
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread is running jobs."""
        return not self._dead and self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """The number of turns in waiting jobs."""
        return self._waiting

    def submit(self, jobs: Sequence[Job]) -> None:
        """Queue all of these or none: refuse with 429 if they are too many, with 503 if the worker is dead."""
        turns = sum(job.turns for job in jobs)
        with self._changed:
            if self._dead or self._closing:
                raise stopped()
            if self._waiting + turns > self.waiting_turns:
                self._drop_cancelled()
            if self._waiting + turns > self.waiting_turns:
                raise overloaded()
            self._lanes[turns > SMALL_TURNS].extend(jobs)
            self._waiting += turns
            self._changed.notify()

    def close(self, timeout_s: float | None = None) -> None:
        """Finish waiting jobs and stop the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(timeout_s)

    def _live(self) -> None:
        batch: list[Job] = []
        try:
            while batch := self._take():
                self._do(batch)
        except BaseException as error:
            LOG.critical("the %s thread died of %s", self._thread.name, type(error).__name__)
            self._die(batch)

    def _take(self) -> list[Job]:
        """Wait for jobs and return those to run together; none when all are done and the worker is closing."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: any(self._lanes) or self._closing)
                if not any(self._lanes):
                    return []
                if batch := [job for job in self._next() if job.future.set_running_or_notify_cancel()]:
                    return batch

    def _next(self) -> list[Job]:
        """Take the first job of a lane, and others of its kind, up to the batch size."""
        fast, slow = self._lanes
        first = slow if slow and (self._slow_next or not fast) else fast
        self._slow_next = first is fast
        kind, taken, turns = first[0].kind, list[Job](), 0
        for lane in (first, slow if first is fast else fast):
            left: deque[Job] = deque()
            for job in lane:
                if job.kind == kind and (not taken or turns + job.turns <= self.batch_turns):
                    taken.append(job)
                    turns += job.turns
                else:
                    left.append(job)
            lane.clear()
            lane.extend(left)
        self._waiting -= turns
        return taken

    def _do(self, batch: Sequence[Job]) -> None:
        """Run jobs together; if that fails, one by one, so that only the culprit fails."""
        if self._on_batch:
            self._on_batch(sum(job.turns for job in batch))
        try:
            results = batch[0].run([job.payload for job in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0].future.set_exception(error)
            else:
                for job in batch:
                    self._do([job])
            return
        for job, result in zip(batch, results, strict=True):
            job.future.set_result(result)

    def _die(self, batch: Iterable[Job]) -> None:
        with self._changed:
            self._dead = True
            left = [*batch, *self._lanes[0], *self._lanes[1]]
            for lane in self._lanes:
                lane.clear()
            self._waiting = 0
        for job in left:
            if not job.future.done() and (job.future.running() or job.future.set_running_or_notify_cancel()):
                job.future.set_exception(stopped())

    def _drop_cancelled(self) -> None:
        for lane in self._lanes:
            kept = [job for job in lane if not job.future.cancelled()]
            lane.clear()
            lane.extend(kept)
        self._waiting = sum(job.turns for lane in self._lanes for job in lane)
