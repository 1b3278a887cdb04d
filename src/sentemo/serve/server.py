"""Run the application: an address, logs without text, an end in which all accepted requests are answered."""

from __future__ import annotations

import logging

import uvicorn

from sentemo.serve.app import create_app
from sentemo.serve.limits import MAX_MESSAGE_BYTES
from sentemo.serve.service import Service

LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "INFO", "propagate": False} for name in ("uvicorn", "sentemo.serve")
    }
    | {name: {"level": "INFO"} for name in ("uvicorn.error", "uvicorn.access", "uvicorn.asgi")},
}
"""At DEBUG, uvicorn and websockets write what they receive; their own level keeps them from it."""
LAST_S = 60
"""Time for requests to be answered once the server was told to stop."""


def configuration(service: Service, host: str, port: int) -> uvicorn.Config:
    """Give uvicorn's settings."""
    return uvicorn.Config(
        create_app(service),
        host,
        port,
        log_config=LOG,
        access_log=False,  # it would write queries; the gate writes its own
        server_header=False,
        date_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        backlog=2048,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=LAST_S,
        lifespan="on",
    )


def serve(service: Service, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    uvicorn.Server(configuration(service, host, port)).run()
