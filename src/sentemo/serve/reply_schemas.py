"""Replies: their schemas, and strict JSON."""

from __future__ import annotations

import json
from typing import Any, Literal

from fastapi import Response
from pydantic import BaseModel

from sentemo.adaptation.adaptation import Expected

Place = tuple[float, float]


class LabelledOut(BaseModel):
    """The label of one turn, its probability, those of all labels, the tags that also apply (0.5 or more each), its
    place on the map if requested, and the turn's own id and time if it has any."""

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
    """A labelled example and its distance: 0 the same, 2 the opposite."""

    text: str
    label: str
    distance: float


class InfluenceOut(BaseModel):
    """The influence of another turn on the probability of a turn's label."""

    turn: int
    change: float


class WordOut(BaseModel):
    """The influence of a word of a turn, or a few words, on the probability of its label; joined they are the turn."""

    text: str
    change: float


class ExplainedOut(BaseModel):
    """The reasons for a turn's label."""

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


class AdaptedOut(BaseModel):
    """The results of an adaptation."""

    method: str
    examples: dict[str, int]
    accuracy: float | None
    interval: tuple[float, float] | None
    chance: float
    tags: dict[str, Expected]


class ModelOut(BaseModel):
    """A served model: its labels, and their places on the map."""

    name: str
    labels: list[str]
    tags: list[str]
    neutral: str | None
    adapted: AdaptedOut | None
    map: dict[str, Place]


class ModelCard(ModelOut):
    """A model with the facts of its model card."""

    parameters: int | None
    encoder: str
    licence: str
    facts: dict[str, str]


class LimitsOut(BaseModel):
    """The limits of one request."""

    conversations: int
    turns: int
    characters: int
    body_bytes: int
    explained_turns: int
    examples: int


class ModelsReply(BaseModel):
    """The served models."""

    default: str
    adaptable: bool
    limits: LimitsOut
    models: list[ModelOut]


class ChangeOut(BaseModel):
    """A turn whose label would change; conversation and turn are counted from 0."""

    conversation: int
    turn: int
    before: LabelledOut
    after: LabelledOut


class AdaptReply(BaseModel):
    """The new model, its expected quality, and what it changes in the preview conversations."""

    model: ModelOut
    told: str
    changes: list[ChangeOut]


class ReadTurn(BaseModel):
    """One utterance that was read: its own id, its time, its start and end in seconds if there are any."""

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
    """The conversations of a chat, and its format."""

    format: str
    conversations: list[ReadTalk]


class InspectReply(BaseModel):
    """How a chat or a table was read: its format and a description of it, counts, speakers with their turns, the
    time span, what was left out, remarks, why reading ended early if it did, and the first turns."""

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
    """The server's state."""

    state: Literal["alive", "ready"]


class ReportReply(BaseModel):
    """A page that needs no other file."""

    html: str


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
    408: "The body took too long to arrive",
    413: "The body is too large",
    422: "The input can't be used",
    429: "The server is busy; see Retry-After",
    500: "Internal server error",
    503: "The model no longer answers",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorReply, "description": said} for status, said in _SAID.items()
}
FORBIDDEN: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorReply, "description": "Not allowed here"},
    507: {"model": ErrorReply, "description": "The model can't be saved"},
}
WITHOUT_EXTRA: dict[int | str, dict[str, Any]] = {
    501: {"model": ErrorReply, "description": "The server lacks the extra `report`"}
}


def as_json(value: Any, status: int = 200) -> Response:
    """Return a JSON reply; a number that JSON can't represent is an error of ours."""
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Response(content, status, media_type="application/json")
