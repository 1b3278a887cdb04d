"""The command in a process of its own, in whatever state the machine around it is."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.jobs import Job

PROGRAM = (sys.executable, "-m", "sentemo")


@dataclass(frozen=True)
class Left:
    """What a command left behind."""

    code: int
    out: bytes
    err: str

    def refused(self, code: int, *words: str) -> None:
        """Insist on an exit code and on one sentence with these words."""
        assert self.code == code, self
        assert "Traceback" not in self.err and self.err.count("error: ") == 1, self
        assert self.err.rstrip().endswith(".") and not self.out, self
        for word in words:
            assert word in self.err, self


def sentemo(
    *words: str | Path,
    given: bytes = b"",
    setting: Mapping[str, str | None] | None = None,
) -> Left:
    """Run a command; `setting` goes over the environment (None unsets)."""
    done = subprocess.run(
        [*PROGRAM, *map(os.fspath, words)],
        input=given,
        capture_output=True,
        env=environment(setting or {}),
        timeout=120,
        check=False,
    )
    return Left(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def loaded(*words: str | Path, before: Callable[[], None] | None = None) -> Left:
    """Run a command in a process that has loaded most already; `before` runs in it first."""
    with Job(*words, before=before) as job:
        return Left(job.wait(), job.out, job.err)


def shell(line: str, *words: str | Path) -> Left:
    """Run a line of bash, in which `sentemo` is the command and $1, $2 ... are the words."""
    command = f'sentemo() {{ "{PROGRAM[0]}" -m sentemo "$@"; }}; {line}'
    done = subprocess.run(
        ["bash", "-c", command, "bash", *map(os.fspath, words)],
        capture_output=True,
        env=environment({}),
        timeout=120,
        check=False,
    )
    return Left(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def interrupted(*words: str | Path, when: Callable[[], bool]) -> Left:
    """Run a command and press Ctrl-C as soon as `when` says so."""
    with Job(*words) as job:
        _wait(job, when)
        job.send_signal(signal.SIGINT)
        return Left(job.wait(), job.out, job.err)


def interrupted_while_loading(*words: str | Path) -> Left:
    """Run a command from the start and press Ctrl-C while it loads torch, again where nothing follows."""
    job = subprocess.Popen(
        [*PROGRAM, *map(os.fspath, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment({}),
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # jobs in the background ignore it
    )
    _wait(job, lambda: "libtorch" in Path(f"/proc/{job.pid}/maps").read_text())
    while True:
        job.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):  # pyarrow forgets a Ctrl-C that comes while it imports NumPy
            out, err = job.communicate(timeout=10)
            return Left(job.returncode, out, err.decode())


def _wait(job: Job | subprocess.Popen[bytes], when: Callable[[], bool]) -> None:
    until = time.monotonic() + 240
    while job.poll() is None and not when() and time.monotonic() < until:
        time.sleep(0.002)


def environment(setting: Mapping[str, str | None]) -> dict[str, str]:
    found: dict[str, str | None] = {**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1", **setting}
    return {name: value for name, value in found.items() if value is not None}


def small_files(most_bytes: int) -> None:
    """Let no file of this process grow beyond a size, as a full disk doesn't."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
