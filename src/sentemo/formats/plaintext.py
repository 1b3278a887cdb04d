"""Plain text: one turn per line, `Name: text`; a blank line starts the next conversation.

A line is always a turn of its own. The text before the first colon is a speaker if it starts with a
letter, has at most four words and 40 characters, and whitespace follows the colon; so `http://...` and `12:30`
stay text. A line without a name is a turn without a speaker. If most lines name their speakers in another way
(`**Ann**: hi`, `- Ann: hi`, `<ann> hi`, `[Ann] hi`, `Ann - hi`), all are read in that way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from typing import NoReturn

from sentemo.errors import BadInput
from sentemo.formats.lines import Line, bare, file_lines
from sentemo.formats.reading import Reading, Source, stem_of
from sentemo.formats.turns import Place, make_conversation, make_turn
from sentemo.types import Conversation, Utterance

MAX_NAME = 40
_WORDS = r"(?=[^\W\d_])[^:：\s]+(?:[ \t][^:：\s]+){0,3}"
_NAME = rf"(?P<name>{_WORDS})"
COLON = re.compile(rf"\s*{_NAME}\s*(?::(?:\s+|$)|：\s*)(?P<text>.*)", re.DOTALL)
STYLES = (
    re.compile(
        r"\s*(?:[-*•]\s+)?(?P<mark>\*\*|__)(?P<name>[^*_:：]{1,40}?)\s?[:：]?\s?(?P=mark)\s*[:：]?\s+(?P<text>.*)",
        re.DOTALL,
    ),
    re.compile(rf"\s*[-*•–]\s+{_NAME}\s*(?::(?:\s+|$)|：\s*)(?P<text>.*)", re.DOTALL),
    re.compile(r"\s*<(?P<name>[^<>\s][^<>]{0,39})>\s+(?P<text>.*)", re.DOTALL),
    re.compile(r"\s*\[(?P<name>(?=[^\W\d])[^\[\]]{1,40})\]\s*[:：]?\s+(?P<text>.*)", re.DOTALL),
    re.compile(r"\s*(?P<name>(?=[^\W\d_])[^:：\s]+(?:[ \t][^:：\s–—|>-]+){0,2})\s+[-–—|>]\s+(?P<text>.*)", re.DOTALL),
)
"""Other ways to name the speaker; all but the last are unambiguous."""
LOOK = 200
"""The number of lines from which the layout is recognised."""
END = "__eou__"
"""The end of an utterance in DailyDialog's files, which have one dialogue per line."""


def read_plaintext(path: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of a file."""
    return parse_plaintext(file_lines(path), path, stem_of(path), reading)


def parse_plaintext(
    lines: Iterable[Line], path: str | Source, stem: str, reading: Reading | None = None
) -> Iterator[Conversation]:
    """Yield one conversation for each run of non-blank lines, named `stem-n` from 0."""
    first, lines = _looked_at(bare(lines))
    texts = [text for _, text in first if text.strip()]
    if reading is not None:
        reading.kind = "plain text, a turn a line"
    if any(END in text for text in texts):
        yield from _dialogues(lines, path, stem)
        return
    style = style_of(texts)
    if reading is not None and _is_spaced(first, style):
        reading.remark("Blank lines separate conversations: nearly every turn is one of its own. Take them out if not.")
    runs = (run for filled, run in groupby(lines, lambda line: bool(line[1].strip())) if filled)
    for place_in_file, run in enumerate(runs):
        turns = [_turn(text, style, Place(path, number)) for number, text in run]
        yield make_conversation(f"{stem}-{place_in_file}", turns, Place(path))


LEAST_RUNS, SPACED = 3, 0.8
"""If of three or more runs of lines four in five hold a single named turn, blank lines may not end conversations."""


def _is_spaced(lines: Sequence[Line], style: re.Pattern[str]) -> bool:
    """Return whether blank lines seem to be between the turns of one conversation, whose few speakers come again."""
    runs = [[text for _, text in run] for filled, run in groupby(lines, lambda line: bool(line[1].strip())) if filled]
    names = [[found["name"] for text in run if (found := style.fullmatch(text))] for run in runs]
    single = [each[0] for run, each in zip(runs, names, strict=True) if len(each) == 1 and style.fullmatch(run[0])]
    return len(single) >= max(LEAST_RUNS, SPACED * len(runs)) and len(set(single)) <= len(single) / 1.5


def _looked_at(lines: Iterator[Line]) -> tuple[list[Line], Iterator[Line]]:
    """Return the first lines, and an iterator over all lines; an unreadable one raises when it is reached."""
    first: list[Line] = []
    try:
        for line in islice(lines, LOOK):
            first += [line]
    except BadInput as error:
        return first, chain(first, map(_raise, [error]))
    return first, chain(first, lines)


def _raise(error: BadInput) -> NoReturn:
    raise error


def style_of(texts: Sequence[str]) -> re.Pattern[str]:
    """Choose the way in which most lines name their speakers."""
    for style in STYLES:
        found = [match["name"] for text in texts if (match := style.fullmatch(text))]
        others = sum(COLON.fullmatch(text) is not None for text in texts)
        if len(found) < max(0.6 * len(texts), others + (style is STYLES[-1]), 1):
            continue
        if style is not STYLES[-1] or (len(found) > 1 and len(set(found)) <= max(2, len(found) / 2)):
            return style
    return COLON


def _turn(text: str, style: re.Pattern[str], place: Place) -> Utterance:
    named = style.fullmatch(text)
    if named is None or len(named["name"]) > MAX_NAME:
        return make_turn(text.strip(), None, None, place)
    return make_turn(named["text"].strip(), named["name"].strip(), None, place)


def _dialogues(lines: Iterator[Line], path: str | Source, stem: str) -> Iterator[Conversation]:
    """Yield the dialogues of DailyDialog's text files, in which speakers alternate."""
    number_of = 0
    for number, line in lines:
        place = Place(path, number)
        if turns := [make_turn(text.strip(), None, None, place) for text in line.split(END) if text.strip()]:
            yield make_conversation(f"{stem}-{number_of}", turns, place)
            number_of += 1
