"""Plain text: one turn a line, `Name: text`; a blank line starts the next conversation.

A line is always a turn of its own. What stands before the first colon is a speaker if it starts with a
letter, has at most four words and 40 characters, and whitespace follows the colon; so `http://...` and `12:30`
stay text. A line without a name is a turn of no speaker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from sentemo.formats.lines import Line, bare, file_lines
from sentemo.formats.source import Source, stem_of
from sentemo.formats.turns import Place, make_conversation, make_turn
from sentemo.types import Conversation, Utterance

_NAMED = re.compile(r"\s*(?P<name>(?=[^\W\d_])[^:\s]+(?:[ \t][^:\s]+){0,3})\s*:(?:\s+|$)(?P<text>.*)", re.DOTALL)
MAX_NAME = 40


def read_plaintext(path: Source) -> Iterator[Conversation]:
    """Yield the conversations of a file."""
    return parse_plaintext(file_lines(path), path, stem_of(path))


def parse_plaintext(lines: Iterable[Line], path: str | Source, stem: str) -> Iterator[Conversation]:
    """Yield one conversation for each run of lines that are not blank, named `stem-n` from 0."""
    runs = (run for filled, run in groupby(bare(lines), lambda line: bool(line[1].strip())) if filled)
    for place_in_file, run in enumerate(runs):
        turns = [_turn(text, Place(path, number)) for number, text in run]
        yield make_conversation(f"{stem}-{place_in_file}", turns, Place(path))


def _turn(text: str, place: Place) -> Utterance:
    named = _NAMED.fullmatch(text)
    if named is None or len(named["name"]) > MAX_NAME:
        return make_turn(text.strip(), None, None, place)
    return make_turn(named["text"].strip(), named["name"], None, place)
