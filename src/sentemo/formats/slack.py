"""Slack workspace exports, a zip or its folder: users.json, and a folder per channel with one JSON file per day.

A thread is a conversation of its own; a channel's other messages are split by silence. Posts by Slack and apps (who
joined, topics, bots) are left out.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from typing import NamedTuple

from sentemo.formats.json_stream import load_json
from sentemo.formats.reading import BOTS, NOTICES, WORDLESS, Reading, Source
from sentemo.formats.tree import Tree
from sentemo.formats.turns import Place, by_silence, make_conversation, make_turn, plain
from sentemo.formats.zips import open_tree
from sentemo.types import Conversation, Utterance

_MARKUP = re.compile(r"<([^<>]+)>")


def plain_text(text: str, names: Mapping[str, str]) -> str:
    """Write mentions and links as Slack shows them; `names` maps user ids to names."""
    return html.unescape(_MARKUP.sub(lambda found: _shown(found[1], names), text))


def _shown(markup: str, names: Mapping[str, str]) -> str:
    target, _, label = markup.partition("|")
    kind, id = target[:1], target[1:]
    if kind == "@":
        return "@" + (names.get(id) or label or id)
    if kind == "#":
        return f"#{label or id}"
    if kind == "!":
        return label or "@" + id.partition("^")[0]
    return label or target.removeprefix("mailto:")


def message_text(value: Mapping[str, object], names: Mapping[str, str]) -> str | None:
    """Return a message's text, or if it is empty its blocks; None if the text is not a string."""
    text = value.get("text")
    if isinstance(text, str) and text.strip():
        return plain_text(text, names)
    blocks = value.get("blocks")
    if isinstance(blocks, list) and (words := "\n".join(filter(None, (_block(each, names) for each in blocks)))):
        return words
    return text if isinstance(text, str) else None


def shown_name(profile: object, *others: object) -> str:
    """Choose the displayed name of a user, "" if there is none."""
    known = profile if isinstance(profile, dict) else {}
    candidates = (known.get("display_name"), known.get("real_name"), known.get("name"), *others)
    return next((name.strip() for name in candidates if isinstance(name, str) and name.strip()), "")


def _block(block: object, names: Mapping[str, str]) -> str:
    """Return the text of a block."""
    if not isinstance(block, dict):
        return ""
    elements, text = block.get("elements"), block.get("text")
    if isinstance(elements, list):
        parts = [_element(each, names) for each in elements]
        return ("" if block.get("type") in INLINE else "\n").join(filter(None, parts)).strip()
    if isinstance(text, dict):
        return plain_text(str(text.get("text") or ""), names).strip()
    return ""


INLINE = ("rich_text_section", "rich_text_preformatted", "rich_text_quote", "context")
"""The elements that contain pieces of one line."""


def _element(element: object, names: Mapping[str, str]) -> str:
    if not isinstance(element, dict):
        return ""
    kind = element.get("type")
    if kind == "user":
        id = str(element.get("user_id") or "")
        return f"@{names.get(id) or id}"
    if kind == "emoji":
        return _emoji(str(element.get("unicode") or ""), str(element.get("name") or ""))
    if kind in ("channel", "usergroup", "broadcast"):
        id = str(element.get("channel_id") or element.get("usergroup_id") or element.get("range") or "")
        return f"#{id}" if kind == "channel" else f"@{id}"
    if "elements" in element:
        return _block(element, names)
    text = element.get("text")
    return text if isinstance(text, str) else str(element.get("url") or "")


def _emoji(codes: str, name: str) -> str:
    try:
        return "".join(chr(int(code, 16)) for code in codes.split("-"))
    except (ValueError, OverflowError):
        return f":{name}:"


USERS, ORGANISATION = "users.json", "org_users.json"
"""The files of users; the second one in Enterprise Grid exports."""
WRITTEN = (None, "me_message", "thread_broadcast", "file_share")
"""The subtypes of messages that people write."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d\.json")
_TIME = re.compile(r"\d{1,12}(?:\.\d{1,9})?")


class _Message(NamedTuple):
    time_s: float
    thread: str
    """The time of the thread's first message; "" outside threads."""
    turn: Utterance


def read_slack(source: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of each channel by the time of their first message, named `channel-n` from 0.

    Raises `BadInput` with the file and the message's number in it.
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
    """List the daily message files, by channel and day."""
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
    """Read a file that contains a list of objects."""
    place = Place(tree.place(name))
    value = load_json(tree.text(name), place, "Export the workspace again")
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        place.refuse("Not a list of JSON objects", "Export the workspace again")
    return value


def _names(tree: Tree) -> dict[str, str]:
    """Return the names of users by id; users with the same name get their id appended."""
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
        place.refuse(f'The "ts" {time[:20]!r} is not a time', "Export the workspace again")
    return _Message(float(time), thread, make_turn(text, sender, None, place, id=time, time=time))
