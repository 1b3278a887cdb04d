"""`/health`, `/ready`, `/metrics`: for monitoring."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from sentemo.serve.errors import Refusal, stopped
from sentemo.serve.reply_schemas import REFUSALS, StateReply, as_json
from sentemo.serve.service import CONTENT_TYPE, Service

NOT_NOW: dict[int | str, dict[str, Any]] = {503: REFUSALS[503]}


def router(service: Service) -> APIRouter:
    """Make the routes."""
    routes = APIRouter()

    @routes.get("/health", response_model=StateReply, responses=NOT_NOW)
    async def health() -> Response:
        """Report whether the models' threads are alive."""
        if not service.alive:
            raise stopped()
        return as_json({"state": "alive"})

    @routes.get("/ready", response_model=StateReply, responses=NOT_NOW)
    async def ready() -> Response:
        """Report whether a model is loaded and warmed up."""
        if not (service.alive and service.warm):
            raise Refusal(503, "The model isn't ready", "Try again in a second", None, {"Retry-After": "1"})
        return as_json({"state": "ready"})

    @routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """Return counts and times in Prometheus's format."""
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)

    return routes
