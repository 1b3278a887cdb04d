"""Cut a stream of messages into conversations where nobody wrote for long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

SILENCE_HOURS = 8
"""A longer pause ends a conversation: about a night."""

Message = TypeVar("Message")


def by_silence(messages: Iterable[tuple[float, Message]]) -> Iterator[list[Message]]:
    """Yield the runs of messages, each with its time in seconds; a clock that goes back is no pause."""
    run: list[Message] = []
    before = float("inf")
    for time_s, message in messages:
        if time_s - before > SILENCE_HOURS * 3600:
            yield run
            run = []
        run.append(message)
        before = time_s
    if run:
        yield run
