"""`POST /v1/predict`: label conversations, batched across clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response

from sentemo.errors import UsageError
from sentemo.serve import limits
from sentemo.serve.emotion_map import Place
from sentemo.serve.errors import Refusal
from sentemo.serve.models import Served
from sentemo.serve.reply_schemas import REFUSALS, PredictReply, as_json
from sentemo.serve.requests import BoundedRoute
from sentemo.serve.schemas import PredictAsked, count_turns
from sentemo.serve.service import BATCH_TURNS, Service
from sentemo.serve.worker import Job
from sentemo.shares import neutral_factor, reweigh
from sentemo.types import Conversation, Prediction, TurnPrediction, origin, rounded


def router(service: Service) -> APIRouter:
    """Make the route."""
    routes = APIRouter(route_class=BoundedRoute)

    @routes.post("/v1/predict", response_model=PredictReply, response_model_exclude_unset=True, responses=REFUSALS)
    async def predict(asked: PredictAsked, request: Request) -> Response:
        """Label every turn of the conversations."""
        if count_turns(asked.conversations) > limits.MAX_TURNS:
            step = f"Send at most {limits.MAX_TURNS:,} in one request"
            raise Refusal(422, "There are too many turns", step, "conversations")
        served = service.models.get(asked.model).more_sensitive(asked.tag_sensitivity)
        talks = [talk.plain() for talk in asked.conversations]
        todo = jobs(served, talks, asked.causal, asked.points, factors(served, asked.sensitivity))
        parts = await service.answer(request, service.quick, todo)
        return as_json({"model": served.name, "conversations": [talk for part in parts for talk in part]})

    return routes


class Part(NamedTuple):
    """Conversations of a request to label in one pass, maybe with those of other requests."""

    talks: Sequence[Conversation]
    factors: Mapping[str, float]
    """Factors for the labels' probabilities."""


def factors(served: Served, sensitivity: float) -> Mapping[str, float]:
    """Return the factors of probabilities for a sensitivity; refuse (422) if there is no neutral label."""
    if not sensitivity:
        return {}
    try:
        return neutral_factor(served.labeler.labels, sensitivity)
    except UsageError as error:
        raise Refusal(422, error.cause, error.next_step, "sensitivity") from None


def jobs(
    served: Served, talks: Sequence[Conversation], causal: bool, points: bool, factors: Mapping[str, float]
) -> list[Job]:
    """Split a request into jobs, so that other requests can run in between."""
    kind = (id(served), causal, points)

    def run(parts: Sequence[Part]) -> list[list[dict[str, Any]]]:
        found = iter(label(served, [talk for part in parts for talk in part.talks], causal, points))
        return [[record(*next(found), part.factors) for _ in part.talks] for part in parts]

    return [Job(kind, run, Part(part, factors), sum(map(len, part))) for part in _parts(talks)]


def _parts(talks: Sequence[Conversation]) -> list[list[Conversation]]:
    parts: list[list[Conversation]] = [[]]
    turns = 0
    for talk in talks:
        if parts[-1] and turns + len(talk) > BATCH_TURNS:
            parts.append([])
            turns = 0
        parts[-1].append(talk)
        turns += len(talk)
    return parts


def label(
    served: Served, talks: Sequence[Conversation], causal: bool, points: bool
) -> list[tuple[Prediction, Sequence[Place] | None]]:
    """Label conversations in one pass; include places on the map if requested."""
    reader = served.causal if causal else served
    if not points or served.map is None:
        return [(prediction, None) for prediction in reader.labeler.predict(talks)]
    found = reader.model.predict_with_features(talks)
    return [(prediction, served.map.places(features)) for prediction, features in found]


def record(prediction: Prediction, places: Sequence[Place] | None, factors: Mapping[str, float]) -> dict[str, Any]:
    """Return a conversation's labels as plain values, with probabilities multiplied by the factors, if any."""
    turns = [labelled(turn) for turn in (reweigh(prediction, factors) if factors else prediction)]
    for turn, place in zip(turns, places or [], strict=places is not None):
        turn["point"] = place
    return {"id": prediction.id, "turns": turns}


def labelled(turn: TurnPrediction) -> dict[str, Any]:
    """Return a turn's label as plain values, rounded to 6 digits."""
    return origin(turn) | {
        "label": turn.label,
        "score": round(turn.score, 6),
        "probabilities": rounded(turn.probabilities),
        "tags": rounded(turn.tags),
    }
