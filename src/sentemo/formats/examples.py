"""Labelled examples for few-shot learning: whole conversations, single turns of them, or bare utterances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path

from sentemo.errors import BadInput
from sentemo.formats.files import read_conversations
from sentemo.formats.json_stream import load_object
from sentemo.formats.json_talks import read_conversation
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.reading import Reading, extension_of, stem_of
from sentemo.formats.sniff import EXTENSIONS
from sentemo.formats.turns import Place, make_conversation, make_turn, plain
from sentemo.types import COUNTER, Conversation, Utterance

MISSING = {"", "nan", "null", "n/a", "<na>", "#n/a"}
"""What spreadsheets and data frames write for an empty cell."""


def read_examples(path: str | PathLike[str]) -> list[Conversation]:
    """Read a file of examples; each conversation has at least one labelled turn.

    A line of a JSONL file is a conversation with a `label` on the turns that are examples, `{"turns": [...], "turn": 3,
    "label": "relief"}` with the turn's position counted from 1, or `{"text": "...", "label": "..."}`. `"not": true`
    makes it a counter-example. Each row of a table (CSV, TSV, Parquet, Excel) is an example of its own, unless the
    table has a conversation column; rows without a label are left out. Other formats are read as conversations.
    Labels may be numbers.
    Raises `BadInput` with file and line for a line without a label or a turn outside its conversation.
    """
    place = Path(path)
    is_jsonl = EXTENSIONS.get(extension_of(place)) == "jsonl"
    found = list(_parse(place) if is_jsonl else _read(place))
    if not any(turn.label or turn.labels for talk in found for turn in talk):
        raise BadInput("No turn has a label", 'Add a "label" to the turns that are examples', path=place)
    return found


def _parse(path: Path) -> Iterator[Conversation]:
    for number, text in bare(file_lines(path)):
        if text.strip():
            place = Place(path, number)
            value = load_object(text, place)
            if "turns" in value or value.get("label", "") is not None:  # null is a missing cell of a data frame
                yield _example(value, f"{stem_of(path)}-{number}", place)


def _example(value: Mapping[str, object], missing_id: str, place: Place) -> Conversation:
    if "turns" not in value:
        label = name_of(value.get("label"))
        turn = make_turn(value.get("text"), value.get("speaker"), label, place, value.get("labels"))
        talk = make_conversation(missing_id, [turn], place)
    else:
        talk = read_conversation(value, missing_id, place)
    if "turn" in value:
        talk = _pointed(talk, value, place)
    if not any(turn.label or turn.labels for turn in talk):
        place.refuse("No turn has a label", 'Add a "label" to the turns that are examples')
    return _counter(talk) if value.get("not") is True else talk


def _pointed(talk: Conversation, value: Mapping[str, object], place: Place) -> Conversation:
    """Set the line's label on the turn that it points to."""
    number, label = value["turn"], plain(name_of(value.get("label")), "label", place)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= len(talk):
        place.refuse(f"Turn {number!r} is not among the conversation's {len(talk)}", "Count its turns from 1")
    before = talk.turns[number - 1].label
    if before not in (None, label):
        place.refuse(f"Turn {number} is labelled {before!r} and {label!r}", "Keep one of the two")
    turns: list[Utterance] = [*talk.turns]
    turns[number - 1] = replace(turns[number - 1], label=label.strip() or None)
    return Conversation(talk.id, tuple(turns))


def _counter(talk: Conversation) -> Conversation:
    """Mark each labelled turn as a counter-example of its label."""
    return Conversation(
        talk.id,
        tuple(replace(turn, label=f"{COUNTER}{turn.label}") if turn.label is not None else turn for turn in talk),
    )


def _read(path: Path) -> Iterator[Conversation]:
    """Read another format; rows of a table without a conversation column are examples of their own."""
    reading = Reading()
    talks = list(read_conversations(path, reading=reading))
    apart = bool(reading.columns_taken) and "conversation" not in reading.columns_taken
    for talk in talks:
        turns = [replace(turn, label=_given(turn.label)) for turn in talk]
        if apart:
            rows = enumerate(turns, 1)
            yield from (Conversation(f"{talk.id}-{row}", (turn,)) for row, turn in rows if turn.label or turn.labels)
        else:
            yield Conversation(talk.id, tuple(turns))


def _given(label: str | None) -> str | None:
    return None if name_of(label) is None else label


def name_of(value: object) -> object:
    """Return a label as its name: a number's digits, or None for a missing value."""
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.12g}"
    return None if isinstance(value, str) and value.strip().casefold() in MISSING else value
