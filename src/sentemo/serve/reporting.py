"""`POST /v1/report`: the report on labelled conversations, as a page of its own."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from sentemo.errors import BadInput, MissingExtra, UsageError
from sentemo.report import Report
from sentemo.report.report import NEUTRAL
from sentemo.report.sources import about
from sentemo.serve import limits
from sentemo.serve.errors import Refusal
from sentemo.serve.reply_schemas import REFUSALS, WITHOUT_EXTRA, ReportReply, as_json
from sentemo.serve.requests import BoundedRoute
from sentemo.serve.schemas import ReportAsked, count_turns
from sentemo.serve.service import Service
from sentemo.serve.worker import Job
from sentemo.types import LabelSet


def router(service: Service) -> APIRouter:
    """Make the route."""
    routes = APIRouter(route_class=BoundedRoute)

    @routes.post("/v1/report", response_model=ReportReply, responses=REFUSALS | WITHOUT_EXTRA)
    async def report(asked: ReportAsked, request: Request) -> Response:
        """Return the report on conversations with their labels, which may be corrected ones; no model is run."""
        if count_turns(asked.conversations) > limits.MAX_READ_TURNS:
            step = f"Send at most {limits.MAX_READ_TURNS:,} in one request"
            raise Refusal(422, "There are too many turns", step, "conversations")
        served = service.models.get(asked.model)
        model = about(served.name, served.labeler)

        def run(payloads: Sequence[ReportAsked]) -> list[str]:
            return [_html(each, model) for each in payloads]

        (html,) = await service.answer(request, service.slow, [Job(object(), run, asked, 1)])
        return as_json({"html": html})

    return routes


def _html(asked: ReportAsked, model: dict[str, object]) -> str:
    try:
        labels = LabelSet(tuple(asked.labels), next((name for name in NEUTRAL if name in asked.labels), None))
        predictions = (talk.plain() for talk in asked.conversations)
        return Report.from_predictions(predictions, labels, model=model).to_html()
    except (BadInput, UsageError) as error:  # its cause may quote the content
        step = error.next_step if isinstance(error, UsageError) else "Use only the labels that `labels` names"
        raise Refusal(422, "There is nothing to report on", step, "conversations") from None
    except MissingExtra as error:
        raise Refusal(501, "This server can't write reports", f"Ask its operator: {error.next_step}") from None
