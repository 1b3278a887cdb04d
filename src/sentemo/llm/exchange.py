"""What goes to a language model and what comes back, whatever it runs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

OnProgress = Callable[[int, int], None]
"""Called with how many replies there are and how many there will be."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question about one turn."""

    prompt: str = field(repr=False)
    options: tuple[str, ...]
    """The labels as the prompt names them."""
    where: str
    """The turn and its dialogue's id, for error messages, which show no text."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, and what it took."""

    text: str = field(repr=False)
    seconds: float
    """What it took of the machine: its latency, divided by the number of requests under way."""
    latency_s: float
    prompt_tokens: int | None = None
    """None where the server doesn't say."""
    completion_tokens: int | None = None
    shares: tuple[float, ...] = ()
    """The probability of each option, where options are scored."""
    is_readable: bool = True
    """False where there was a reply that made no sense as one, again and again."""
    is_cached: bool = False


class Backend(Protocol):
    """Anything that answers prompts."""

    def replies(self, asks: Sequence[Ask], run: int, on_progress: OnProgress | None = None) -> list[Reply]:
        """Return a reply to each ask, in order; where replies are sampled, each run draws its own."""
        ...
