"""Notices that chat apps write into an export, to be left out; `notices.toml` has the wordings by language.

iOS, and Android before the names of files, put a left-to-right mark before each such piece, in every language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from sentemo.formats.heads import MARK, visible

LONGEST = 300
"""The most characters of a notice; a longer message was written by a person."""
_OF_FILE = re.compile(r".{1,250}\.\w{1,5} • .{1,40}")
_QUOTES = (("“", "”"), ("„", "“”"), ("«", "»"), ("「", "」"), ("『", "』"), ('"', '"'))


class _Wordings(NamedTuple):
    whole: frozenset[str]
    """Whole messages, casefolded and without surrounding punctuation."""
    starts: dict[str, re.Pattern[str]]
    """Patterns of messages, by their first letters."""
    ends: tuple[str, ...]
    """The ends of those that start with any words."""
    attached: frozenset[str]
    edited: frozenset[str]
    events: re.Pattern[str]


START = 3
"""The number of letters by which patterns are looked up."""


@cache
def _wordings() -> _Wordings:
    text = files("sentemo.formats").joinpath("notices.toml").read_text(encoding="utf-8")
    by_kind: dict[str, list[str]] = {}
    for language in tomllib.loads(text).values():
        for kind, wordings in language.items():
            by_kind.setdefault(kind, []).extend(map(str.casefold, wordings))
    own = [*by_kind["omitted"], *by_kind["deleted"], *by_kind["calls"], *by_kind["shared"]]
    own += [each for each in by_kind["events"] if not each.startswith("{}")]
    starts: dict[str, list[str]] = {}
    for each in own:
        if "{}" in each[2:]:
            starts.setdefault(each[:START], []).append(each)
    return _Wordings(
        frozenset(_bare(each) for each in own if "{}" not in each),
        {start: _pattern(each) for start, each in starts.items()},
        tuple(each.removeprefix("{}") for each in own if each.startswith("{}")),
        frozenset(by_kind["attached"]),
        frozenset(by_kind["edited"]),
        _pattern(by_kind["events"]),
    )


def _pattern(wordings: Iterable[str]) -> re.Pattern[str]:
    options = (re.escape(each).replace(r"\{\}", ".{0,200}") for each in wordings)
    return re.compile(rf"(?:{'|'.join(options)})\.?", re.IGNORECASE)


def _bare(text: str) -> str:
    return text.strip("<>.。 ").casefold()


def is_placeholder(line: str) -> bool:
    """Return whether a line, without marks, is a placeholder for a picture, a call or a deleted message."""
    if not line or len(line) > LONGEST:
        return False
    known, words = _wordings(), _bare(line)
    if words in known.whole:
        return True
    if words.endswith(known.ends) or (words[:START] in known.starts and known.starts[words[:START]].fullmatch(words)):
        return True
    if line[-1] in ")）":
        return line.rstrip(")）").replace("（", "(").rpartition("(")[2].casefold() in known.attached
    what, colon, _ = line.strip("<>").partition(":")
    return bool(colon) and line[0] == "<" and line[-1] == ">" and what.strip().casefold() in known.attached


def is_event(text: str) -> bool:
    """Return whether a message, without marks, is about the group or its members: who joined, a new name."""
    return len(text) <= LONGEST and _wordings().events.fullmatch(text) is not None


def names_event(sender: str) -> bool:
    """Return whether the text before a colon is the start of a notice: Ann changed the subject to "Trip."""
    if sender.isascii() and '"' not in sender:
        return False
    return any(sender.count(opening) > sum(map(sender.count, closing)) for opening, closing in _QUOTES[:-1]) or (
        sender.count('"') % 2 == 1
    )


def without_notices(lines: Sequence[str]) -> str:
    """Return the part of a message that a person wrote; "" if there is none."""
    written = [_without_end(line) for line in lines if not line.startswith(MARK)]
    kept = [line for line in map(visible, written) if not is_placeholder(line)]
    return "\n".join(kept).strip()


def _without_end(line: str) -> str:
    """Remove the note that a message was edited, and the attachment below a caption."""
    line = line.rstrip()
    if line.endswith(">"):
        start = line.rfind("<")
        if _bare(line[start:]) in _wordings().edited:
            line = line[:start].rstrip().removesuffix(MARK).rstrip()
    start = line.rfind(MARK)
    if start >= 0 and is_placeholder(visible(line[start:])):
        line = line[:start].rstrip()
        return "" if _OF_FILE.fullmatch(visible(line)) else line
    return line
