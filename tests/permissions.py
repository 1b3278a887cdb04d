"""Permissions that hold for root too, as tests may run as root."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

POWERS = 1 << 1 | 1 << 2 | 1 << 3  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER


def become_anybody() -> None:
    """Give up root's powers over files in this thread."""
    _use_powers(False)


@contextmanager
def as_anybody() -> Iterator[None]:
    """Be without root's powers over files for a while, in this thread."""
    become_anybody()
    try:
        yield
    finally:
        _use_powers(True)


def _use_powers(used: bool) -> None:
    if os.geteuid():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()  # the first: what is effective now
    if libc.capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget")
    sets[0] = sets[0] | POWERS if used else sets[0] & ~POWERS
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")
