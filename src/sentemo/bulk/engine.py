"""Engines that label shards: in this process, or in several on this machine."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Protocol

from sentemo.bulk.inputs import Shard
from sentemo.bulk.parts import Part
from sentemo.bulk.worker import Worker
from sentemo.errors import SentemoError

MAX_DEATHS = 3
"""Workers that may die on one shard before the run stops."""


class Engine(Protocol):
    """Label shards in any order, taking them from the iterator as needed, with only a few in flight."""

    def run(self, worker: Worker, shards: Iterator[Shard]) -> Generator[Part, None, None]: ...


class InProcess:
    """Label in this process, on one thread."""

    def run(self, worker: Worker, shards: Iterator[Shard]) -> Generator[Part, None, None]:
        """Label one shard after another."""
        yield from map(worker, shards)


class Processes:
    """Label in several processes, each with its own model; one that dies is replaced, and its shard is retried.

    A pool of `concurrent.futures` ends all its processes when one dies, and leaves them running when its owner dies.
    """

    def __init__(self, number: int) -> None:
        self.number = number

    def run(self, worker: Worker, shards: Iterator[Shard]) -> Generator[Part, None, None]:
        """Keep every process busy; re-raise a worker's error, or `SentemoError` for a shard on which several died."""
        crew = _Crew(worker, shards, self.number)
        try:
            done: list[Part] = []
            while crew.feed():
                yield from done  # while the next shards are being labelled
                done = crew.collect()
            yield from done
        finally:
            crew.end()


class _Crew:
    """The processes of a run, the shards assigned to them, and those to retry."""

    def __init__(self, worker: Worker, shards: Iterator[Shard], number: int) -> None:
        self._worker, self._shards, self._number = worker, shards, number
        self._busy: dict[Connection, _Member] = {}
        self._idle: list[_Member] = []
        self._again: list[Shard] = []
        self._deaths: Counter[int] = Counter()

    def feed(self) -> bool:
        """Assign a shard to every idle process while there are any; return whether a process is busy."""
        while len(self._busy) < self._number:
            shard = self._again.pop() if self._again else next(self._shards, None)
            if shard is None:
                break
            member = self._idle.pop() if self._idle else _Member(self._worker)
            member.shard = shard
            with suppress(OSError):  # it is dead, which `collect` will detect
                member.connection.send(shard)
            self._busy[member.connection] = member
        return bool(self._busy)

    def collect(self) -> list[Part]:
        """Wait until a process is done or dead; return the finished parts."""
        done: list[Part] = []
        for member in [self._busy[each] for each in wait(list(self._busy)) if isinstance(each, Connection)]:
            del self._busy[member.connection]
            try:
                answer = member.connection.recv()
            except (EOFError, OSError):
                self._bury(member)
                continue
            self._idle.append(member)
            if isinstance(answer, Exception):
                raise answer
            done.append(answer)
        return done

    def _bury(self, member: _Member) -> None:
        member.end()
        number = member.shard.number
        self._deaths[number] += 1
        if self._deaths[number] >= MAX_DEATHS:
            raise SentemoError(
                f"{MAX_DEATHS} workers died on shard {number}, the last with exit code {member.process.exitcode}",
                "Too little memory is the usual cause: use fewer --processes or a smaller --shard-turns",
            )
        self._again.append(member.shard)

    def end(self) -> None:
        """End all processes at once, whatever they are doing."""
        for member in (*self._busy.values(), *self._idle):
            member.end()


class _Member:
    """A process with a pipe to it."""

    shard: Shard

    def __init__(self, worker: Worker) -> None:
        context = multiprocessing.get_context("spawn")  # torch's threads don't survive a fork
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(worker, theirs), daemon=True)
        self.process.start()
        theirs.close()  # so that its death is seen as the end of the pipe

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _serve(worker: Worker, connection: Connection) -> None:
    """Label the shards that come through the pipe until it closes, also because the parent died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    with suppress(EOFError, OSError):
        while True:
            connection.send(worker.attempt(connection.recv()))
