"""Read and write ConvoKit corpora, as a folder or its zip: utterances.jsonl, one utterance per line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from sentemo.errors import UsageError
from sentemo.files import staged_folder
from sentemo.formats.json_stream import load_object
from sentemo.formats.lines import Line, bare
from sentemo.formats.reading import Source
from sentemo.formats.turns import Place, checked, make_turn, plain
from sentemo.formats.zips import open_tree
from sentemo.times import read_time, seconds, written
from sentemo.types import Conversation, Labeler, Prediction, TurnPrediction, Utterance

UTTERANCES = "utterances.jsonl"
LABELS = ("emotion", "label")
"""Default keys of the label in an utterance's metadata: the first that is text counts."""
_NUMBERED = re.compile(r"/\d+")
"""The suffix by which `write_convokit` numbers the turns after a conversation's id."""


class _Node(NamedTuple):
    id: str
    reply_to: str
    """The id of the utterance that it replies to; "" for none."""
    time: float | None
    turn: Utterance | None
    """None if the text is blank."""


def read_convokit(source: Source, label: str | None = None) -> Iterator[Conversation]:
    """Yield the conversations in the order in which they start in the file; the whole corpus is kept in memory.

    Turns are sorted by timestamp, numbers or dates; if one has none, they are in file order, each after the one it
    replies to. Blank turns are left out. `label` is the metadata key of the labels; by default, texts under "emotion",
    else "label", are used. Raises `BadInput` with file and line.
    """
    tree = open_tree(source)
    file = tree.find(UTTERANCES)
    if file is None:
        Place(tree.name).refuse(f"No {UTTERANCES} in it", "Give the folder or zip of a ConvoKit corpus")
    talks: dict[str, list[_Node]] = {}
    for line in bare(tree.lines(file)):
        if line[1].strip():
            talk, node = _node(line, tree.place(file), label)
            talks.setdefault(talk, []).append(node)
    for id, nodes in talks.items():
        if turns := tuple(node.turn for node in _ordered(nodes) if node.turn is not None):
            yield Conversation(id, turns)


def _node(line: Line, path: str, label: str | None) -> tuple[str, _Node]:
    """Read an utterance and the id of its conversation."""
    place = Place(path, line[0])
    value = load_object(line[1], place)
    talk = _name(_first(value, "conversation_id", "root"), "conversation_id", place)
    if not talk:
        place.refuse("No conversation_id", "Write the corpus again with ConvoKit's Corpus.dump")
    id, reply_to = _name(value.get("id"), "id", place), _name(_first(value, "reply_to", "reply-to"), "reply_to", place)
    text, speaker = value.get("text"), _name(_first(value, "speaker", "user"), "speaker", place)
    blank = text is None or (isinstance(text, str) and not text.strip())
    told = value.get("meta")
    meta: Mapping[str, object] = told if isinstance(told, dict) else {}
    stamp = value.get("timestamp")
    time = read_time(meta.get("time")) or read_time(stamp)
    own = meta.get("message_id") or ("" if _NUMBERED.fullmatch(id.removeprefix(talk)) and id.startswith(talk) else id)
    turn = None if blank else make_turn(text, speaker, _label(meta, label, place), place, id=own, time=time)
    return talk, _Node(id, reply_to, _seconds(stamp), turn)


def _first(value: Mapping[str, object], *keys: str) -> object:
    return next((value[key] for key in keys if value.get(key) is not None), None)


def _name(value: object, what: str, place: Place) -> str:
    if isinstance(value, dict):  # older versions write speakers as objects
        value = value.get("id") or value.get("name") or value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return "" if value is None else plain(value, what, place)


def _label(meta: Mapping[str, object], key: str | None, place: Place) -> str | None:
    if key is None:
        return next((text for name in LABELS if isinstance(text := meta.get(name), str)), None)
    value = meta.get(key)
    if isinstance(value, dict | list):
        place.refuse(f"The metadata {key!r} is not a label", "Name a key that holds a text, a number or a boolean")
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _seconds(value: object) -> float | None:
    """Read a timestamp for sorting: a number, its digits, or a date and time (UTC if it has no zone)."""
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        number = seconds(read_time(value))
    return number if math.isfinite(number) else None


def _ordered(nodes: Sequence[_Node]) -> list[_Node]:
    """Sort the utterances of a conversation by time, or else by replies."""
    times = [node.time for node in nodes if node.time is not None]
    if len(times) == len(nodes):
        return [node for _, node in sorted(zip(times, nodes, strict=True), key=lambda pair: pair[0])]
    return _along_replies(nodes)


