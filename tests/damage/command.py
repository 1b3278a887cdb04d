"""The real command in a process of its own, in whatever state the machine around it is."""

from __future__ import annotations

import ctypes
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

PROGRAM = (sys.executable, "-m", "sentemo")
DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER = 1, 2, 3  # what lets root write to a read-only folder


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
    before: Callable[[], None] | None = None,
) -> Left:
    """Run a command; `setting` goes over the environment (None unsets), `before` runs in its process first."""
    done = subprocess.run(
        [*PROGRAM, *map(os.fspath, words)],
        input=given,
        capture_output=True,
        env=environment(setting or {}),
        preexec_fn=before,
        timeout=120,
        check=False,
    )
    return Left(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


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
    """Run a command and press Ctrl-C as soon as `when` says so, again where nothing follows."""
    job = subprocess.Popen(
        [*PROGRAM, *map(os.fspath, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment({}),
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # jobs in the background ignore it
    )
    until = time.monotonic() + 100
    while job.poll() is None and not when() and time.monotonic() < until:
        time.sleep(0.002)
    while True:
        job.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):  # pyarrow forgets a Ctrl-C that comes while it imports NumPy
            out, err = job.communicate(timeout=10)
            return Left(job.returncode, out, err.decode())


def environment(setting: Mapping[str, str | None]) -> dict[str, str]:
    found: dict[str, str | None] = {**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1", **setting}
    return {name: value for name, value in found.items() if value is not None}


def small_files(most_bytes: int) -> Callable[[], None]:
    """Let no file grow beyond a size, as a full disk doesn't."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return limit


def as_anybody() -> None:
    """Let permissions hold for root too, in this process."""
    if os.geteuid():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    for number in (DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER):
        if libc.prctl(24, number, 0, 0, 0):  # PR_CAPBSET_DROP: exec gives root no more than the bounding set
            raise OSError(ctypes.get_errno(), "prctl")
    if libc.capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget")
    for place in range(3):
        sets[place] &= ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH | 1 << FOWNER)
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
