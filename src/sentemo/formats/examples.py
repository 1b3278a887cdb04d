"""Labelled examples for few-shot learning: whole conversations, single turns of them, or bare utterances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path

from sentemo.errors import BadInput
from sentemo.formats.files import read_conversations
from sentemo.formats.json_talks import read_conversation
from sentemo.formats.json_values import load_object
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.sniff import EXTENSIONS
from sentemo.formats.source import extension_of, stem_of
from sentemo.formats.turns import Place, make_conversation, make_turn, plain
from sentemo.types import Conversation, Utterance


def read_examples(path: str | PathLike[str]) -> list[Conversation]:
    """Read a file of examples; each conversation has a labelled turn.

    A line of a JSONL file is a conversation with a `label` on the turns that are examples, `{"turns": [...], "turn": 3,
    "label": "relief"}` with the turn's place counted from 1, or `{"text": "...", "label": "..."}`. Other formats are
    read as conversations. Raises `BadInput` with file and line for a line without a label, a turn outside its
    conversation, and an utterance with two labels.
    """
    place = Path(path)
    is_jsonl = EXTENSIONS.get(extension_of(place)) == "jsonl"
    found = list(_parse(place) if is_jsonl else read_conversations(place))
    if not any(turn.label for talk in found for turn in talk):
        raise BadInput("No turn has a label", 'Add a "label" to the turns that are examples', path=place)
    return found


def _parse(path: Path) -> Iterator[Conversation]:
    known: dict[tuple[tuple[tuple[str, str], ...], int], tuple[str, int]] = {}
    for number, text in bare(file_lines(path)):
        if not text.strip():
            continue
        place = Place(path, number)
        talk = _example(load_object(text, place), f"{stem_of(path)}-{number}", place)
        content = tuple((turn.speaker, turn.text) for turn in talk)
        for turn, said in enumerate(talk):
            if said.label is None:
                continue
            before, line = known.setdefault((content, turn), (said.label, number))
            if before != said.label:
                place.refuse(
                    f"{said.text[:40]!r} is labelled {said.label!r}, in line {line} {before!r}", "Keep one of the two"
                )
        yield talk


def _example(value: Mapping[str, object], missing_id: str, place: Place) -> Conversation:
    if "turns" not in value:
        turn = make_turn(value.get("text"), value.get("speaker"), value.get("label"), place)
        talk = make_conversation(missing_id, [turn], place)
    else:
        talk = read_conversation(value, missing_id, place)
    if "turn" in value:
        talk = _labelled(talk, value, place)
    if not any(turn.label for turn in talk):
        place.refuse("No turn has a label", 'Add a "label" to the turns that are examples')
    return talk


def _labelled(talk: Conversation, value: Mapping[str, object], place: Place) -> Conversation:
    """Put the line's label on the turn that it names."""
    number, label = value["turn"], plain(value.get("label"), "label", place)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= len(talk):
        place.refuse(f"Turn {number!r} is not among the conversation's {len(talk)}", "Count its turns from 1")
    before = talk.turns[number - 1].label
    if before not in (None, label):
        place.refuse(f"Turn {number} is labelled {before!r} and {label!r}", "Keep one of the two")
    turns: list[Utterance] = [*talk.turns]
    turns[number - 1] = replace(turns[number - 1], label=label.strip() or None)
    return Conversation(talk.id, tuple(turns))
