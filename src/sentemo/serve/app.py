"""The application: all routes behind the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from sentemo import __version__
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
)
from sentemo.serve.errors import add_handlers
from sentemo.serve.gate import Gate
from sentemo.serve.service import Service
from sentemo.types import Conversation

TITLE = "sentemo"
ABOUT = "Names the emotion of every utterance in a conversation. Send `Authorization: Bearer KEY` where one is set."


def create_app(service: Service) -> FastAPI:
    """Wire the routes of a service."""

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
    for each in (labelling, explaining, adapting, live, catalogue, health, chat_front_ends, label_studio):
        app.include_router(each.router(service))
    for other in (reading, page):
        app.include_router(other.router())
    return app
