"""Servers in a thread of this process, on a free port of this machine."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from sentemo.model import SentEmoContext
from sentemo.serve.limits import Limits
from sentemo.serve.models import Models, Served
from sentemo.serve.server import LOG, bind, configuration
from sentemo.serve.service import Service
from tests.artifacts.models import random_model
from tests.encoders.readers import tiny_reader

MODEL = random_model(encoder=tiny_reader())
OTHER = random_model(seed=1)


@dataclass
class Running:
    """A server that answers."""

    url: str
    service: Service
    http: httpx2.Client
    server: uvicorn.Server

    def predict(self, *texts: str, **more: Any) -> httpx2.Response:
        """Label one conversation of bare texts."""
        turns = [{"text": text} for text in texts]
        return self.http.post("/v1/predict", json={"conversations": [{"turns": turns}]} | more)


def service(
    model: SentEmoContext = MODEL, adapted: Path | None = None, key: str | None = None, **limits: Any
) -> Service:
    """Make the state of a server of two models."""
    models = Models([Served("first", model), Served("second", OTHER)])
    return Service(models, adapted, key, Limits(**limits))


class Stderr:
    """Write to what is stderr now: each test has its own."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


@contextmanager
def running(state: Service, *, key: str | None = None) -> Iterator[Running]:
    """Start a server, and stop it as SIGTERM does."""
    server = uvicorn.Server(configuration(state))
    for name in LOG["loggers"]:
        for handler in logging.getLogger(name).handlers:
            handler.setStream(Stderr())
    taken = bind("127.0.0.1", 0)
    port = taken.getsockname()[1]
    thread = threading.Thread(target=server.run, args=([taken],))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server didn't start"
            time.sleep(0.01)
        url = f"http://127.0.0.1:{port}"
        headers = {} if key is None else {"Authorization": f"Bearer {key}".encode()}
        with httpx2.Client(base_url=url, headers=headers, timeout=120, trust_env=False) as http:
            yield Running(url, state, http, server)
    finally:
        server.should_exit = True
        thread.join(30)
