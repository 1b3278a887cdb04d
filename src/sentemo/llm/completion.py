"""Requests to a language model and their replies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

CODE = re.compile(r"[\w.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Completion:
    """The parts of a server's answer that are used."""

    text: str
    prompt_tokens: int | None
    completion_tokens: int | None


def answer_schema(options: Sequence[str]) -> dict[str, Any]:
    """Ask for a JSON object with one of the labels."""
    schema = {
        "type": "object",
        "properties": {"label": {"type": "string", "enum": list(options)}},
        "required": ["label"],
        "additionalProperties": False,
    }
    return {"type": "json_schema", "json_schema": {"name": "emotion", "strict": True, "schema": schema}}


def read_completion(body: bytes) -> Completion | None:
    """Parse a chat completion; None if it isn't one. A refusal, which has no content, is an empty text."""
    try:
        value = json.loads(body)
        message = value["choices"][0]["message"]
        content = message.get("content")
        usage = value.get("usage")
    except (ValueError, RecursionError, KeyError, IndexError, TypeError, AttributeError):
        return None
    if content is not None and not isinstance(content, str):
        return None
    counts = usage if isinstance(usage, Mapping) else {}
    return Completion(content or "", _count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens")))


def read_error_code(body: bytes) -> str:
    """Return a server's short error code, empty if there is none; its message may repeat what was sent."""
    try:
        error = json.loads(body)["error"]
        code = error.get("code") or error.get("type")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return ""
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


OnProgress = Callable[[int, int], None]
"""Called with the number of replies so far and the total."""


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
    """A reply, and what it cost."""

    text: str = field(repr=False)
    seconds: float
    """Its share of the machine's time: the latency, divided by the number of requests under way."""
    latency_s: float
    prompt_tokens: int | None = None
    """None if the server doesn't report it."""
    completion_tokens: int | None = None
    shares: tuple[float, ...] = ()
    """The probability of each option, if options are scored."""
    is_readable: bool = True
    """False if replies were repeatedly unreadable."""
    is_cached: bool = False


class Backend(Protocol):
    """Anything that answers prompts."""

    def replies(self, asks: Sequence[Ask], run: int, on_progress: OnProgress | None = None) -> list[Reply]:
        """Return a reply to each ask, in order; where replies are sampled, each run draws its own."""
        ...