def _along_replies(nodes: Sequence[_Node]) -> list[_Node]:
    """Put every utterance before its replies, which are, with their own replies, in file order."""
    known = {node.id for node in nodes if node.id}
    replies: dict[str, list[int]] = {}
    starts: list[int] = []
    for place, node in enumerate(nodes):
        (replies.setdefault(node.reply_to, []) if node.reply_to in known else starts).append(place)
    order, todo = [], starts[::-1]
    while todo:
        order.append(todo.pop())
        todo += reversed(replies.pop(nodes[order[-1]].id, []))
    in_rings = sorted(place for places in replies.values() for place in places)
    return [nodes[place] for place in order + in_rings]


AT_ONCE = 256  # conversations labelled at once
INDEX = {
    "label": ["<class 'str'>"],
    "time": ["<class 'str'>"],
    "message_id": ["<class 'str'>"],
    "predicted_label": ["<class 'str'>"],
    "predicted_score": ["<class 'float'>"],
    "predicted_probabilities": ["<class 'dict'>"],
}
"""The metadata of an utterance: its own label, time and id; the predicted label, its score and all probabilities."""


def write_convokit(
    conversations: Iterable[Conversation], folder: str | PathLike[str], labeler: Labeler | None = None
) -> int:
    """Write a corpus that `read_convokit` and ConvoKit read; return the number of conversations.

    Each utterance replies to the one before it. If every turn has a time and times never decrease, its timestamp is its
    time in seconds since 1970 (times without a zone are taken as UTC), else its position in the conversation, from 0.
    The folder must be new or empty and is written atomically.

    Raises `UsageError` if it is neither, and `BadInput` for conversations without a unique id and for anything that
    could not be read back.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists already", "Name a new folder")
    with staged_folder(target) as corpus:
        return _write(_labelled(conversations, labeler), corpus, Place(target))


def _labelled(
    conversations: Iterable[Conversation], labeler: Labeler | None
) -> Iterator[tuple[Conversation, Prediction | None]]:
    source = iter(conversations)
    while batch := list(islice(source, AT_ONCE)):
        yield from zip(batch, labeler.predict(batch) if labeler else [None] * len(batch), strict=True)


def _write(pairs: Iterable[tuple[Conversation, Prediction | None]], folder: Path, place: Place) -> int:
    talks: set[str] = set()
    speakers: set[str] = set()
    keys: set[str] = set()
    with (folder / UTTERANCES).open("w", encoding="utf-8", newline="\n") as stream:
        for conversation, prediction in pairs:
            talk = checked(conversation, place)
            if not talk.id or talk.id in talks:
                place.refuse(f"The id {talk.id!r} is blank or not unique", "Give each conversation its own id")
            talks.add(talk.id)
            for record in _records(talk, prediction):
                speakers.add(record["speaker"])
                keys |= record["meta"].keys()
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    for name, value in _companions(talks, speakers, keys).items():
        (folder / name).write_text(json.dumps(value, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    return len(talks)


def _companions(talks: set[str], speakers: set[str], keys: set[str]) -> dict[str, Any]:
    """Return the other files of a corpus, which say that there is nothing but the utterances."""
    nothing: dict[str, object] = {"meta": {}, "vectors": []}
    return {
        "speakers.json": dict.fromkeys(speakers, nothing),
        "conversations.json": dict.fromkeys(talks, nothing),
        "corpus.json": {},
        "index.json": {
            "utterances-index": {key: INDEX[key] for key in keys},
            "speakers-index": {},
            "conversations-index": {},
            "overall-index": {},
            "version": 1,
            "vectors": [],
        },
    }


def _records(talk: Conversation, prediction: Prediction | None) -> Iterator[dict[str, Any]]:
    """Yield the utterances as ConvoKit writes them; `ID/n` is the id of turn n, so that ids are unique."""
    for place, (turn, timestamp) in enumerate(zip(talk, _timestamps(talk), strict=True)):
        meta = {} if turn.label is None else {"label": turn.label}
        meta |= {} if turn.time is None else {"time": written(turn.time)}
        meta |= {"message_id": turn.id} if turn.id else {}
        yield {
            "id": f"{talk.id}/{place}",
            "conversation_id": talk.id,
            "text": turn.text,
            "speaker": turn.speaker,
            "meta": meta | (_predicted(prediction.turns[place]) if prediction else {}),
            "reply-to": f"{talk.id}/{place - 1}" if place else None,
            "timestamp": timestamp,
            "vectors": [],
        }


def _timestamps(talk: Conversation) -> Sequence[float]:
    times = [seconds(turn.time) for turn in talk if turn.time is not None]
    in_order = len(times) == len(talk) and all(before <= after for before, after in pairwise(times))
    return times if in_order else range(len(talk))


def _predicted(turn: TurnPrediction) -> dict[str, Any]:
    return {
        "predicted_label": turn.label,
        "predicted_score": turn.score,
        "predicted_probabilities": dict(turn.probabilities),
    }
