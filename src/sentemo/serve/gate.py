"""The middleware for every request: limits, the key, security headers, a log without text."""

from __future__ import annotations

import logging
import secrets
import time
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from sentemo.serve import keys
from sentemo.serve.errors import Refusal, failed, overloaded
from sentemo.serve.live import wrong_key
from sentemo.serve.service import ClientGone, Service

LOG = logging.getLogger("sentemo.serve")
OPEN = ("/health", "/ready", "/openapi.json", "/docs", "/")
WATCHED = ("/health", "/ready", "/metrics")
LOCAL = ("localhost", "127.0.0.1", "::1")


class Gate:
    """Middleware that limits, checks, answers errors, measures and logs."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        passage = _Passage(scope, send)
        try:
            self._check(scope)
        except Refusal as error:
            await _refuse(error, scope, receive, passage.send)
        else:
            await self._admit(scope, receive, passage)
        self.service.metrics.answered(passage.route, passage.status, passage.seconds)
        LOG.info("%s %s %s %d %.0f ms", passage.id, passage.method, passage.route, passage.status, passage.ms)
        return None

    def _check(self, scope: Scope) -> None:
        if not self._has_room(scope):
            raise overloaded()
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if self.service.loopback and self.service.key is None and _name(host) not in LOCAL:
            raise Refusal(421, "This server only answers to localhost", "Set a key to use it under another name")
        origin = headers.get(b"origin")
        if scope["type"] == "websocket":
            if origin is not None and origin.decode("latin-1").partition("://")[2] != host:
                raise Refusal(403, "Pages of other sites may not connect", "Use the server's own page")
        elif not _is_open(scope["path"]) and not keys.is_right(
            keys.of_header(headers.get(b"authorization")), self.service.key
        ):
            raise wrong_key()

    def _has_room(self, scope: Scope) -> bool:
        """Return whether there is capacity; half of it is reserved for requests, and monitoring is always admitted."""
        most = self.service.limits.connections
        if scope["type"] == "websocket" and self.service.talks >= max(1, most // 2):
            return False
        return self.service.open < most or scope["path"] in WATCHED

    async def _admit(self, scope: Scope, receive: Receive, passage: _Passage) -> None:
        self._count(scope, 1)
        try:
            await self.app(scope, receive, passage.send)
        except ClientGone:
            passage.status = 499
        except Exception as error:  # its message may contain text, so it is not logged
            LOG.error("%s failed: %s", passage.id, type(error).__name__)
            if not passage.begun:
                await _refuse(failed(), scope, receive, passage.send)
        finally:
            self._count(scope, -1)

    def _count(self, scope: Scope, change: int) -> None:
        self.service.open += change
        self.service.talks += change if scope["type"] == "websocket" else 0
        self.service.metrics.open.set(self.service.open)


class _Passage:
    """One request on its way through the middleware."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.id = secrets.token_hex(8)
        self.method = scope.get("method", "LIVE")
        self.status, self.begun = 0, False
        self._scope, self._send, self._start = scope, send, time.perf_counter()

    @property
    def route(self) -> str:
        """The path pattern of the route; a client's own path is never logged."""
        return getattr(self._scope.get("route"), "path", "-")

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start

    @property
    def ms(self) -> float:
        return 1000 * self.seconds

    async def send(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.id
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
        self.status = message.get("status", self.status)
        if message["type"] == "websocket.accept":
            self.status = 101
        self.begun = True
        await self._send(message)


async def _refuse(error: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await error.response()(scope, receive, send)
    else:
        await WebSocket(scope, receive, send).send_denial_response(error.response())


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith("/page/")


def _name(host: str) -> str:
    """Return the name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
