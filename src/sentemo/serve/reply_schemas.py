"""Replies: what they hold, and strict JSON."""

from __future__ import annotations

import json
from typing import Any, Literal

from fastapi import Response
from pydantic import BaseModel

Place = tuple[float, float]


class LabelledOut(BaseModel):
    """The label of one turn, its probability, those of all labels, the tags that apply beside the label (0.5 or more
    each), its place on the map where asked for, and the turn's own id and time where it has any."""

    id: str | None = None
    time: str | None = None
    label: str
    score: float
    probabilities: dict[str, float]
    tags: dict[str, float] = {}
    point: Place | None = None


class TalkOut(BaseModel):
    """The labels of one conversation's turns, in order."""

    id: str
    turns: list[LabelledOut]


class PredictReply(BaseModel):
    """The conversations' labels, in order."""

    model: str
    conversations: list[TalkOut]


class NearOut(BaseModel):
    """A labelled example, and how far it is: 0 the same, 2 the opposite."""

    text: str
    label: str
    distance: float


class InfluenceOut(BaseModel):
    """What another turn does to the probability of a turn's label."""

    turn: int
    change: float


class WordOut(BaseModel):
    """What a word of a turn, or a few words, do to the probability of its label; all together they are the turn."""

    text: str
    change: float


class ExplainedOut(BaseModel):
    """What a turn's label rests on."""

    turn: int
    label: str
    score: float
    probabilities: dict[str, float]
    tags: dict[str, float] = {}
    nearest: list[NearOut]
    prototypes: dict[str, float]
    influences: list[InfluenceOut]
    words: list[WordOut]


class ExplainReply(BaseModel):
    """The explained turns."""

    model: str
    id: str
    turns: list[ExplainedOut]


class ExpectedOut(BaseModel):
    """What to expect of a tag: shares, with 95 % intervals."""

    examples: int
    context: float
    false: float
    recall: float | None
    recall_interval: tuple[float, float]
    precision: float | None
    precision_interval: tuple[float, float]


class AdaptedOut(BaseModel):
    """What an adaptation found."""

    method: str
    examples: dict[str, int]
    accuracy: float | None
    interval: tuple[float, float] | None
    chance: float
    tags: dict[str, ExpectedOut]


class ModelOut(BaseModel):
    """A model that is served: its labels, and where they are on the map."""

    name: str
    labels: list[str]
    tags: list[str]
    neutral: str | None
    adapted: AdaptedOut | None
    map: dict[str, Place]


class ModelCard(ModelOut):
    """A model with the facts of its card."""

    parameters: int | None
    encoder: str
    licence: str
    facts: dict[str, str]


class LimitsOut(BaseModel):
    """What one request may hold."""

    conversations: int
    turns: int
    characters: int
    body_bytes: int
    explained_turns: int
    examples: int


class ModelsReply(BaseModel):
    """The models that are served."""

    default: str
    adaptable: bool
    limits: LimitsOut
    models: list[ModelOut]


class ChangeOut(BaseModel):
    """A turn that would be labelled otherwise; conversation and turn are counted from 0."""

    conversation: int
    turn: int
    before: LabelledOut
    after: LabelledOut


class AdaptReply(BaseModel):
    """The new model, what to expect of it, and what it changes in the conversations that were sent to preview."""

    model: ModelOut
    told: str
    changes: list[ChangeOut]


class ReadTurn(BaseModel):
    """One utterance that was read: its own id, its time, its start and end in seconds where there are any."""

    id: str | None = None
    time: str | None = None
    start: float | None = None
    end: float | None = None
    speaker: str
    text: str


class ReadTalk(BaseModel):
    """One conversation that was read."""

    id: str
    turns: list[ReadTurn]


class ReadReply(BaseModel):
    """The conversations of a chat, and the format that it was in."""

    format: str
    conversations: list[ReadTalk]


class InspectReply(BaseModel):
    """What a chat or a table holds, as it is understood: its format and that in words, counts, speakers with their
    turns, the span of time, what was left out, remarks, why reading ended early if it did, and the first turns."""

    format: str
    kind: str
    conversations: int
    turns: int
    labelled: int
    speakers: dict[str, int]
    other_speakers: int
    first_time: str | None
    last_time: str | None
    left_out: dict[str, int]
    remarks: list[str]
    error: str | None
    shown: list[ReadTurn]


class StateReply(BaseModel):
    """How the server is."""

    state: Literal["alive", "ready"]


class ErrorText(BaseModel):
    """What went wrong, what to do, and where in the request."""

    cause: str
    next_step: str
    where: str | None


class ErrorReply(BaseModel):
    """A refusal."""

    error: ErrorText


_SAID = {
    401: "Wrong or missing key",
    404: "No such model or tag",
    408: "The body took too long",
    413: "The body is too large",
    422: "The input can't be used",
    429: "Too much to do; see Retry-After",
    500: "A mistake of the server's",
    503: "The model no longer answers",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorReply, "description": said} for status, said in _SAID.items()
}
FORBIDDEN: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorReply, "description": "Not allowed here"},
    507: {"model": ErrorReply, "description": "The model can't be kept"},
}


def as_json(value: Any, status: int = 200) -> Response:
    """Give a JSON reply; a number that JSON can't hold is an error of ours."""
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Response(content, status, media_type="application/json")
