"""Schemas of requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, Strict, StringConstraints
from pydantic_core import PydanticCustomError

from sentemo.serve import limits
from sentemo.shares import MOST_SENSITIVE
from sentemo.times import read_time
from sentemo.types import ABSTENTION, COUNTER, Conversation, Prediction, TurnPrediction, Utterance

MODEL_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


NOT_BLANK: dict[str, JsonValue] = {"pattern": r"[^\s\u001c-\u001f\u0085]"}
"""A non-blank text in JSON Schema, equivalent to `str.strip`."""


def _whole(number: object) -> object:
    """JSON has only one number type: 8.0 is 8."""
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
        description="Subtracted from neutral's log-odds: above 0 finds more emotions, below 0 fewer. It changes both "
        "labels and probabilities, and needs a model with a neutral label.",
    ),
]
Shift = Annotated[
    float,
    Strict(),
    Field(ge=-MOST_SENSITIVE, le=MOST_SENSITIVE, description="Added to a tag's log-odds: above 0 finds it more often."),
]


Share = Annotated[float, Strict(), Field(ge=0, le=1)]


class Asked(BaseModel):
    """Part of a request, without unknown fields."""

    model_config = ConfigDict(extra="forbid")


class Turn(Asked):
    """One utterance."""

    speaker: Short = ""
    text: Words


class DatedTurn(Turn):
    """One utterance, optionally with its own id and time (ISO 8601), which the reply repeats."""

    id: Short = ""
    time: Short = ""

    def plain(self) -> Utterance:
        """Return the package's own turn, without a time that can't be parsed."""
        return Utterance(self.text, self.speaker, id=self.id, time=read_time(self.time))


class Talk(Asked):
    """The turns of one conversation, in order."""

    id: Short = ""
    turns: Annotated[list[DatedTurn], Field(min_length=1, max_length=limits.MAX_TURNS)]

    def plain(self) -> Conversation:
        """Return the package's own conversation."""
        return Conversation(self.id, tuple(turn.plain() for turn in self.turns))


class PredictAsked(Asked):
    """Conversations to label; at most 1,024 turns in all."""

    conversations: Annotated[list[Talk], Field(min_length=1, max_length=limits.MAX_CONVERSATIONS)]
    model: ModelName | None = None
    causal: Yes = False
    points: Yes = False
    sensitivity: Sensitivity = 0.0
    tag_sensitivity: Annotated[dict[Label, Shift], Field(max_length=limits.MAX_LABELS)] = {}


class ExplainAsked(Asked):
    """A conversation whose labels to explain: all of them, or that of one turn (counted from 0)."""

    conversation: Talk
    turn: Annotated[Whole, Field(ge=0, lt=limits.MAX_TURNS)] | None = None
    neighbours: Annotated[Whole, Field(ge=0, le=limits.MAX_NEIGHBOURS)] = 3
    reach: Annotated[Whole, Field(ge=0, le=limits.MAX_REACH)] = 8
    words: Yes = False
    model: ModelName | None = None
    causal: Yes = False


class LabelledTurn(Turn):
    """One utterance: an example if it has a label, a counter-example if that does not apply (`"not": true`)."""

    label: Label | None = None
    counter: Annotated[bool, Strict(), Field(alias="not")] = False

    @property
    def name(self) -> str | None:
        """The label in the package's own form."""
        return f"{COUNTER}{self.label}" if self.counter and self.label is not None else self.label


class Example(Asked):
    """A conversation in which some turns are examples."""

    id: Short = ""
    turns: Annotated[list[LabelledTurn], Field(min_length=1, max_length=limits.MAX_TURNS)]

    def plain(self) -> Conversation:
        """Return the package's own conversation."""
        return Conversation(self.id, tuple(Utterance(turn.text, turn.speaker, turn.name) for turn in self.turns))


class AdaptAsked(Asked):
    """Labels to learn from examples, or from descriptions of a few words.

    As `tags` (alias: `extend`) each is a yes or no in addition to the model's labels; `background` are conversations of
    yours on which their thresholds are set. With `preview` nothing is saved: the reply says what would change there.
    """

    name: NewName
    base: ModelName | None = None
    labels: Literal["tags", "extend", "replace"] = "replace"
    examples: Annotated[list[Example], Field(max_length=limits.MAX_EXAMPLES)] = []
    descriptions: Annotated[dict[Label, Words], Field(max_length=limits.MAX_LABELS)] = {}
    context: Annotated[float, Strict(), Field(ge=0, le=1)] | None = None
    background: Annotated[list[Talk], Field(max_length=limits.MAX_EXAMPLES)] = []
    preview: Annotated[list[Talk], Field(max_length=limits.MAX_CONVERSATIONS)] = []


class JudgedTurn(DatedTurn):
    """One utterance with its label, if any, and the probabilities and tags that are known."""

    label: Label | None = None
    probabilities: Annotated[dict[Label, Share], Field(max_length=limits.MAX_LABELS)] = {}
    tags: Annotated[dict[Label, Share], Field(max_length=limits.MAX_LABELS)] = {}

    def judged(self) -> TurnPrediction:
        """Return the package's own prediction."""
        label = ABSTENTION if self.label is None else self.label
        score = self.probabilities.get(label, 0.0)
        time = read_time(self.time)
        return TurnPrediction(self.speaker, self.text, label, score, self.probabilities, tags=self.tags, time=time)


class JudgedTalk(Asked):
    """The labelled turns of one conversation, in order."""

    id: Short = ""
    turns: Annotated[list[JudgedTurn], Field(min_length=1, max_length=limits.MAX_READ_TURNS)]

    def plain(self) -> Prediction:
        """Return the package's own prediction."""
        return Prediction(self.id, tuple(turn.judged() for turn in self.turns))


class ReportAsked(Asked):
    """Labelled conversations to report on, all labels in drawing order, and the model that gave them."""

    labels: Annotated[list[Label], Field(min_length=1, max_length=limits.MAX_LABELS)]
    conversations: Annotated[list[JudgedTalk], Field(min_length=1, max_length=limits.MAX_READ_TURNS)]
    model: ModelName | None = None


class LiveTurn(Turn):
    """One message of a live conversation."""

    sensitivity: Sensitivity = 0.0


def count_turns(talks: Sequence[Talk] | Sequence[Example] | Sequence[JudgedTalk]) -> int:
    """Return the number of turns in all conversations together."""
    return sum(len(talk.turns) for talk in talks)


FIELDS = frozenset(
    field.alias or name
    for kind in (PredictAsked, ExplainAsked, AdaptAsked, ReportAsked, Talk, LabelledTurn, JudgedTurn)
    for name, field in kind.model_fields.items()
) | {"format"}
"""The names of request fields, the only part of a request that an error reply may repeat."""
