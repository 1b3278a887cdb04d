"""`POST /v1/explain`: why turns have their labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from sentemo.explanation.explanation import TurnExplanation
from sentemo.explanation.influence import WordInfluence, weigh_words
from sentemo.serve import limits
from sentemo.serve.errors import Refusal
from sentemo.serve.labelling import labelled
from sentemo.serve.models import Served
from sentemo.serve.reply_schemas import REFUSALS, ExplainReply, as_json
from sentemo.serve.requests import BoundedRoute
from sentemo.serve.schemas import ExplainAsked
from sentemo.serve.service import Service
from sentemo.serve.worker import Job


def router(service: Service) -> APIRouter:
    """Make the route."""
    routes = APIRouter(route_class=BoundedRoute)

    @routes.post("/v1/explain", response_model=ExplainReply, responses=REFUSALS)
    async def explain(asked: ExplainAsked, request: Request) -> Response:
        """Return the nearest examples, distances to labels, and the influence of each other turn on a label.

        With `words`, also the influence of each of the turn's own words. The nearest examples are the package's own
        sentences, or those that an adapted model learnt from.
        """
        turns = len(asked.conversation.turns)
        if asked.turn is None and turns > limits.MAX_EXPLAINED:
            step = f"Ask for one turn, or send at most {limits.MAX_EXPLAINED}"
            raise Refusal(422, "The conversation is too long to explain", step, "conversation.turns")
        if asked.turn is not None and asked.turn >= turns:
            raise Refusal(422, "The conversation has no such turn", "Count its turns from 0", "turn")
        served = service.models.get(asked.model)

        def run(payloads: Sequence[ExplainAsked]) -> list[dict[str, Any]]:
            return [explained(served, each) for each in payloads]

        (found,) = await service.answer(request, service.slow, [Job(object(), run, asked, 1)])
        return as_json({"model": served.name, **found})

    return routes


def explained(served: Served, asked: ExplainAsked) -> dict[str, Any]:
    """Explain a conversation; return plain values."""
    model = (served.causal if asked.causal else served).model
    talk = asked.conversation.plain()
    found = model.explain(talk, neighbours=asked.neighbours, reach=asked.reach, turn=asked.turn)
    wanted = [(place, turn) for place, turn in enumerate(found) if asked.turn in (None, place)]
    words = [weigh_words(model, talk, turn.prediction, place) if asked.words else () for place, turn in wanted]
    turns = [_record(*each, own) for each, own in zip(wanted, words, strict=True)]
    return {"id": found.id, "turns": turns}


def _record(place: int, turn: TurnExplanation, words: Sequence[WordInfluence]) -> dict[str, Any]:
    whole = turn.to_json()
    rest = {name: whole[name] for name in ("nearest", "prototypes", "influences")}
    own = [{"text": word.text, "change": round(word.change, 6)} for word in words]
    return {"turn": place, **labelled(turn.prediction), **rest, "words": own}
