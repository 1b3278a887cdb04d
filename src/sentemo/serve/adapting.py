"""`POST /v1/adapt`, `DELETE /v1/models/{name}`: custom labels for clients, if the operator allows it."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import fastapi
from fastapi import APIRouter, Request, Response

from sentemo.adaptation.adaptable import changes
from sentemo.errors import BadInput, SentemoError, UsageError
from sentemo.model import SentEmoContext
from sentemo.serve import limits
from sentemo.serve.errors import Refusal
from sentemo.serve.labelling import labelled
from sentemo.serve.models import Served
from sentemo.serve.reply_schemas import FORBIDDEN, REFUSALS, AdaptReply, as_json
from sentemo.serve.requests import BoundedRoute
from sentemo.serve.schemas import AdaptAsked, count_turns
from sentemo.serve.service import Service
from sentemo.serve.worker import Job
from sentemo.types import Conversation


def router(service: Service) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(route_class=BoundedRoute)

    @routes.post("/v1/adapt", response_model=AdaptReply, responses=REFUSALS | FORBIDDEN)
    async def adapt(asked: AdaptAsked, request: Request) -> Response:
        """Learn labels from examples and serve the new model under its name, or preview it."""
        folder_of(service, asked.name)
        base = service.models.get(asked.base)
        check_examples(asked)

        def run(payloads: Sequence[AdaptAsked]) -> list[Served]:
            return [adapt_and_serve(service, base, each) for each in payloads]

        (served,) = await service.answer(request, service.slow, [Job(object(), run, asked, 1)])
        told = {"model": served.entry(), "told": str(served.model.adaptation)}
        return as_json(told | {"changes": await _changes(service, request, base, served, asked)})

    @routes.delete("/v1/models/{name}", status_code=204, response_class=Response, responses=REFUSALS | FORBIDDEN)
    async def remove(name: Annotated[str, fastapi.Path(max_length=limits.MAX_NAME)], request: Request) -> Response:
        """Remove an adapted model."""
        folder = _removable(service, name)

        def run(payloads: Sequence[Path]) -> Sequence[Path]:
            for each in payloads:
                _remove(service, each)
            return payloads

        await service.answer(request, service.slow, [Job(object(), run, folder, 1)])
        return Response(status_code=204)

    return routes


def adapt_and_serve(service: Service, base: Served, asked: AdaptAsked) -> Served:
    """Adapt, save and serve the new model; runs only in the slow worker's thread, one at a time.

    The package's errors about examples quote them, so only the advice is passed on.
    """
    folder = folder_of(service, asked.name)
    examples, whole = [example.plain() for example in asked.examples], base.model
    try:
        model = whole.adapt(
            examples,
            labels=asked.labels,
            descriptions=asked.descriptions,
            unlabelled=[talk.plain() for talk in asked.background] if asked.labels != "replace" else (),
            context=asked.context,
        )
    except (BadInput, UsageError) as error:
        raise Refusal(422, "The examples can't be learnt from", error.next_step, "examples") from None
    if asked.preview:
        return Served(asked.name, model)
    try:
        model.save_pretrained(folder)
    except SentemoError:
        raise Refusal(507, "The model can't be saved", "Ask the operator to check the folder of --adapted") from None
    served = Served(asked.name, model, removable=True)
    service.models.put(served)
    return served


async def _changes(
    service: Service, request: Request, base: Served, served: Served, asked: AdaptAsked
) -> list[dict[str, Any]]:
    """Label the preview conversations before and after, and return the turns that differ."""
    if not asked.preview:
        return []
    talks = [talk.plain() for talk in asked.preview]

    def run(payloads: Sequence[list[Conversation]]) -> list[list[dict[str, Any]]]:
        return [_differing(base.model, served.model, each) for each in payloads]

    (found,) = await service.answer(request, service.slow, [Job(object(), run, talks, 1)])
    return list(found)


def _differing(before: SentEmoContext, after: SentEmoContext, talks: list[Conversation]) -> list[dict[str, Any]]:
    return [
        {
            "conversation": each.conversation,
            "turn": each.turn,
            "before": labelled(each.before),
            "after": labelled(each.after),
        }
        for each in changes(before.predict(talks), after.predict(talks))
    ]


def _removable(service: Service, name: str) -> Path:
    served = service.models.get(name)
    if not served.removable or service.adapted is None:
        raise Refusal(403, "This model is the operator's", "Only adapted models can be removed")
    return service.adapted / served.name


def _remove(service: Service, folder: Path) -> None:
    """Remove a model and its folder, which is renamed first so that a crash leaves no partial folder."""
    if service.models.find(folder.name) is None:
        return  # another request was faster
    service.models.remove(folder.name)
    gone = folder.with_name(f".{folder.name}.removed-{secrets.token_hex(4)}")
    with contextlib.suppress(FileNotFoundError):  # the operator may have removed it by hand
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def folder_of(service: Service, name: str) -> Path:
    """Return the folder for the new model."""
    if service.adapted is None:
        raise Refusal(403, "This server doesn't adapt", "The operator can allow it with --adapted DIR")
    known = service.models.find(name)
    if known is not None and not known.removable:
        raise Refusal(403, "A model of the operator's has this name", "Choose another", "name")
    if known is None and service.models.adapted >= service.limits.adapted_models:
        raise Refusal(403, "The limit of adapted models is reached", "Remove one: DELETE /v1/models/NAME", "name")
    return service.adapted / name


def check_examples(asked: AdaptAsked) -> None:
    """Refuse examples that can't be learnt from, and say where."""
    if count_turns(asked.examples) > limits.MAX_EXAMPLE_TURNS:
        step = f"Send at most {limits.MAX_EXAMPLE_TURNS:,}"
        raise Refusal(422, "There are too many turns", step, "examples")
    if count_turns(asked.preview) > limits.MAX_TURNS:
        raise Refusal(422, "There are too many turns", f"Send at most {limits.MAX_TURNS:,}", "preview")
    if count_turns(asked.background) > limits.MAX_EXAMPLE_TURNS:
        raise Refusal(422, "There are too many turns", f"Send at most {limits.MAX_EXAMPLE_TURNS:,}", "background")
    labels = {turn.label for example in asked.examples for turn in example.turns if turn.label is not None}
    labels |= asked.descriptions.keys()
    if not labels:
        raise Refusal(422, "No turn has a label", 'Add a "label" to the turns that are examples', "examples")
    if len(labels) == 1 and asked.labels == "replace":
        raise Refusal(422, "There is only one label", "Send examples of at least two, or learn tags", "examples")
