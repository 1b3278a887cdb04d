"""Error replies: a status, a cause, a next step and a place, and never what the client sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sentemo.serve.schemas import FIELDS

LOG = logging.getLogger("sentemo.serve")


class Refusal(HTTPException):
    """An error reply; none of its words may come from the client."""

    def __init__(
        self,
        status: int,
        cause: str,
        next_step: str,
        where: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, cause, headers)
        self.cause, self.next_step, self.where = cause, next_step, where

    def body(self) -> dict[str, Any]:
        """Return the reply's JSON."""
        return {"error": {"cause": self.cause, "next_step": self.next_step, "where": self.where}}

    def response(self) -> JSONResponse:
        """Return the reply."""
        return JSONResponse(self.body(), self.status_code, self.headers)


def overloaded() -> Refusal:
    """Return 429: no capacity at the moment."""
    return Refusal(429, "The server is busy", "Try again later", None, {"Retry-After": "1"})


def stopped() -> Refusal:
    """Return 503: the worker has died or is stopping."""
    return Refusal(503, "The model no longer answers", "Ask the operator to start the server again")


def failed() -> Refusal:
    """Return 500: an error of ours."""
    return Refusal(500, "Internal server error", "Send the operator the request's id (header X-Request-Id)")


CAUSES = {
    "missing": ("A field is missing", "Add it"),
    "extra_forbidden": ("There is an unknown field", "Leave it out"),
    "string_type": ("The value is not a string", "Write it as a JSON string"),
    "string_unicode": ("The text contains a lone surrogate", "Write it as valid Unicode"),
    "blank": ("The text is blank", "Fill it in or leave it out"),
    "string_too_long": ("The text is too long", "Shorten it"),
    "string_too_short": ("The text is empty", "Fill it in or leave it out"),
    "too_long": ("There are too many items", "Send several requests"),
    "too_short": ("The list is empty", "Send at least one item"),
    "int_type": ("The value is not an integer", "Write it as a JSON number without a fraction"),
    "float_type": ("The value is not a number", "Write it as a JSON number"),
    "greater_than_equal": ("The number is too small", "See /openapi.json for the minimum"),
    "less_than_equal": ("The number is too large", "See /openapi.json for the maximum"),
    "bool_type": ("The value is neither true nor false", "Write true or false"),
    "list_type": ("The value is not a list", "Write a JSON list"),
    "dict_type": ("The value is not an object", "Write a JSON object"),
    "model_attributes_type": ("The value is not an object", "Write a JSON object, with Content-Type: application/json"),
}
OTHER = ("The value is not allowed", "See /openapi.json")


def from_validation(errors: Sequence[Mapping[str, Any]]) -> Refusal:
    """Return a refusal for the first of pydantic's errors, without the input that it quotes."""
    first = errors[0]
    cause, step = CAUSES.get(str(first["type"]), OTHER)
    return Refusal(422, cause, step, place(first["loc"]))


def place(location: Sequence[str | int]) -> str | None:
    """Format a location as `conversations[0].turns[3].text`, up to the first name that is not ours."""
    said = ""
    for part in location[1:] if location and location[0] in ("body", "query", "path") else location:
        if isinstance(part, int):
            said += f"[{part}]"
        elif part in FIELDS:
            said += f".{part}" if said else part
        else:
            break
    return said or None


def add_handlers(app: FastAPI) -> None:
    """Answer every error, ours and the framework's, in the same form."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return from_validation(error.errors()).response()

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return (error if isinstance(error, Refusal) else _of_the_framework(error)).response()


def _of_the_framework(error: HTTPException) -> Refusal:
    said = {
        404: ("Not found", "See /openapi.json"),
        405: ("Method not allowed for this path", "See /openapi.json"),
    }
    cause, step = said.get(error.status_code, ("The request can't be answered", "See /openapi.json"))
    return Refusal(error.status_code, cause, step, None, error.headers)
