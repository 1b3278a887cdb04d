"""`/api/classify`: the emotion of a message, for front ends that choose a picture through SillyTavern's Extras API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from sentemo.serve.models import Served
from sentemo.serve.reply_schemas import REFUSALS, as_json
from sentemo.serve.requests import BoundedRoute
from sentemo.serve.schemas import Asked, Words
from sentemo.serve.service import Service
from sentemo.serve.worker import Job
from sentemo.types import Conversation, Prediction, TurnPrediction

MANY = "goemotions"
"""The label set whose 28 names are also the names of the front ends' pictures."""
NAMES = {"happiness": "joy"}
"""The picture for a label without one of its own."""


class Message(Asked):
    """A character's message."""

    text: Words


class Scored(BaseModel):
    """A label and its probability."""

    label: str
    score: float


class Classified(BaseModel):
    """The labels of a message, the most probable first."""

    classification: list[Scored]


class Labels(BaseModel):
    """The names that pictures can have."""

    labels: list[str]


class Modules(BaseModel):
    """The Extras modules that this server provides."""

    modules: list[str]


def router(service: Service) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(route_class=BoundedRoute)

    @routes.post("/api/classify", response_model=Classified, responses=REFUSALS)
    async def classify(asked: Message, request: Request) -> Response:
        """Label one message by itself: all labels, the most probable first."""
        return as_json({"classification": await _classified(service, request, asked.text)})

    @routes.get("/api/classify/labels", response_model=Labels, responses=REFUSALS)
    async def labels(request: Request) -> Response:
        """Name all labels."""
        return as_json({"labels": sorted(each["label"] for each in await _classified(service, request, "Hello."))})

    @routes.get("/api/modules", response_model=Modules, responses=REFUSALS)
    async def modules() -> Response:
        """Announce the module `classify`."""
        return as_json({"modules": ["classify"]})

    return routes


async def _classified(service: Service, request: Request, text: str) -> list[dict[str, Any]]:
    served = service.models.get(None)

    def run(talks: Sequence[Conversation]) -> list[list[dict[str, Any]]]:
        return [_scored(prediction.turns[0]) for prediction in _predicted(served, talks)]

    job = Job((id(served), MANY), run, Conversation.of(text), 1)
    (found,) = await service.answer(request, service.quick, [job])
    return cast(list[dict[str, Any]], found)


def _predicted(served: Served, talks: Sequence[Conversation]) -> list[Prediction]:
    labeler = served.labeler
    return labeler.predict(talks, labels=MANY if MANY in labeler.label_sets else None)


def _scored(turn: TurnPrediction) -> list[dict[str, Any]]:
    ranked = sorted(turn.probabilities.items(), key=lambda pair: -pair[1])
    return [{"label": NAMES.get(name, name), "score": round(share, 6)} for name, share in ranked]
