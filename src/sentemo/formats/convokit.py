"""ConvoKit's corpora, as a folder or its zip: utterances.jsonl, one utterance a line.

The other files (speakers.json, conversations.json, index.json, corpus.json) hold nothing that a conversation here has.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import NamedTuple

from sentemo.formats.json_values import load_object
from sentemo.formats.lines import Line, bare
from sentemo.formats.source import Source
from sentemo.formats.turns import Place, make_turn, plain
from sentemo.formats.zips import open_tree
from sentemo.times import read_time
from sentemo.types import Conversation, Utterance

UTTERANCES = "utterances.jsonl"
LABELS = ("emotion", "label")
"""Keys of an utterance's metadata that hold its label, where none is asked for: the first that is text."""
_NUMBERED = re.compile(r"/\d+")
"""What `write_convokit` puts behind a conversation's id to number a turn that has none of its own."""


class _Node(NamedTuple):
    id: str
    reply_to: str
    """The id of the utterance that it answers; "" for none."""
    time: float | None
    turn: Utterance | None
    """None for a blank text."""


def read_convokit(source: Source, label: str | None = None) -> Iterator[Conversation]:
    """Yield the conversations in the order in which they start in the file; the whole corpus is held in memory.

    Turns come by their timestamps, numbers or dates; where one has none, in the file's order, each after what it
    answers. Blank ones are left out. `label` names the key of the metadata that holds the labels; without it, texts
    under "emotion", else "label", are taken. Raises `BadInput` with file and line.
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
    if isinstance(value, dict):  # as older versions write speakers
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
    """Read a timestamp, for the order: a number, its digits, or a date and time (without a zone, UTC)."""
    try:
        seconds = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        time = read_time(value)
        return None if time is None else time.replace(tzinfo=time.tzinfo or UTC).timestamp()
    return seconds if math.isfinite(seconds) else None


def _ordered(nodes: Sequence[_Node]) -> list[_Node]:
    """Sort the utterances of a conversation by time, or else along its replies."""
    times = [node.time for node in nodes if node.time is not None]
    if len(times) == len(nodes):
        return [node for _, node in sorted(zip(times, nodes, strict=True), key=lambda pair: pair[0])]
    return _along_replies(nodes)


def _along_replies(nodes: Sequence[_Node]) -> list[_Node]:
    """Put every utterance before its replies, and these, with theirs, in the file's order."""
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
