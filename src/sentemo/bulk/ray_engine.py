"""Shards on a Ray cluster. Ray schedules and restarts; shards, parts and resuming are ours."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from sentemo.bulk.inputs import Shard
from sentemo.bulk.parts import Part
from sentemo.bulk.worker import Worker
from sentemo.errors import MissingExtra, SentemoError

LOOPBACK = ("127.", "localhost", "[::1]")
MAX_DEATHS = 3
"""Times that Ray gives a shard to a new worker after one died."""


class Ray:
    """Label on a cluster at an address, or on a local one that is started for the run on the loopback interface."""

    def __init__(self, address: str | None = None, number: int = 0) -> None:
        self.address = address
        self.number = number
        """Number of workers; 0 for one per CPU of the cluster."""

    def run(self, worker: Worker, shards: Iterator[Shard]) -> Generator[Part, None, None]:
        """Keep every worker busy; re-raise a worker's error."""
        with _connected(self.address, self.number) as ray:
            kind = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=MAX_DEATHS)(Worker)
            cpus = max(1, int(ray.cluster_resources().get("CPU", 1)))
            idle = [kind.remote(worker.load, worker.to) for _ in range(min(self.number or cpus, cpus))]
            busy: dict[Any, Any] = {}
            done: list[Part] = []
            while True:
                while idle and (shard := next(shards, None)) is not None:
                    member = idle.pop()
                    busy[member.attempt.remote(shard)] = member
                yield from done  # while the next shards are being labelled
                if not busy:
                    return
                ready = ray.wait(list(busy))[0]
                idle += [busy.pop(each) for each in ready]
                done = [_result(ray, each) for each in ready]


@contextmanager
def _connected(address: str | None, number: int) -> Iterator[Any]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # read when Ray is imported, as the next is
    if address is None or address.startswith(LOOPBACK):  # otherwise Ray resolves it to this machine's network address
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("Ray", "ray") from error
    own: dict[str, Any] = {"include_dashboard": False, "_node_ip_address": "127.0.0.1", "num_cpus": number or None}
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **({"address": address} if address else own))
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise SentemoError(
            f"There is no Ray cluster at {address or 'this machine'} ({error})",
            "Start one with `ray start --head`, and pass its address as HOST:PORT",
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _result(ray: Any, done: Any) -> Part:
    try:
        answer = ray.get(done)
    except ray.exceptions.RayActorError as error:
        raise SentemoError(
            f"{MAX_DEATHS + 1} workers died on one shard",
            "Too little memory is the usual cause: use fewer --processes or a smaller --shard-turns",
        ) from error
    if isinstance(answer, Exception):
        raise answer
    part: Part = answer
    return part
