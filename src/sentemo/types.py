"""Input and output types: conversations, label sets, predictions, and the labeler protocol. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any, Literal, Protocol, overload, runtime_checkable

from sentemo.errors import BadInput
from sentemo.times import read_time, written

ABSTENTION = "(none)"
"""The placeholder for a turn that a labeler gave no label; it can't be part of a label set."""
COUNTER = "!"
"""Prefix of a counter-example's label: `!relief` means that the turn is not relief."""
Head = Literal["classifier", "prototypes", "neighbours"]
"""What turns features into labels in a model that was not exported."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of a conversation: its text, speaker and, if known, gold label."""

    text: str
    speaker: str = ""
    label: str | None = None
    labels: tuple[str, ...] = ()
    """All labels if there are several: those that apply, or one from each annotator. Empty if `label` is the only
    one."""
    id: str = ""
    """The message's own id, if its file has one."""
    time: datetime | None = None
    """When it was written or said: in UTC, or naive if the file doesn't give the time zone."""
    span_s: tuple[float, float] | None = None
    """Where it starts and ends in a recording, in seconds."""

    @classmethod
    def of(cls, turn: Any) -> Utterance:
        """Make a turn from a text, (speaker, text), (speaker, text, label), or a dictionary as in JSON Lines.

        Raises `BadInput` for anything else.
        """
        if isinstance(turn, cls):
            return turn
        if isinstance(turn, str):
            return cls(turn)
        if is_turn(turn):
            speaker, text, *label = turn
            return cls(text, speaker, *label)
        if isinstance(turn, Mapping) and isinstance(turn.get("text"), str):
            speaker, label = turn.get("speaker") or "", turn.get("label")
            if isinstance(speaker, str) and isinstance(label, str | None):
                own = turn.get("id")
                id = str(own) if isinstance(own, str | int) else ""
                return cls(turn["text"], speaker, label, id=id, time=read_time(turn.get("time")))
        raise BadInput(f"{turn!r:.60} is not a turn", "Write (speaker, text), or (speaker, text, label)")

    def check(self, name: str = "The turn") -> None:
        """Raise `BadInput` if the text is blank or not valid Unicode."""
        if not self.text.strip():
            raise BadInput(f"{name} is empty", "Remove it or fill it in")
        try:
            self.text.encode()
        except UnicodeEncodeError:
            raise BadInput(
                f"{name} contains half a character (a lone surrogate)", "Decode the text as UTF-8 before passing it"
            ) from None


def is_turn(given: object) -> bool:
    """Return whether a value is a single turn: an utterance, or two or three texts."""
    if isinstance(given, Utterance):
        return True
    return isinstance(given, list | tuple) and len(given) in (2, 3) and all(isinstance(part, str) for part in given)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one dialogue, in order."""

    id: str
    turns: tuple[Utterance, ...]

    @classmethod
    def of(cls, *turns: Any, id: str = "") -> Conversation:
        """Make a conversation from `(speaker, text)` or `(speaker, text, label)` turns, or a list of them.

        Bare texts get no speaker. Raises `BadInput` for a turn that is none of these.
        """
        given = turns[0] if len(turns) == 1 and isinstance(turns[0], list) else turns
        return cls(id, tuple(map(Utterance.of, given)))

    def speaker_numbers(self) -> list[int]:
        """Number the speakers in order of first appearance, so that their names have no influence.

        Turns without a speaker are attributed to two people who alternate, as in DailyDialog. A speaker's number never
        depends on later turns.
        """
        numbers: dict[str | int, int] = {}
        return [numbers.setdefault(turn.speaker or place % 2, len(numbers)) for place, turn in enumerate(self.turns)]

    def check(self) -> None:
        """Raise `BadInput` if the conversation has no turns or an invalid one."""
        if not self.turns:
            raise BadInput(f"Conversation {self.id!r} has no turns", "Give it at least one utterance")
        for place, turn in enumerate(self.turns, 1):
            turn.check(f"Turn {place} of conversation {self.id!r}")

    def __len__(self) -> int:
        return len(self.turns)

    def __iter__(self) -> Iterator[Utterance]:
        return iter(self.turns)


@dataclass(frozen=True, slots=True)
class LabelSet(Sequence[str]):
    """The labels of a task in a fixed order, and which of them means "no emotion"."""

    names: tuple[str, ...]
    neutral: str | None = None

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) != len(self.names):
            raise BadInput(f"A label set needs distinct names, got {list(self.names)}", "Name each label once")
        if ABSTENTION in self.names:
            raise BadInput(f"{ABSTENTION!r} is reserved for turns without a label", "Give the label another name")
        if self.neutral is not None and self.neutral not in self.names:
            raise BadInput(f"The neutral label {self.neutral!r} is not among the labels", "Add it to the names")

    @property
    def emotions(self) -> tuple[str, ...]:
        """The labels that averages marked with `*` run over: all but neutral."""
        return tuple(name for name in self.names if name != self.neutral)

    def index(self, name: str) -> int:  # type: ignore[override]
        """Return the position of a label; raise `BadInput` if it is not in the set."""
        try:
            return self.names.index(name)
        except ValueError:
            raise BadInput(f"Unknown label {name!r}", f"Use one of: {', '.join(self.names)}") from None

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        return self.names[place]

    def __len__(self) -> int:
        return len(self.names)


def origin(turn: Utterance | TurnPrediction) -> dict[str, Any]:
    """Return a turn's origin as plain values: its id, its time, its start and end in seconds."""
    found: dict[str, Any] = {"id": turn.id} if turn.id else {}
    if turn.time is not None:
        found["time"] = written(turn.time)
    if turn.span_s is not None:
        found["start"], found["end"] = turn.span_s
    return found


