"""`/label-studio/...`: a Label Studio ML backend that pre-annotates tasks and learns from annotations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, Strict, ValidationError

from sentemo.errors import BadInput
from sentemo.formats.label_studio import Interface, labelled
from sentemo.serve import limits
from sentemo.serve.adapting import adapt_and_serve, check_examples, folder_of
from sentemo.serve.errors import Refusal, from_validation
from sentemo.serve.labelling import label
from sentemo.serve.models import Served
from sentemo.serve.reply_schemas import FORBIDDEN, REFUSALS, as_json
from sentemo.serve.requests import BoundedRoute
from sentemo.serve.schemas import AdaptAsked, Whole
from sentemo.serve.service import Service
from sentemo.serve.worker import Job
from sentemo.types import Conversation, Prediction

Task = dict[str, Any]
Xml = Annotated[str, Field(max_length=100_000)]
Project = Annotated[str, Strict()] | Whole | dict[str, Any] | None
"""Its id, `ID.TIME`, or an object with an id and the labelling interface."""
CHANGED = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED")
REMOVED = "ANNOTATIONS_DELETED"
START = "START_TRAINING"
NOTHING: dict[str, Any] = {"result": [], "score": 0.0}
"""The prediction for a task without a text."""


class Setup(BaseModel):
    """A project to connect."""

    project: Project = None


class Pre(BaseModel):
    """Tasks to annotate."""

    tasks: Annotated[list[Task], Field(max_length=limits.MAX_CONVERSATIONS)]
    label_config: Xml
    project: Project = None


class Training(BaseModel):
    """Annotated tasks, as a project exports them."""

    annotations: Annotated[list[Task], Field(max_length=limits.MAX_EXAMPLES)]
    label_config: Xml
    project: Project = None


class Event(BaseModel):
    """An event in a project."""

    action: str
    project: Project = None
    task: Task = {}
    annotation: Task = {}
    annotations: list[Task] = []


def router(service: Service) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(route_class=BoundedRoute, prefix="/label-studio")
    taught: dict[str, dict[object, Task]] = {}  # project, annotation: the task with it

    @routes.get("/health", responses=REFUSALS)
    async def health() -> dict[str, str]:
        """Report that the backend is up."""
        return {"status": "UP", "model_class": "sentemo"}

    @routes.post("/setup", responses=REFUSALS)
    async def setup(asked: Setup) -> dict[str, str]:
        """Return the model version for a project."""
        return {"model_version": _served(service, asked.project).name}

    @routes.post("/predict", responses=REFUSALS)
    async def predict(asked: Pre, request: Request) -> Response:
        """Annotate tasks: a result, with its score, for each turn whose label is in the labelling interface."""
        served, interface = _served(service, asked.project), _interface(asked.label_config)
        passages = [interface.read(task) for task in asked.tasks]
        talks = [each.conversation for each in passages if each]
        _check(talks)

        def run(payloads: Sequence[list[Conversation]]) -> list[list[Prediction]]:
            return [[found for found, _ in label(served, payload, False, False)] for payload in payloads]

        jobs = [Job(object(), run, talks, sum(map(len, talks)))] if talks else []
        told = iter([each for part in await service.answer(request, service.quick, jobs) for each in part])
        answers = [interface.answer(next(told), each.places) if each else NOTHING for each in passages]
        return as_json({"results": [{**each, "model_version": served.name} for each in answers]})

    @routes.post("/train", status_code=201, responses=REFUSALS | FORBIDDEN)
    async def train(asked: Training, request: Request) -> Response:
        """Learn from annotated tasks; the new model then annotates the project's tasks."""
        return await _learn(service, request, asked.project, _interface(asked.label_config), asked.annotations)

    @routes.post("/webhook", status_code=201, responses=REFUSALS | FORBIDDEN)
    async def webhook(asked: Event, request: Request) -> Response:
        """Store annotations as they are made, and learn from them when training is started."""
        known = taught.setdefault(_id(asked.project), {})
        if asked.action == START:
            xml = asked.project.get("label_config", "") if isinstance(asked.project, dict) else ""
            newest = {task.get("id"): task for task in known.values()}  # one annotation of each task
            return await _learn(service, request, asked.project, _interface(str(xml)), [*newest.values()])
        for gone in asked.annotations if asked.action == REMOVED else ():
            known.pop(str(gone.get("id")), None)
        if asked.action in CHANGED and asked.task and len(known) < limits.MAX_EXAMPLES:
            known[str(asked.annotation.get("id"))] = {**asked.task, "annotations": [asked.annotation]}
        return as_json({"status": "ok"}, 201)

    return routes


async def _learn(
    service: Service, request: Request, project: Project, interface: Interface, tasks: Sequence[Task]
) -> Response:
    base, examples = service.models.get(None), labelled(interface, tasks)
    extends = {*base.labeler.labels} <= {*interface.labels}
    turns = [[{"speaker": t.speaker, "text": t.text, "label": t.label} for t in talk] for talk in examples]
    try:
        asked = AdaptAsked.model_validate(
            {
                "name": _name(project),
                "labels": "tags" if extends else "replace",
                "examples": [{"turns": each} for each in turns],
            }
        )
    except ValidationError as error:
        raise from_validation(error.errors()) from None
    folder_of(service, asked.name)
    check_examples(asked)

    def run(payloads: Sequence[AdaptAsked]) -> list[Served]:
        return [adapt_and_serve(service, base, each) for each in payloads]

    (served,) = await service.answer(request, service.slow, [Job(object(), run, asked, 1)])
    return as_json({"status": "ok", "result": {"model_version": served.name}}, 201)


def _interface(xml: str) -> Interface:
    try:
        return Interface.parse(xml)
    except BadInput as error:
        raise Refusal(422, error.cause, error.next_step, "label_config") from None


def _served(service: Service, project: Project) -> Served:
    """Return the model that learnt from a project, or the default one."""
    return service.models.find(_name(project)) or service.models.get(None)


def _name(project: Project) -> str:
    return f"label-studio-{_id(project)}"


def _id(project: Project) -> str:
    given = project.get("id") if isinstance(project, dict) else project
    id = str(given or 0).partition(".")[0]
    if not id.isascii() or not id.isalnum() or len(id) > 40:
        raise Refusal(422, "The project has no usable id", "Send the one that Label Studio assigned", "project")
    return id


def _check(talks: Sequence[Conversation]) -> None:
    if sum(map(len, talks)) > limits.MAX_TURNS:
        raise Refusal(422, "There are too many turns", f"Send at most {limits.MAX_TURNS:,} in one request", "tasks")
    try:
        for talk in talks:
            talk.check()
    except BadInput:
        raise Refusal(422, "A text contains a lone surrogate", "Write it as valid Unicode", "tasks") from None
    if any(len(turn.text) > limits.MAX_CHARACTERS for talk in talks for turn in talk):
        raise Refusal(422, "A text is too long", f"Send at most {limits.MAX_CHARACTERS:,} characters", "tasks")
