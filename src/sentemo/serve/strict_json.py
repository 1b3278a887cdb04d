"""JSON as RFC 8259 means it: UTF-8, no NaN, no name twice, no depth without end."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from sentemo.serve.errors import Refusal


def parse(content: bytes | str) -> Any:
    """Parse; raise a refusal (422) that says what is wrong, and nothing of the content."""
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
        return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Refusal(422, "The body is not UTF-8", "Send JSON in UTF-8") from None
    except json.JSONDecodeError as error:
        step = "Send one JSON object in UTF-8, without a byte order mark"
        raise Refusal(422, f"The body is not valid JSON from character {error.pos} on", step) from None
    except RecursionError:
        raise Refusal(422, "The body is nested too deeply", "Send the objects that /openapi.json describes") from None
    except ValueError:  # a number of thousands of digits
        raise Refusal(422, "The body holds a number that is too long", "Leave it out") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Refusal(422, "An object names a field twice", "Name it once")
    return value


def _no_constant(name: str) -> NoReturn:
    raise Refusal(422, "The body holds NaN or an infinite number, which JSON has not", "Leave it out")
