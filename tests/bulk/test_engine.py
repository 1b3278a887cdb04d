from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentemo.bulk.engine import MAX_DEATHS, InProcess, Processes
from sentemo.bulk.inputs import Shard, Talk, shards
from sentemo.bulk.run import Order, Progress, label
from sentemo.bulk.worker import Worker
from sentemo.errors import BadModel, SentemoError
from tests.bulk.archive import Rule, contents, write_archive
from tests.dialogues import template_dialogues


def talks() -> Iterator[Shard]:
    return shards((Talk("file", talk) for talk in template_dialogues(60)), 20)


@pytest.mark.evidence("bulk.kill")
def test_workers_that_are_killed_change_nothing(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")
    whole, killed = (Order((archive,), str(tmp_path / name), shard_turns=10) for name in ("whole", "killed"))
    label(whole, Rule(), InProcess())
    killed_ones: set[int] = set()

    def kill(progress: Progress) -> None:
        alive = {child.pid or 0 for child in multiprocessing.active_children()} - killed_ones
        if progress.done and alive and len(killed_ones) < MAX_DEATHS - 1:  # all may happen to have the same shard
            killed_ones.add(max(alive))
            os.kill(max(alive), signal.SIGKILL)

    label(killed, Rule(pause_s=0.01), Processes(2), kill)
    assert len(killed_ones) == MAX_DEATHS - 1
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_a_shard_that_kills_its_workers_stops_the_run() -> None:
    deadly = template_dialogues(60)[30].turns[0].text
    with pytest.raises(SentemoError, match=r"3 workers died on shard \d+, the last with exit code -9"):
        list(Processes(1).run(Worker(Rule(deadly=deadly), "jsonl"), talks()))
    assert not multiprocessing.active_children()


def test_shards_are_read_as_they_are_needed_and_workers_end_with_the_run() -> None:
    read = 0

    def watched() -> Iterator[Shard]:
        nonlocal read
        for shard in talks():
            read += 1
            yield shard

    parts = Processes(2).run(Worker(Rule(), "jsonl"), watched())
    for done, _ in zip(range(1, 4), parts, strict=False):
        assert read <= done + 3
    parts.close()
    assert not multiprocessing.active_children()


class Missing(Rule):
    """A model that is not there."""

    def __call__(self) -> Rule:
        raise BadModel("There is no model here", "Get one")


def test_a_model_that_can_t_be_loaded_is_told_as_it_is() -> None:
    with pytest.raises(BadModel, match=r"There is no model here. Get one.") as caught:
        list(Processes(1).run(Worker(Missing(), "jsonl"), talks()))
    assert caught.value.cause == "There is no model here" and caught.value.exit_code == 4


def owner(seconds: float, told: multiprocessing.Queue[int]) -> None:
    """Start workers that are at it for some time, and tell who they are."""
    parts = Processes(2).run(Worker(Rule(pause_s=seconds), "jsonl"), talks())
    next(parts)
    for child in multiprocessing.active_children():
        told.put(child.pid or 0)
    time.sleep(60)


def test_workers_end_when_their_owner_is_killed() -> None:
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[int] = context.Queue()
    job = context.Process(target=owner, args=(0.05, told))
    job.start()
    workers = [told.get(timeout=60) for _ in range(2)]
    job.kill()
    job.join()
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
