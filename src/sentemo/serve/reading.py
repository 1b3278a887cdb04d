"""`POST /v1/read` and `/v1/inspect`: parse or inspect a pasted chat or a file in any format."""

from __future__ import annotations

from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from sentemo.errors import BadInput, UsageError
from sentemo.formats.files import READERS, read_bytes
from sentemo.formats.inspect import inspect as look
from sentemo.formats.reading import Blob, Reading, as_columns
from sentemo.formats.sniff import sniff
from sentemo.serve import limits
from sentemo.serve.errors import Refusal
from sentemo.serve.reply_schemas import REFUSALS, InspectReply, ReadReply, as_json
from sentemo.serve.requests import BoundedRequest, BoundedRoute
from sentemo.types import Conversation, origin

AUTO = "auto"
NAME = "chat"
"""The base of ids for conversations without one."""
BODY = {"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


def router() -> APIRouter:
    """Make the route."""
    routes = APIRouter(route_class=BoundedRoute)

    @routes.post("/v1/read", response_model=ReadReply, responses=REFUSALS, openapi_extra=BODY)
    async def read(
        request: Request,
        format: Annotated[str, Query(max_length=limits.MAX_NAME)] = AUTO,
        columns: Annotated[str, Query(max_length=limits.MAX_COLUMNS)] = "",
    ) -> Response:
        """Parse the bytes of a chat; `auto` detects the format."""
        _check(format)
        content = await BoundedRequest(request.scope, request.receive).body()
        return await anyio.to_thread.run_sync(_reply, content, format, columns)

    @routes.post("/v1/inspect", response_model=InspectReply, responses=REFUSALS, openapi_extra=BODY)
    async def inspect(
        request: Request,
        format: Annotated[str, Query(max_length=limits.MAX_NAME)] = AUTO,
        columns: Annotated[str, Query(max_length=limits.MAX_COLUMNS)] = "",
    ) -> Response:
        """Report how a chat or a table is read: what was left out and why, the first turns; a table's columns can be
        named, as in `text=body,speaker=agent`."""
        _check(format)
        content = await BoundedRequest(request.scope, request.receive).body()
        return await anyio.to_thread.run_sync(_inspection, content, format, columns)

    return routes


def _check(format: str) -> None:
    if format not in (AUTO, *READERS):
        raise Refusal(422, "Unknown format", f"Use one of: auto, {', '.join(READERS)}", "format")


def _inspection(content: bytes, format: str, columns: str) -> Response:
    try:
        return as_json(look(content, format, as_columns(columns), name=NAME).to_dict())
    except UsageError as error:
        raise Refusal(422, "The columns can't be taken so", error.next_step, "columns") from None
    except BadInput as error:  # its cause may quote the content
        where = None if error.line is None else f"line {error.line}"
        raise Refusal(422, "The chat can't be read", error.next_step, where) from None


def _reply(content: bytes, format: str, columns: str) -> Response:
    try:
        found = sniff(Blob(content, NAME)) if format == AUTO else format
        reading = Reading(as_columns(columns))
        return as_json({"format": found, "conversations": _taken(read_bytes(content, found, NAME, reading))})
    except UsageError as error:
        raise Refusal(422, "The columns can't be taken so", error.next_step, "columns") from None
    except BadInput as error:  # its cause may quote the content
        where = None if error.line is None else f"line {error.line}"
        raise Refusal(422, "The chat can't be read", error.next_step, where) from None


def _taken(talks: Any) -> list[dict[str, Any]]:
    found, turns = [], 0
    for talk in talks:
        turns += len(talk)
        if turns > limits.MAX_READ_TURNS:
            raise Refusal(422, "The chat has too many turns", f"Send at most {limits.MAX_READ_TURNS:,} at once")
        found.append(_record(talk))
    return found


def _record(talk: Conversation) -> dict[str, Any]:
    return {"id": talk.id, "turns": [origin(turn) | {"speaker": turn.speaker, "text": turn.text} for turn in talk]}
