"""Strict JSON (RFC 8259): UTF-8, no NaN, no duplicate names, limited depth."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from sentemo.serve.errors import Refusal


def parse(content: bytes | str) -> Any:
    """Parse JSON; raise a refusal (422) that says what is wrong without quoting the content."""
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
        return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Refusal(422, "The body is not UTF-8", "Send JSON in UTF-8") from None
    except json.JSONDecodeError as error:
        step = "Send one JSON object in UTF-8, without a byte order mark"
        raise Refusal(422, f"The body is not valid JSON at character {error.pos}", step) from None
    except RecursionError:
        raise Refusal(422, "The body is nested too deeply", "Send the objects that /openapi.json describes") from None
    except ValueError:  # a number of thousands of digits
        raise Refusal(422, "The body contains a number that is too long", "Leave it out") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Refusal(422, "An object has a duplicate field", "Name it once")
    return value


def _no_constant(name: str) -> NoReturn:
    raise Refusal(422, "The body contains NaN or an infinite number, which JSON doesn't have", "Leave it out")
