"""What goes in and what comes out: conversations, label sets, predictions, and who makes them. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, overload, runtime_checkable

from sentemo.errors import BadInput

ABSTENTION = "(none)"
"""What a labeler that gives no label says in its place; it can't be in a label set."""
Head = Literal["classifier", "prototypes", "neighbours"]
"""What turns a turn's features into labels, in a model that was not exported."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of a conversation: what was said, by whom, and its gold label where there is one."""

    text: str
    speaker: str = ""
    label: str | None = None
    labels: tuple[str, ...] = ()
    """Every label that was given, where there are several: all that apply, or one from each annotator; empty where
    `label` says it all."""

    def check(self, name: str = "The turn") -> None:
        """Raise `BadInput` for a text that can't be read: a blank one, or one that is no Unicode."""
        if not self.text.strip():
            raise BadInput(f"{name} is empty", "Remove it or fill it in")
        try:
            self.text.encode()
        except UnicodeEncodeError:
            raise BadInput(
                f"{name} holds half a character (a lone surrogate)", "Decode the text as UTF-8 before passing it"
            ) from None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one dialogue, in order."""

    id: str
    turns: tuple[Utterance, ...]

    @classmethod
    def of(cls, *turns: tuple[str, str] | str, id: str = "") -> Conversation:
        """Make a conversation from `(speaker, text)` pairs; bare texts get no speaker."""
        pairs = (("", turn) if isinstance(turn, str) else turn for turn in turns)
        return cls(id, tuple(Utterance(text, speaker) for speaker, text in pairs))

    def speaker_numbers(self) -> list[int]:
        """Number the speakers in the order in which they first speak, so that names change nothing.

        Turns that name no speaker are taken to be of two people who alternate, as in DailyDialog. No number follows
        from a later turn.
        """
        numbers: dict[str | int, int] = {}
        return [numbers.setdefault(turn.speaker or place % 2, len(numbers)) for place, turn in enumerate(self.turns)]

    def check(self) -> None:
        """Raise `BadInput` for a conversation that can't be read: without a turn, or with one that can't."""
        if not self.turns:
            raise BadInput(f"Conversation {self.id!r} has no turn", "Give it at least one utterance")
        for place, turn in enumerate(self.turns, 1):
            turn.check(f"Turn {place} of conversation {self.id!r}")

    def __len__(self) -> int:
        return len(self.turns)

    def __iter__(self) -> Iterator[Utterance]:
        return iter(self.turns)


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of a task in their fixed order, and which of them means "no emotion"."""

    names: tuple[str, ...]
    neutral: str | None = None

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) != len(self.names):
            raise BadInput(f"A label set needs distinct names, got {list(self.names)}", "Name each label once")
        if ABSTENTION in self.names:
            raise BadInput(f"{ABSTENTION!r} is no label: it says that there is none", "Give the label another name")
        if self.neutral is not None and self.neutral not in self.names:
            raise BadInput(f"The neutral label {self.neutral!r} is not among the labels", "Add it to the names")

    @property
    def emotions(self) -> tuple[str, ...]:
        """The labels that an average marked with `*` runs over: all but neutral."""
        return tuple(name for name in self.names if name != self.neutral)

    def index(self, name: str) -> int:
        """Give the position of a label; raise `BadInput` for one that is not in the set."""
        try:
            return self.names.index(name)
        except ValueError:
            raise BadInput(f"Unknown label {name!r}", f"Use one of: {', '.join(self.names)}") from None

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class TurnPrediction:
    """The label of one turn, its probability, and those of all labels (they sum to 1).

    Where the labeler gave none, the label is `ABSTENTION`, which then is among the probabilities too.
    """

    speaker: str
    text: str
    label: str
    score: float
    probabilities: Mapping[str, float]
    labels: tuple[str, ...] = ()
    """Of a label set of which several may apply: those that do, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The labelled turns of one conversation, in order."""

    id: str
    turns: tuple[TurnPrediction, ...]

    @classmethod
    def of(
        cls, conversation: Conversation, labels: LabelSet, shares: Sequence[Sequence[float]], tops: Sequence[int]
    ) -> Prediction:
        """Make it from each turn's probabilities, in the order of the labels, and the positions of the chosen ones."""
        names = labels.names
        return cls(
            conversation.id,
            tuple(
                TurnPrediction(turn.speaker, turn.text, names[top], row[top], dict(zip(names, row, strict=True)))
                for turn, top, row in zip(conversation.turns, tops, shares, strict=True)
            ),
        )

    def __len__(self) -> int:
        return len(self.turns)

    def __iter__(self) -> Iterator[TurnPrediction]:
        return iter(self.turns)


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
        """Label each turn, in the given order; one conversation gives one prediction."""
        ...
