"""Label Studio: what a project's labelling interface asks for, and tasks to conversations and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from xml.etree import ElementTree

from sentemo.errors import BadInput
from sentemo.types import ABSTENTION, Conversation, Prediction, TurnPrediction, Utterance

USUAL = """<View>
  <ParagraphLabels name="emotion" toName="dialogue">
{}
  </ParagraphLabels>
  <Paragraphs name="dialogue" value="$dialogue" layout="dialogue" nameKey="speaker" textKey="text"/>
</View>
"""
KINDS = {"ParagraphLabels": ("Paragraphs", "Label"), "Choices": ("Text", "Choice")}
"""The control tags that are understood, by the object tag that each is for and the tag of one of its labels."""


class Passage(NamedTuple):
    """The readable turns of a task, and which rows of it they are."""

    conversation: Conversation
    places: list[int]


@dataclass(frozen=True)
class Interface:
    """The part of a labelling interface that emotions go into: labels of a dialogue's turns, or of a text."""

    control: str
    """The name of the control tag, which results go by."""
    target: str
    """The name of the object tag."""
    field: str
    """The key of a task's data that holds the dialogue or the text."""
    labels: tuple[str, ...]
    is_dialogue: bool
    speaker_key: str = "author"
    text_key: str = "text"

    @classmethod
    def parse(cls, xml: str) -> Interface:
        """Read a labelling interface; raise `BadInput` where no emotions can go into it."""
        if "<!" in xml.replace("<!--", ""):
            raise BadInput("The labelling interface declares entities", "Remove its DOCTYPE")
        try:
            tags = [*ElementTree.fromstring(xml).iter()]
        except ElementTree.ParseError:
            raise BadInput("The labelling interface is not valid XML", "Copy it from the project's settings") from None
        by_name = {tag.get("name"): tag for tag in tags if tag.get("value")}
        for control in (tag for tag in tags if tag.tag in KINDS):
            shown, each = KINDS[control.tag]
            target = by_name.get(control.get("toName"))
            if target is not None and target.tag == shown:
                labels = tuple(tag.get("alias") or tag.get("value") or "" for tag in control.iter(each))
                return cls._of(control, target, labels)
        raise BadInput(
            "The labelling interface has no place for emotions",
            "Use <Paragraphs> with <ParagraphLabels>, or <Text> with <Choices>",
        )

    @classmethod
    def _of(cls, control: ElementTree.Element, target: ElementTree.Element, labels: tuple[str, ...]) -> Interface:
        return cls(
            control.get("name", ""),
            target.get("name", ""),
            target.get("value", "").removeprefix("$"),
            labels,
            target.tag == "Paragraphs",
            target.get("nameKey") or "author",
            target.get("textKey") or target.get("textkey") or "text",
        )

    @classmethod
    def usual(cls, labels: Iterable[str]) -> Interface:
        """Return an interface for dialogues, which `xml` writes."""
        return cls("emotion", "dialogue", "dialogue", tuple(labels), True, "speaker", "text")

    def read(self, task: Mapping[str, Any]) -> Passage | None:
        """Return what a task shows, with the labels of its newest annotation; None where it holds no text."""
        data = task.get("data")
        told = data.get(self.field) if isinstance(data, Mapping) else None
        rows = told if self.is_dialogue and isinstance(told, list) else [{self.text_key: told}]
        turns = [(place, turn) for place, turn in enumerate(map(self._turn, rows)) if turn]
        if not turns:
            return None
        said = self._annotated(task)
        labelled = tuple(replace(turn, label=said.get(place)) for place, turn in turns)
        return Passage(Conversation(str(task.get("id", "")), labelled), [place for place, _ in turns])

    def _turn(self, row: object) -> Utterance | None:
        if not isinstance(row, Mapping):
            return None
        text, speaker = row.get(self.text_key), row.get(self.speaker_key)
        return Utterance(text, str(speaker or "")) if isinstance(text, str) and text.strip() else None

    def _annotated(self, task: Mapping[str, Any]) -> dict[int, str]:
        """Return the label of each row that the newest annotation labels."""
        kept = [each for each in annotations_of(task) if not each.get("was_cancelled")]
        return dict(self.read_results(kept[-1].get("result"))) if kept else {}

    def read_results(self, results: object) -> Iterable[tuple[int, str]]:
        """Yield the turn and the label of each result of this interface."""
        for result in results if isinstance(results, list) else []:
            value = result.get("value") if isinstance(result, Mapping) else None
            if isinstance(value, Mapping) and result.get("from_name") == self.control:
                names = value.get("paragraphlabels" if self.is_dialogue else "choices")
                name = names[0] if isinstance(names, list) and names else None
                place = str(value.get("start", "0")) if self.is_dialogue else "0"
                if isinstance(name, str) and place.isdecimal() and len(place) < 9:
                    yield int(place), name

    def answer(self, prediction: Prediction, places: Sequence[int]) -> dict[str, Any]:
        """Return a prediction of rows at these places: results, and the mean score of its turns.

        A turn has one label there: its surest tag, else its label. One that the interface doesn't have is left out.
        """
        score = sum(turn.score for turn in prediction) / len(prediction)
        told = [(place, turn, self._named(turn)) for place, turn in zip(places, prediction, strict=True)]
        found = [self._result(place, turn, *named) for place, turn, named in told if named]
        return {"result": found, "score": round(score, 6)}

    def _named(self, turn: TurnPrediction) -> tuple[str, float] | None:
        """Choose what to say of a turn, as the interface spells it, and how sure it is."""
        spelt = {label.casefold(): label for label in self.labels}
        own = {} if turn.label == ABSTENTION else {turn.label: turn.score}
        said = ((spelt.get(name.casefold()), score) for name, score in {**turn.tags, **own}.items())
        return next(((name, score) for name, score in said if name), None)

    def _result(self, place: int, turn: TurnPrediction, label: str, score: float) -> dict[str, Any]:
        kind = "paragraphlabels" if self.is_dialogue else "choices"
        span = {"start": str(place), "end": str(place), "startOffset": 0, "endOffset": len(turn.text)}
        return {
            "from_name": self.control,
            "to_name": self.target,
            "type": kind,
            "value": (span if self.is_dialogue else {}) | {kind: [label]},
            "score": round(score, 6),
        }

    def task(self, conversation: Conversation, prediction: Prediction | None = None) -> dict[str, Any]:
        """Return a conversation as a task for import, pre-annotated where there is a prediction."""
        turns = [{self.speaker_key: turn.speaker, self.text_key: turn.text} for turn in conversation]
        told: dict[str, Any] = {"data": {self.field: turns, "id": conversation.id}}
        if prediction is not None:
            told["predictions"] = [{"model_version": "sentemo", **self.answer(prediction, range(len(prediction)))}]
        return told

    @property
    def xml(self) -> str:
        """The labelling interface, to paste into a project's settings."""
        lines = []
        for name in self.labels:
            tag = ElementTree.Element("Label", value=name)
            lines.append("    " + ElementTree.tostring(tag, encoding="unicode"))
        return USUAL.format("\n".join(lines))


def annotations_of(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a task's annotations, the oldest first."""
    given = task.get("annotations")
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def labelled(interface: Interface, tasks: Iterable[Mapping[str, Any]]) -> list[Conversation]:
    """Return the tasks that have at least one labelled turn, as conversations to learn from."""
    found = (interface.read(task) for task in tasks)
    return [each.conversation for each in found if each and any(turn.label for turn in each.conversation)]
