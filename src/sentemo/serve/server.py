"""Run the application: an address, logs without text, an end in which all accepted requests are answered."""

from __future__ import annotations

import logging
import socket
import sys
from types import TracebackType

import uvicorn

from sentemo.serve.app import create_app
from sentemo.serve.limits import MAX_MESSAGE_BYTES
from sentemo.serve.service import Service

LAST_S = 60
"""Time for requests to be answered once the server was told to stop."""


class Terse(logging.Formatter):
    """Name an exception by its type alone: its message and its traceback may hold what a client sent."""

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Give the type's name."""
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
"""Below WARNING, uvicorn and websockets write addresses with their queries, and at DEBUG whole messages."""


class Server(uvicorn.Server):
    """A server that says where it is."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port."""
        await super().startup(sockets)
        for each in self.servers:
            for opened in each.sockets:
                host, port, *_ = opened.getsockname()
                sys.stderr.write(f"Serving at http://{f'[{host}]' if ':' in host else host}:{port}\n")


def configuration(service: Service, host: str, port: int) -> uvicorn.Config:
    """Give uvicorn's settings."""
    return uvicorn.Config(
        create_app(service),
        host,
        port,
        log_config=LOG,
        access_log=False,  # it would write queries; the gate writes its own
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        timeout_graceful_shutdown=LAST_S,
        lifespan="on",
    )


def serve(service: Service, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    Server(configuration(service, host, port)).run()
