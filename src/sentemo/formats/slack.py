"""Slack's export of a workspace, a zip or its folder: users.json, and a folder a channel with one JSON file a day.

A thread is a conversation of its own; a channel's other messages are cut by silence. What Slack and apps post (who
joined, topics, bots) is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from typing import NamedTuple

from sentemo.formats.json_values import load_json
from sentemo.formats.reading import BOTS, NOTICES, WORDLESS, Reading
from sentemo.formats.silence import by_silence
from sentemo.formats.slack_text import message_text, shown_name
from sentemo.formats.source import Source
from sentemo.formats.tree import Tree
from sentemo.formats.turns import Place, make_conversation, make_turn, plain
from sentemo.formats.zips import open_tree
from sentemo.types import Conversation, Utterance

USERS, ORGANISATION = "users.json", "org_users.json"
"""Who there is; the second in the export of an Enterprise Grid."""
WRITTEN = (None, "me_message", "thread_broadcast", "file_share")
"""The subtypes of messages that people write."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d\.json")
_TIME = re.compile(r"\d{1,12}(?:\.\d{1,9})?")


class _Message(NamedTuple):
    time_s: float
    thread: str
    """The time of the message that it answers, or that is answered; "" outside threads."""
    turn: Utterance


def read_slack(source: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of each channel by their first messages' time, named `channel-n` from 0.

    Raises `BadInput` with the file, and the message's number in it.
    """
    notes = Reading() if reading is None else reading
    notes.kind = "Slack's export"
    tree = open_tree(source)
    days = day_files(tree)
    if not days:
        Place(tree.name).refuse("No CHANNEL/YYYY-MM-DD.json in it", "Give the zip or folder of a Slack export")
    names = _names(tree)
    for channel, files in groupby(days, lambda name: str(PurePosixPath(name).parent)):
        messages = [message for name in files for message in _messages(tree, name, names, notes)]
        yield from _conversations(PurePosixPath(channel).name, messages, Place(tree.place(channel)))


def day_files(tree: Tree) -> list[str]:
    """List the files of a day's messages, by channel and day."""
    paths = map(PurePosixPath, tree.names())
    days = (path for path in paths if len(path.parts) > 1 and _DAY.fullmatch(path.name))
    return [str(path) for path in sorted(days, key=lambda path: (path.parent, path.name))]


def _conversations(channel: str, messages: Sequence[_Message], place: Place) -> Iterator[Conversation]:
    threads: dict[str, list[_Message]] = {}
    loose: list[_Message] = []
    for message in sorted(messages, key=lambda message: message.time_s):
        (threads.setdefault(message.thread, []) if message.thread else loose).append(message)
    runs = [*threads.values(), *by_silence((message.time_s, message) for message in loose)]
    for number, run in enumerate(sorted(runs, key=lambda run: run[0].time_s)):
        id = plain(f"{channel}-{number}", "name of the channel", place)
        yield make_conversation(id, (message.turn for message in run), place)


def _load(tree: Tree, name: str) -> list[Mapping[str, object]]:
    """Read a file that holds a list of objects."""
    place = Place(tree.place(name))
    value = load_json(tree.text(name), place, "Export the workspace again")
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        place.refuse("Not a list of JSON objects", "Export the workspace again")
    return value


def _names(tree: Tree) -> dict[str, str]:
    """Give the names of users by id; those who share one get their id behind it."""
    files = [file for base in (ORGANISATION, USERS) if (file := tree.find(base))]
    users = [user for file in files for user in _load(tree, file)]
    names = {
        str(user.get("id")): shown_name(user.get("profile"), user.get("real_name"), user.get("name")) for user in users
    }
    count = Counter(names.values())
    return {id: name if count[name] == 1 else f"{name} ({id})" for id, name in names.items() if name}


def _messages(tree: Tree, file: str, names: Mapping[str, str], notes: Reading) -> Iterator[_Message]:
    place = tree.place(file)
    for number, value in enumerate(_load(tree, file), 1):
        is_bot = "bot_id" in value or value.get("user") == "USLACKBOT"
        if is_bot or value.get("subtype") not in WRITTEN:
            notes.leave_out(BOTS if is_bot else NOTICES)
        elif found := _message(value, names, Place(f"{place}, message {number}")):
            yield found
        else:
            notes.leave_out(WORDLESS)


def _message(value: Mapping[str, object], names: Mapping[str, str], place: Place) -> _Message | None:
    plain(value.get("text") or "", "text", place)
    text = (message_text(value, names) or "").strip()
    if not text:
        return None
    user = plain(value.get("user") or "", "user", place)
    sender = names.get(user) or shown_name(value.get("user_profile")) or user
    time, thread = (str(value.get(key) or "") for key in ("ts", "thread_ts"))
    if not _TIME.fullmatch(time):
        place.refuse(f'The "ts" {time[:20]!r} is no time', "Export the workspace again")
    return _Message(float(time), thread, make_turn(text, sender, None, place, id=time, time=time))
