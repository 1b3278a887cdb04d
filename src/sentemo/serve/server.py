"""Run the application: an address, logs without text, an end in which all accepted requests are answered."""

from __future__ import annotations

import logging
import socket
import sys
from types import TracebackType

import uvicorn

from sentemo.errors import UsageError
from sentemo.serve.app import create_app
from sentemo.serve.limits import MAX_MESSAGE_BYTES
from sentemo.serve.service import Service

LAST_S = 300
"""Time for requests to be answered once the server is stopping."""


BACKLOG = 2048
IDLE_S = 75
"""Time for which a connection may be idle; longer than clients and proxies keep one, so that they close it, and no
request meets a connection that is just being closed."""


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


def bind(host: str, port: int) -> socket.socket:
    """Take an address; raise `UsageError` where it can't be had. Nobody is let in before `serve`."""
    taken = None
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        if taken is not None:
            taken.close()
        raise UsageError(f"{host}:{port} can't be listened on ({error.strerror})", "Choose another --port") from None
    return taken


def configuration(service: Service) -> uvicorn.Config:
    """Give uvicorn's settings."""
    return uvicorn.Config(
        create_app(service),
        log_config=LOG,
        access_log=False,  # it would write queries; the gate writes its own
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
