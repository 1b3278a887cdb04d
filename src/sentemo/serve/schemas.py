"""What requests and replies hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, Strict, StringConstraints
from pydantic_core import PydanticCustomError

from sentemo.serve import limits
from sentemo.shares import MOST_SENSITIVE
from sentemo.times import read_time
from sentemo.types import Conversation, Utterance

MODEL_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


NOT_BLANK: dict[str, JsonValue] = {"pattern": r"[^\s\u001c-\u001f\u0085]"}
"""What `str.strip` leaves, in the words of JSON Schema."""


def _whole(number: object) -> object:
    """JSON knows one kind of numbers: 8.0 is 8."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _filled(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "blank")
    return text


Words = Annotated[
    str,
    Strict(),
    StringConstraints(min_length=1, max_length=limits.MAX_CHARACTERS),
    AfterValidator(_filled),
    Field(json_schema_extra=NOT_BLANK),
]
Short = Annotated[str, Strict(), StringConstraints(max_length=limits.MAX_NAME)]
Label = Annotated[
    str,
    Strict(),
    StringConstraints(min_length=1, max_length=limits.MAX_NAME),
    AfterValidator(_filled),
    Field(json_schema_extra=NOT_BLANK),
]
ModelName = Annotated[str, Strict(), StringConstraints(max_length=limits.MAX_NAME)]
NewName = Annotated[str, Strict(), StringConstraints(pattern=MODEL_NAME)]
Yes = Annotated[bool, Strict()]
Whole = Annotated[int, BeforeValidator(_whole), Strict()]
Sensitivity = Annotated[
    float,
    Strict(),
    Field(
        ge=-MOST_SENSITIVE,
        le=MOST_SENSITIVE,
        description="Taken from neutral's log-odds: above 0 more emotions are found, below 0 fewer. It moves both "
        "labels and probabilities, and needs a model with a neutral label.",
    ),
]
Place = tuple[float, float]


class Asked(BaseModel):
    """Part of a request: no field that isn't known."""

    model_config = ConfigDict(extra="forbid")


class Turn(Asked):
    """One utterance."""

    speaker: Short = ""
    text: Words


class DatedTurn(Turn):
    """One utterance, maybe with its own id and its time (ISO 8601), which the reply repeats."""

    id: Short = ""
    time: Short = ""

    def plain(self) -> Utterance:
        """Return the package's own turn, without a time that can't be read."""
        return Utterance(self.text, self.speaker, id=self.id, time=read_time(self.time))


class Talk(Asked):
    """The turns of one conversation, in order."""

    id: Short = ""
    turns: Annotated[list[DatedTurn], Field(min_length=1, max_length=limits.MAX_TURNS)]

    def plain(self) -> Conversation:
        """Give the package's own conversation."""
        return Conversation(self.id, tuple(turn.plain() for turn in self.turns))


class PredictAsked(Asked):
    """Conversations to label; at most 1,024 turns in all."""

    conversations: Annotated[list[Talk], Field(min_length=1, max_length=limits.MAX_CONVERSATIONS)]
    model: ModelName | None = None
    causal: Yes = False
    points: Yes = False
    sensitivity: Sensitivity = 0.0


class ExplainAsked(Asked):
    """A conversation whose labels are to be explained: all of them, or that of one turn (counted from 0)."""

    conversation: Talk
    turn: Annotated[Whole, Field(ge=0, lt=limits.MAX_TURNS)] | None = None
    neighbours: Annotated[Whole, Field(ge=0, le=limits.MAX_NEIGHBOURS)] = 3
    reach: Annotated[Whole, Field(ge=0, le=limits.MAX_REACH)] = 8
    words: Yes = False
    model: ModelName | None = None
    causal: Yes = False


class LabelledTurn(Turn):
    """One utterance, an example where it has a label."""

    label: Label | None = None


class Example(Asked):
    """A conversation in which some turns are examples."""

    id: Short = ""
    turns: Annotated[list[LabelledTurn], Field(min_length=1, max_length=limits.MAX_TURNS)]

    def plain(self) -> Conversation:
        """Give the package's own conversation."""
        return Conversation(self.id, tuple(Utterance(turn.text, turn.speaker, turn.label) for turn in self.turns))


class AdaptAsked(Asked):
    """Labels to learn from examples, or from descriptions of a few words."""

    name: NewName
    base: ModelName | None = None
    labels: Literal["extend", "replace"] = "replace"
    examples: Annotated[list[Example], Field(max_length=limits.MAX_EXAMPLES)] = []
    descriptions: Annotated[dict[Label, Words], Field(max_length=limits.MAX_LABELS)] = {}


class LiveTurn(Turn):
    """One message of a live talk."""

    sensitivity: Sensitivity = 0.0


class LabelledOut(BaseModel):
    """The label of one turn, its probability, those of all labels, the tags that apply beside the label (0.5 or more
    each), its place on the map where asked for, and the turn's own id and time where it has any."""

    id: str | None = None
    time: str | None = None
    label: str
    confidence: float
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
    confidence: float
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
    """What an adaptation found."""

    method: str
    examples: dict[str, int]
    accuracy: float | None
    interval: tuple[float, float] | None
    chance: float
    mistaken: float | None


class ModelOut(BaseModel):
    """A model that is served: its labels, and where they lie on the map."""

    name: str
    labels: list[str]
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


class AdaptReply(BaseModel):
    """The new model, and what to expect of it."""

    model: ModelOut
    told: str


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


def count_turns(talks: Sequence[Talk] | Sequence[Example]) -> int:
    """Turns of all conversations together."""
    return sum(len(talk.turns) for talk in talks)


FIELDS = frozenset(
    name for kind in (PredictAsked, ExplainAsked, AdaptAsked, Talk, LabelledTurn) for name in kind.model_fields
) | {"format"}
"""The names of the fields of requests, which alone of a request may stand in a refusal."""
