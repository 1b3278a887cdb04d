"""Label Studio: a project's labelling interface, and conversion between tasks and conversations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from sentemo.errors import BadInput
from sentemo.formats.lines import open_binary
from sentemo.formats.reading import Source
from sentemo.formats.turns import Place, checked
from sentemo.types import ABSTENTION, Conversation, Labeler, Prediction, TurnPrediction, Utterance

USUAL = """<View>
  <ParagraphLabels name="emotion" toName="dialogue">
{}
  </ParagraphLabels>
  <Paragraphs name="dialogue" value="$dialogue" layout="dialogue" nameKey="speaker" textKey="text"/>
</View>
"""
KINDS = {"ParagraphLabels": ("Paragraphs", "Label"), "Choices": ("Text", "Choice")}
"""The supported control tags, by their object tag and the tag of their labels."""


class Passage(NamedTuple):
    """The readable turns of a task, and the positions of their rows."""

    conversation: Conversation
    places: list[int]


@dataclass(frozen=True)
class Interface:
    """The part of a labelling interface for emotions: labels of a dialogue's turns, or of a text."""

    control: str
    """The name of the control tag, which results refer to."""
    target: str
    """The name of the object tag."""
    field: str
    """The key of the dialogue or text in a task's data."""
    labels: tuple[str, ...]
    is_dialogue: bool
    speaker_key: str = "author"
    text_key: str = "text"

    @classmethod
    def parse(cls, xml: str) -> Interface:
        """Parse a labelling interface; raise `BadInput` if it has no place for emotions."""
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
        """Return the default interface for dialogues, which `xml` writes."""
        return cls("emotion", "dialogue", "dialogue", tuple(labels), True, "speaker", "text")

    def read(self, task: Mapping[str, Any]) -> Passage | None:
        """Return a task's content with the labels of its newest annotation; None if it has no text."""
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
        """Return the label of each row labelled by the newest annotation."""
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
        """Return a prediction for rows at these positions: results, and the mean score of its turns.

        A turn gets one label: its most likely tag, else its label. Labels that the interface doesn't have are left out.
        """
        score = sum(turn.score for turn in prediction) / len(prediction)
        told = [(place, turn, self._named(turn)) for place, turn in zip(places, prediction, strict=True)]
        found = [self._result(place, turn, *named) for place, turn, named in told if named]
        return {"result": found, "score": round(score, 6)}

    def _named(self, turn: TurnPrediction) -> tuple[str, float] | None:
        """Choose the label of a turn, as the interface spells it, and its score."""
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
        """Return a conversation as a task for import, pre-annotated if a prediction is given."""
        turns = [{self.speaker_key: turn.speaker, self.text_key: turn.text} for turn in conversation]
        told: dict[str, Any] = {"data": {self.field: turns, "id": conversation.id}}
        if prediction is not None:
            told["predictions"] = [{"model_version": "sentemo", **self.answer(prediction, range(len(prediction)))}]
        return told

    @property
    def xml(self) -> str:
        """The labelling interface as XML, to paste into a project's settings."""
        lines = []
        for name in self.labels:
            tag = ElementTree.Element("Label", value=name)
            lines.append("    " + ElementTree.tostring(tag, encoding="unicode"))
        return USUAL.format("\n".join(lines))


def annotations_of(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a task's annotations, oldest first."""
    given = task.get("annotations")
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def labelled(interface: Interface, tasks: Iterable[Mapping[str, Any]]) -> list[Conversation]:
    """Return the tasks that have at least one labelled turn, as conversations to learn from."""
    found = (interface.read(task) for task in tasks)
    return [each.conversation for each in found if each and any(turn.label for turn in each.conversation)]


CONTROLS = ("paragraphlabels", "choices")
"""The result types that label a turn or a text."""
SPEAKERS = ("speaker", "author", "name")
"""Possible keys of the speaker in a dialogue's rows."""


def read_label_studio(source: Source) -> Iterator[Conversation]:
    """Yield the conversations of a project's JSON export, with the labels of each task's newest annotation.

    Raises `BadInput` for anything else.
    """
    place = Place(source)
    with open_binary(source) as stream:
        try:
            tasks = json.loads(stream.read().decode())
        except (ValueError, RecursionError):
            place.refuse("The file is not valid JSON in UTF-8", "Export the project as JSON")
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        place.refuse("The file is not a list of tasks", "Export the project as JSON, not as JSON-MIN")
    for task in tasks:
        interface = _interface_of(task)
        passage = interface and interface.read(task)
        if passage:
            yield checked(passage.conversation, place)


def write_label_studio(conversations: Iterable[Conversation], path: str | PathLike[str], labeler: Labeler) -> int:
    """Write tasks to import into a project, pre-annotated by the labeler, and return their number.

    The labelling interface with the labeler's labels is written next to them, with the extension `.xml`. Raises
    `BadInput` if the files can't be written.
    """
    interface = Interface.usual(labeler.labels)
    tasks = [interface.task(talk, labeler.predict([talk])[0]) for talk in conversations]
    out = Path(path)
    try:
        out.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        out.with_suffix(".xml").write_text(interface.xml, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"Cannot write: {error.strerror}", "Choose a folder with room", path=out) from None
    return len(tasks)


def _interface_of(task: Mapping[str, Any]) -> Interface | None:
    """Infer the interface from a task's annotation and data."""
    data = task.get("data")
    if not isinstance(data, Mapping):
        return None
    controls = [*_controls(task)]
    for name, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            speaker = next((key for key in SPEAKERS if key in value[0]), "author")
            return Interface(controls[0] if controls else "", "", name, (), True, speaker)
    return Interface(controls[0] if controls else "", "", "text", (), False) if "text" in data else None


def _controls(task: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the tags that the results of a task's annotations refer to."""
    for each in annotations_of(task):
        results = each.get("result")
        for result in results if isinstance(results, list) else []:
            if isinstance(result, Mapping) and result.get("type") in CONTROLS:
                yield str(result.get("from_name"))
