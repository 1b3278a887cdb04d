"""Signal messages as exported by sigtop: a block of headers, a blank line, the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from sentemo.formats.lines import Line, bare, file_lines
from sentemo.formats.reading import WORDLESS, Reading, Source, stem_of
from sentemo.formats.turns import Place, by_silence, make_conversation, make_turn
from sentemo.times import seconds
from sentemo.types import Conversation, Utterance

HEADER = re.compile(
    r"(From|Type|Sent|Received|Conversation|Quote|Attachment|Reaction|Edited|Version|Deleted|To|Server received): ?(.*)"
)
_NUMBER = re.compile(r"\s*\(\+?[\d\s]+\)$")


def is_sigtop(lines: list[str]) -> bool:
    """Return whether lines are from such an export: a "From" header right above a "Type" header."""
    return any(one.startswith("From: ") and two.startswith("Type: ") for one, two in pairwise(lines))


def read_sigtop(source: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations, cut by silence and named `stem-n` from 0."""
    notes = Reading() if reading is None else reading
    notes.kind = "Signal (sigtop)"
    turns = ((seconds(turn.time), turn) for turn in _turns(bare(file_lines(source)), source, notes))
    for number, run in enumerate(by_silence(turns)):
        yield make_conversation(f"{stem_of(source)}-{number}", run, Place(source))


def _turns(lines: Iterator[Line], source: Source, notes: Reading) -> Iterator[Utterance]:
    headers: dict[str, str] = {}
    text: list[str] = []
    start, inside = 1, False
    for number, line in lines:
        found = HEADER.fullmatch(line)
        if found and found[1] == "From":
            yield from _turn(headers, text, Place(source, start), notes)
            headers, text, start, inside = {"From": found[2]}, [], number, False
        elif found and headers and not inside:
            headers.setdefault(found[1], found[2])
        elif headers:
            inside = True
            text.append(line)
    yield from _turn(headers, text, Place(source, start), notes)


def _turn(headers: dict[str, str], text: list[str], place: Place, notes: Reading) -> Iterator[Utterance]:
    words = "\n".join(line for line in text if not line.startswith("> ")).strip()
    if words:
        yield make_turn(words, _NUMBER.sub("", headers["From"]).strip(), None, place, time=headers.get("Sent"))
    elif headers:
        notes.leave_out(WORDLESS)
