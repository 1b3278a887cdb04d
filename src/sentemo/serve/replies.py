"""Replies as strict JSON, and those that every route may give."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response
from pydantic import BaseModel


class ErrorText(BaseModel):
    """What went wrong, what to do, and where in the request."""

    cause: str
    next_step: str
    where: str | None


class ErrorReply(BaseModel):
    """A refusal."""

    error: ErrorText


_SAID = {
    401: "Wrong or missing key",
    404: "No such model or tag",
    408: "The body took too long",
    413: "The body is too large",
    422: "The input can't be used",
    429: "Too much to do; see Retry-After",
    500: "A mistake of the server's",
    503: "The model no longer answers",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorReply, "description": said} for status, said in _SAID.items()
}
FORBIDDEN: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorReply, "description": "Not allowed here"},
    507: {"model": ErrorReply, "description": "The model can't be kept"},
}


def as_json(value: Any, status: int = 200) -> Response:
    """Give a JSON reply; a number that JSON can't hold is an error of ours."""
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Response(content, status, media_type="application/json")
