"""The worker: batches, lanes, a bound, cancelled jobs, failures and death."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from sentemo.serve.errors import Refusal
from sentemo.serve.worker import SMALL_TURNS, Job, Worker


class Recorder:
    """Note what was run together; hold the first batch until told."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, payloads: Sequence[Any]) -> list[Any]:
        self.begun.set()
        assert self.go.wait(10)
        self.batches.append([*payloads])
        if "bad" in payloads:
            raise ValueError("bad")
        if "fatal" in payloads:
            raise SystemExit
        return [f"{payload}!" for payload in payloads]


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker("test", 100, 8)
    yield made
    made.close(10)


@pytest.fixture
def run(worker: Worker) -> Iterator[Recorder]:
    """Give a recorder that holds the worker with its first job."""
    recorder = Recorder()
    worker.submit([Job("hold", recorder, "hold", 1)])
    assert recorder.begun.wait(10)
    yield recorder
    recorder.go.set()


def test_jobs_of_a_kind_are_done_together_up_to_the_bound(worker: Worker, run: Recorder) -> None:
    jobs = [Job(kind, run, name, 3) for kind, name in (("a", 1), ("b", 2), ("a", 3), ("a", 4), ("b", 5))]
    for job in jobs:
        worker.submit([job])
    assert worker.waiting == 15
    run.go.set()
    assert [job.future.result(10) for job in jobs] == ["1!", "2!", "3!", "4!", "5!"]
    assert run.batches == [["hold"], [1, 3], [2, 5], [4]] and worker.waiting == 0


def test_a_job_larger_than_the_bound_runs_alone(worker: Worker, run: Recorder) -> None:
    jobs = [Job("a", run, name, turns) for name, turns in ((1, 20), (2, 1))]
    for job in jobs:
        worker.submit([job])
    run.go.set()
    assert [job.future.result(10) for job in jobs] == ["1!", "2!"]
    assert run.batches[1:] == [[1], [2]]


def test_short_requests_dont_wait_for_long_ones(worker: Worker, run: Recorder) -> None:
    long = [Job("long", run, f"long {n}", 8) for n in range(6)]
    worker.submit(long)
    assert sum(job.turns for job in long) > SMALL_TURNS
    short = [Job("short", run, f"short {n}", 8) for n in range(2)]
    for job in short:
        worker.submit([job])
    run.go.set()
    long[-1].future.result(10)
    order = [batch[0] for batch in run.batches[1:]]
    assert order.index("short 1") <= 3 and order.index("long 0") <= 2


def test_the_bound_is_kept_to_the_turn(worker: Worker, run: Recorder) -> None:
    worker.submit([Job("a", run, 1, 99)])
    with pytest.raises(Refusal) as refused:
        worker.submit([Job("a", run, 2, 1), Job("a", run, 3, 1)])
    assert refused.value.status_code == 429 and refused.value.headers == {"Retry-After": "1"}
    worker.submit([Job("a", run, 4, 1)])
    with pytest.raises(Refusal):
        worker.submit([Job("a", run, 5, 1)])


@pytest.mark.evidence("server.cancelled")
def test_cancelled_jobs_cost_nothing(worker: Worker, run: Recorder) -> None:
    gone = [Job("a", run, n, 10) for n in range(10)]
    worker.submit(gone)
    for job in gone:
        assert job.future.cancel()
    kept = Job("a", run, "kept", 100)
    worker.submit([kept])  # there is room again
    run.go.set()
    assert kept.future.result(10) == "kept!"
    assert run.batches == [["hold"], ["kept"]] and worker.waiting == 0


def test_only_the_culprit_fails(worker: Worker, run: Recorder) -> None:
    jobs = [Job("a", run, name, 1) for name in ("good", "bad", "fine")]
    worker.submit(jobs)
    run.go.set()
    assert jobs[0].future.result(10) == "good!" and jobs[2].future.result(10) == "fine!"
    with pytest.raises(ValueError, match="bad"):
        jobs[1].future.result(10)
    assert worker.alive


def test_when_the_thread_dies_everybody_is_told(worker: Worker, run: Recorder) -> None:
    jobs = [Job(kind, run, name, 1) for kind, name in (("a", "good"), ("a", "fatal"), ("b", "waits"))]
    worker.submit(jobs)
    run.go.set()
    for job in jobs:
        with pytest.raises(Refusal) as refused:
            job.future.result(10)
        assert refused.value.status_code == 503
    assert not worker.alive
    with pytest.raises(Refusal) as refused:
        worker.submit([Job("a", run, "late", 1)])
    assert refused.value.status_code == 503


def test_closing_finishes_what_waits(worker: Worker, run: Recorder) -> None:
    job = Job("a", run, "last", 1)
    worker.submit([job])
    run.go.set()
    worker.close(10)
    assert job.future.result(0) == "last!" and not worker.alive
    with pytest.raises(Refusal):
        worker.submit([Job("a", run, "late", 1)])
