"""WhatsApp's export of a chat: the text file, or the zip that holds it; the forms of Android and of iOS.

A message starts with its date, time and sender and goes on until the next one. What the app wrote by itself is left
out: notices, which name no sender, and what stands for pictures, calls and deleted messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from sentemo.formats.lines import Line, bare, file_lines
from sentemo.formats.silence import by_silence
from sentemo.formats.source import Source, stem_of
from sentemo.formats.tree import Tree
from sentemo.formats.turns import Place, make_conversation, make_turn
from sentemo.formats.whatsapp_dates import Stamp, times_s
from sentemo.formats.whatsapp_notices import DIRECTIONS, names_event, visible, without_notices
from sentemo.formats.zips import Archive, is_zip
from sentemo.types import Conversation, Utterance

_HEAD = re.compile(
    rf"""[{DIRECTIONS}]* (?P<bracket>\[)?
    (?P<date> \d{{1,4}} (?P<mark>[./-]) \s? \d{{1,2}} (?P=mark) \s? \d{{1,4}} ) [^\d\n]{{1,12}}
    (?P<hour>\d{{1,2}}) [:.] (?P<minute>\d\d) (?: [:.] (?P<second>\d\d) )? (?: \s? (?P<half>[ap]) \.? \s? m\.? )?
    (?(bracket) \] | \s[-–] ) \s""",
    re.VERBOSE | re.IGNORECASE,
)


class _Head(NamedTuple):
    """The start of a message: its form (iOS has brackets), its time, and what follows."""

    bracket: bool
    stamp: Stamp
    rest: str

    @classmethod
    def of(cls, line: str) -> _Head | None:
        found = _HEAD.match(line)
        if found is None:
            return None
        stamp = Stamp.of(*found.group("date", "hour", "minute", "second", "half"))
        return None if stamp is None else cls(bool(found["bracket"]), stamp, line[found.end() :])


class _Message(NamedTuple):
    """One entry of a chat; no sender for the app's own."""

    line: int
    stamp: Stamp
    sender: str
    lines: list[str]


def read_whatsapp(source: Source) -> Iterator[Conversation]:
    """Yield the conversations of an exported text file, or of a zip with one in it."""
    if not is_zip(source):
        return parse_whatsapp(file_lines(source), source, stem_of(source))
    archive = Archive.of(source)
    chat = find_chat(archive)
    if chat is None:
        Place(archive.name).refuse("No WhatsApp chat in the zip", "Give the zip or text file that the app exported")
    return parse_whatsapp(archive.lines(chat), archive.place(chat), stem_of(source))


def find_chat(tree: Tree) -> str | None:
    """Find the text of an exported chat: `_chat.txt`, one with the app's name, or the only text file."""
    texts = [name for name in tree.names() if name.lower().endswith(".txt")]
    named = [name for name in texts if PurePosixPath(name).name == "_chat.txt"]
    named += [name for name in texts if "whatsapp" in PurePosixPath(name).name.lower()]
    return named[0] if named else texts[0] if len(texts) == 1 else None


def is_whatsapp(line: str) -> bool:
    """Tell whether a line starts a message."""
    return _Head.of(line) is not None


def parse_whatsapp(lines: Iterable[Line], path: str | Source, stem: str) -> Iterator[Conversation]:
    """Yield the conversations, cut by silence and named `stem-n` from 0; raise `BadInput` with file and line.

    The whole chat is held in memory: only all of it tells whether a day or a month stands first in its dates.
    """
    messages = list(_messages(bare(lines), path))
    times = times_s([each.stamp for each in messages])
    turns = ((time, turn) for time, each in zip(times, messages, strict=True) if (turn := _turn(each, path)))
    for number, run in enumerate(by_silence(turns)):
        yield make_conversation(f"{stem}-{number}", run, Place(path))


def _messages(lines: Iterable[Line], path: str | Source) -> Iterator[_Message]:
    """Put the lines of each message together; all messages have the form of the first."""
    message, bracket = None, False
    for number, text in lines:
        head = _Head.of(text)
        if message is None and head is not None:
            bracket = head.bracket
        if head is not None and head.bracket == bracket:
            if message is not None:
                yield message
            message = _message(number, head)
        elif message is not None:
            message.lines.append(text)
        elif text.strip():
            Place(path, number).refuse("No date and time at the start of a WhatsApp chat", "Name the file's own format")
    if message is not None:
        yield message


def _message(number: int, head: _Head) -> _Message:
    sender, colon, text = head.rest.partition(": ")
    if not colon or names_event(sender):
        return _Message(number, head.stamp, "", [])
    return _Message(number, head.stamp, visible(sender).removeprefix("~").strip(), [text])


def _turn(message: _Message, path: str | Source) -> Utterance | None:
    """Give what a person said, None for a notice."""
    text = without_notices(message.lines) if message.sender else ""
    return make_turn(text, message.sender, None, Place(path, message.line)) if text else None
