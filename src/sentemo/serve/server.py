"""The application, with all routes behind the gate, and how it runs: address, logs without text, shutdown."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType

import uvicorn
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from sentemo import __version__
from sentemo.errors import UsageError
from sentemo.serve import (
    adapting,
    catalogue,
    chat_front_ends,
    explaining,
    health,
    label_studio,
    labelling,
    live,
    page,
    reading,
    reporting,
)
from sentemo.serve.errors import add_handlers
from sentemo.serve.gate import Gate
from sentemo.serve.limits import MAX_MESSAGE_BYTES
from sentemo.serve.service import Service
from sentemo.types import Conversation

TITLE = "sentemo"
ABOUT = "Labels every utterance of a conversation with its emotion. Send `Authorization: Bearer KEY` where one is set."


def create_app(service: Service) -> FastAPI:
    """Return the application with the routes of a service."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        talks = [Conversation.of("Hello.")]
        (warm,) = labelling.jobs(service.models.get(None), talks, causal=False, points=True, factors={})
        warm.future.add_done_callback(lambda done: setattr(service, "warm", done.exception() is None))
        service.quick.submit([warm])
        yield
        service.close()

    app = FastAPI(title=TITLE, version=__version__, description=ABOUT, docs_url=None, redoc_url=None, lifespan=lifespan)
    add_handlers(app)
    app.add_middleware(Gate, service=service)
    if service.origins:
        headers = ["Authorization", "Bypass-Tunnel-Reminder", "Content-Type"]
        app.add_middleware(CORSMiddleware, allow_origins=service.origins, allow_headers=headers, allow_methods=["*"])
    for each in (labelling, explaining, adapting, live, catalogue, health, chat_front_ends, label_studio, reporting):
        app.include_router(each.router(service))
    for other in (reading, page):
        app.include_router(other.router())
    return app


LAST_S = 300
"""Timeout for open requests once the server is stopping."""


BACKLOG = 2048
IDLE_S = 75
"""Timeout of idle connections; longer than that of clients and proxies, so that they close it, and no request meets
a connection that is just being closed."""


class Terse(logging.Formatter):
    """Log only the type of an exception: its message and traceback may contain what a client sent."""

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return the type's name."""
        return ei[0].__name__ if ei[0] else ""


LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"terse": {"()": Terse, "format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "terse"}},
    "loggers": {
        "sentemo.serve": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn.error": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
"""Below WARNING, uvicorn and websockets log URLs with their queries, and at DEBUG whole messages."""


def bind(host: str, port: int) -> socket.socket:
    """Bind an address; raise `UsageError` if that fails. No connection is accepted before `serve`."""
    taken = None
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        if taken is not None:
            taken.close()
        raise UsageError(f"Cannot listen on {host}:{port} ({error.strerror})", "Choose another --port") from None
    return taken


def configuration(service: Service) -> uvicorn.Config:
    """Return uvicorn's settings."""
    return uvicorn.Config(
        create_app(service),
        log_config=LOG,
        access_log=False,  # it would log queries; the gate has its own log
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=LAST_S,
        lifespan="on",
    )


def serve(service: Service, taken: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    taken.listen(BACKLOG)
    host, port, *_ = taken.getsockname()
    sys.stderr.write(f"Serving at http://{f'[{host}]' if ':' in host else host}:{port}\n")
    uvicorn.Server(configuration(service)).run([taken])
