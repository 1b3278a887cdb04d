"""Requests with bodies that are limited while they arrive, and parsed as strict JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from sentemo.serve import limits, strict_json
from sentemo.serve.errors import Refusal
from sentemo.serve.limits import MAX_BODY_BYTES


class BoundedRequest(Request):
    """A request that never buffers more than the limit, whatever its Content-Length says."""

    _content: bytes | None = None

    async def body(self) -> bytes:
        """Return the body; refuse one that is too large (413) or too slow (408)."""
        if self._content is None:
            try:
                async with asyncio.timeout(limits.BODY_S):
                    self._content = await self._read()
            except TimeoutError:
                raise Refusal(408, "The body took too long to arrive", "Send it faster") from None
        return self._content

    async def _read(self) -> bytes:
        declared = self.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and len(declared) < 20 and int(declared) > MAX_BODY_BYTES:
            raise too_large()
        content = bytearray()
        async for chunk in self.stream():
            content += chunk
            if len(content) > MAX_BODY_BYTES:
                raise too_large()
        return bytes(content)

    async def json(self) -> Any:
        """Return the body's strict JSON."""
        return strict_json.parse(await self.body())


def too_large() -> Refusal:
    """413."""
    return Refusal(413, f"The body is larger than {MAX_BODY_BYTES:,} bytes", "Send several requests")


class BoundedRoute(APIRoute):
    """A route that reads requests this way."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            try:
                return await handle(BoundedRequest(request.scope, request.receive))
            except ClientDisconnect:
                return Response(status_code=499)  # nobody will read it

        return bounded
