"""Programs in processes of their own, forked from one that has loaded already what takes seconds to load."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        "sentemo.training.fitting",
        "torch._dynamo",
        "sklearn.metrics",
        "sentemo.serve.server",
        "uvicorn",
        "sentemo.bulk.run",
    ]
)
COMMAND = "from sentemo.cli import main; main()"


class Job:
    """A program that runs until it ends or this is left, with standard streams of its own.

    `setting` goes over the environment, `before` runs in the process first.
    """

    def __init__(
        self,
        *words: str | Path,
        code: str = COMMAND,
        given: bytes = b"",
        setting: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
    ) -> None:
        self._streams = TemporaryDirectory()
        folder = Path(self._streams.name)
        self._stdout, self._stderr = folder / "stdout", folder / "stderr"
        (folder / "stdin").write_bytes(given)
        self._stderr.touch()
        argv = ["sentemo", *map(os.fspath, words)]
        environment = {**os.environ, "NO_COLOR": "1", **(setting or {})}
        self._process = PROCESSES.Process(target=_run, args=(code, argv, environment, folder, before))
        self._process.start()
        self.pid = self._process.pid or 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
        self._streams.cleanup()

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout_s: float = 240) -> int:
        """Wait for the end; return the exit code."""
        self._process.join(timeout_s)
        if (code := self.poll()) is None:
            raise TimeoutError(f"it still runs after {timeout_s} s; it said: {self.err}")
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def said(self, start: str, timeout_s: float = 240) -> str:
        """Wait for a line on stderr that starts so; return it."""
        until = time.monotonic() + timeout_s
        while True:
            ended = self.poll() is not None
            for line in self.err.splitlines(keepends=True):
                if line.startswith(start) and line.endswith("\n"):
                    return line
            if ended or time.monotonic() > until:
                raise AssertionError(f"no line started with {start!r}; it said: {self.err}")
            time.sleep(0.005)

    @property
    def out(self) -> bytes:
        """What it wrote to stdout."""
        return self._stdout.read_bytes()

    @property
    def err(self) -> str:
        """What it wrote to stderr."""
        return self._stderr.read_text(encoding="utf-8", errors="replace")


def _run(
    code: str, argv: list[str], environment: dict[str, str], folder: Path, before: Callable[[], None] | None
) -> None:
    """Become the program, in the new process."""
    flags = os.O_WRONLY | os.O_CREAT
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.dup2(os.open(folder / name, flags if number else os.O_RDONLY), number)
        setattr(sys, name, open(number, "w" if number else "r", 1, encoding="utf-8", closefd=False))  # noqa: SIM115
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = argv
    if before is not None:
        before()
    exec(compile(code, "program", "exec"), {"__name__": "__main__"})