def rounded(shares: Mapping[str, float]) -> dict[str, float]:
    """Round the values to 6 digits, as they are written to files."""
    return {name: round(share, 6) for name, share in shares.items()}


@dataclass(frozen=True, slots=True)
class TurnPrediction:
    """The label of one turn, its probability, and the probabilities of all labels (they sum to 1).

    If the labeler gave no label, it is `ABSTENTION`, which is then among the probabilities too.
    """

    speaker: str
    text: str
    label: str
    score: float
    probabilities: Mapping[str, float]
    labels: tuple[str, ...] = ()
    """For a multi-label set: the labels that apply, most likely first."""
    tags: Mapping[str, float] = field(default_factory=dict)
    """The user-defined tags that apply in addition to the label, most likely first; each has 0.5 or more."""
    id: str = ""
    time: datetime | None = None
    span_s: tuple[float, float] | None = None
    """Copied from the utterance, as are `id` and `time`."""

    @classmethod
    def of(
        cls,
        turn: Utterance | TurnPrediction,
        label: str,
        score: float,
        probabilities: Mapping[str, float],
        labels: tuple[str, ...] = (),
        tags: Mapping[str, float] | None = None,
    ) -> TurnPrediction:
        """Label a turn, or relabel a prediction, keeping its text, speaker and time."""
        said = (turn.speaker, turn.text)
        return cls(*said, label, score, probabilities, labels, tags or {}, turn.id, turn.time, turn.span_s)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values with rounded probabilities; the label is None for an abstention."""
        found: dict[str, Any] = {
            **origin(self),
            "speaker": self.speaker,
            "text": self.text,
            "label": None if self.label == ABSTENTION else self.label,
            "score": round(self.score, 6),
            "probabilities": rounded(self.probabilities),
        }
        found |= {"labels": [*self.labels]} if self.labels else {}
        return found | ({"tags": rounded(self.tags)} if self.tags else {})

    @property
    def said(self) -> str:
        """The turn's label or labels, then its tags, each prefixed with `#`."""
        return " ".join([", ".join(self.labels) or self.label, *(f"#{name}" for name in self.tags)])


@dataclass(frozen=True, slots=True)
class Prediction:
    """The labelled turns of one conversation, in order."""

    id: str
    turns: tuple[TurnPrediction, ...]

    @classmethod
    def of(
        cls, conversation: Conversation, labels: LabelSet, shares: Sequence[Sequence[float]], tops: Sequence[int]
    ) -> Prediction:
        """Make a prediction from each turn's probabilities, in label order, and the positions of the chosen labels."""
        names = labels.names
        return cls(
            conversation.id,
            tuple(
                TurnPrediction.of(turn, names[top], row[top], dict(zip(names, row, strict=True)))
                for turn, top, row in zip(conversation.turns, tops, shares, strict=True)
            ),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as `sentemo predict --json` prints them."""
        return {"id": self.id, "turns": [turn.to_dict() for turn in self.turns]}

    def __str__(self) -> str:
        width = max((len(turn.speaker) for turn in self.turns), default=0)
        named = max((len(turn.said) for turn in self.turns), default=0)
        return "\n".join(
            f"{turn.speaker:<{width}}  {turn.said:<{named}}  {turn.score:>4.0%}  {turn.text}" for turn in self.turns
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(turn.speaker)}</td><td style='text-align:left'>{escape(turn.text)}</td>"
            f"<td style='background:{TONES.get(turn.label, 'transparent')}'>{escape(turn.said)}</td>"
            f"<td>{turn.score:.0%}</td></tr>"
            for turn in self.turns
        )
        head = "".join(f"<th>{name}</th>" for name in ("speaker", "utterance", "emotion", "score"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def __len__(self) -> int:
        return len(self.turns)

    def __iter__(self) -> Iterator[TurnPrediction]:
        return iter(self.turns)


TONES = {
    "anger": "#f4a39a",
    "disgust": "#b9d48b",
    "fear": "#c9b1e4",
    "happiness": "#f7d774",
    "sadness": "#9fc3ea",
    "surprise": "#f6b6d2",
    "positive": "#b9e2b0",
    "negative": "#f4a39a",
}


@runtime_checkable
class Labeler(Protocol):
    """Anything that labels conversations: the trained model, a baseline, a language model."""

    @property
    def labels(self) -> LabelSet: ...

    @overload
    def predict(self, conversations: Conversation) -> Prediction: ...
    @overload
    def predict(self, conversations: Sequence[Conversation]) -> list[Prediction]: ...
    def predict(self, conversations: Conversation | Sequence[Conversation]) -> Prediction | list[Prediction]:
        """Label each turn, in order; a single conversation gives a single prediction."""
        ...
