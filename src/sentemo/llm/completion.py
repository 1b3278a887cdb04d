"""The body of a chat completion: the request's, and what is read from the server's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CODE = re.compile(r"[\w.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Completion:
    """What is read of a server's answer."""

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
    """Read a chat completion; None where it isn't one. A refusal, which has no content, is an empty text."""
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
    """Return a server's short code of an error, empty where there is none; its message may repeat what was sent."""
    try:
        error = json.loads(body)["error"]
        code = error.get("code") or error.get("type")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return ""
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None
