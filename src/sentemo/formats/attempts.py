"""Going on where one conversation of many can't be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from sentemo.errors import BadInput
from sentemo.types import Conversation

Item = TypeVar("Item")
Attempt = Conversation | BadInput
"""A conversation, or why there is none."""


def attempts(items: Iterator[Item], make: Callable[[Item], Conversation]) -> Iterator[Attempt]:
    """Make a conversation of each item; in place of one that can't be read or made give the reason, and continue.

    Where getting an item raises `BadInput`, the iterator must be able to continue, which a generator can't.
    """
    attempt: Attempt
    while True:
        try:
            attempt = make(next(items))
        except StopIteration:
            return
        except BadInput as error:
            attempt = error.with_traceback(None)  # which would hold this frame, and with it the open file
        yield attempt


def strictly(attempts: Iterable[Attempt]) -> Iterator[Conversation]:
    """Yield conversations; raise at the first that can't be read."""
    for attempt in attempts:
        if isinstance(attempt, BadInput):
            raise attempt
        yield attempt
