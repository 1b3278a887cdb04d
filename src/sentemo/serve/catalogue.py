"""`GET /v1/models`, `/v1/model`: the available models and their facts."""

from __future__ import annotations

from fastapi import APIRouter, Response

from sentemo.serve import limits
from sentemo.serve.reply_schemas import REFUSALS, ModelCard, ModelsReply, as_json
from sentemo.serve.service import Service

SAID = {
    "conversations": limits.MAX_CONVERSATIONS,
    "turns": limits.MAX_TURNS,
    "characters": limits.MAX_CHARACTERS,
    "body_bytes": limits.MAX_BODY_BYTES,
    "explained_turns": limits.MAX_TURNS,
    "examples": limits.MAX_EXAMPLES,
}


def router(service: Service) -> APIRouter:
    """Make the routes."""
    routes = APIRouter()

    @routes.get("/v1/models", response_model=ModelsReply, responses=REFUSALS)
    async def models() -> Response:
        """Name all models, with their labels and maps, and the limits."""
        return as_json(
            {
                "default": service.models.default,
                "adaptable": service.adapted is not None,
                "limits": SAID,
                "models": [served.entry() for served in service.models],
            }
        )

    @routes.get("/v1/model", response_model=ModelCard, responses=REFUSALS)
    async def model(name: str | None = None) -> Response:
        """Describe one model, by default the default model."""
        return as_json(service.models.get(name).card())

    return routes
