"""How the messages of a log start: a table of line heads, without any knowledge of whole files.

A head gives the time and usually the sender. The text follows on the same line, or (`below`) on the next ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sentemo.formats.clock import CLOCK, DATE, Stamp
from sentemo.formats.lines import Line

MARK = "\u200e"
"""All marks of writing direction are replaced by this one."""
_ZEROS = (
    *(0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66),
    *(0xE50, 0xED0, 0xF20, 0x1040, 0x17E0, 0x1810, 0xFF10),
)
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c"
_PLAIN = str.maketrans(
    {
        **{chr(zero + digit): str(digit) for zero in _ZEROS for digit in range(10)},
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_MARKS, MARK),
        **dict.fromkeys("،，、", ","),
        **dict.fromkeys("：﹕", ":"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "［": "[",
        "］": "]",
        "／": "/",
    }
)
_NO_MARKS = dict.fromkeys(map(ord, _MARKS))


def plain_glyphs(line: str) -> str:
    """Replace digits, spaces, dashes, commas and colons of other scripts by ASCII, keeping the length."""
    return line if line.isascii() else line.translate(_PLAIN)


def visible(text: str) -> str:
    """Remove the marks of writing direction and the surrounding whitespace."""
    return (text if text.isascii() else text.translate(_NO_MARKS)).strip()


MAX_NAME = 80
_M = "\u200e*"
_GAP = r"[^\d\n\[\]]{1,14}?"
_FULL = rf"{_M}{DATE}{_GAP}{CLOCK}"
_DAY_NAMES = """
monday tuesday wednesday thursday friday saturday sunday today yesterday mon tue wed thu fri sat sun
montag dienstag mittwoch donnerstag freitag samstag sonntag heute gestern lundi mardi mercredi jeudi vendredi samedi
dimanche aujourd'hui hier lunes martes miércoles jueves viernes sábado domingo hoy ayer segunda-feira terça-feira
quarta-feira quinta-feira sexta-feira segunda terça quarta quinta sexta hoje ontem lunedì martedì mercoledì giovedì
venerdì sabato domenica oggi ieri maandag dinsdag woensdag donderdag vrijdag zaterdag zondag vandaag gisteren
"""
_DAYS = "|".join(_DAY_NAMES.split())
_SHORT_DATE = rf"(?:\d{{1,2}}[./-]\d{{1,2}}[,.]?\s|(?:{_DAYS})\.?,?(?:\s(?:at|um|à|a las|às|alle|om))?\s)?"
"""A date without a year, or the name of a day, as in copied recent messages."""


class Head(NamedTuple):
    """The start of a message."""

    form: Form
    stamp: Stamp
    name: str
    """"" if the sender is in the rest of the line."""
    rest: str
    """The rest of the line."""


@dataclass(frozen=True, slots=True)
class Form:
    """A way to start messages."""

    name: str
    pattern: re.Pattern[str]
    below: bool = False
    """Whether the text starts on the next line; a `name` group is the sender."""
    notices: bool = False
    """Whether messages without a name are the app's notices."""
    sure: bool = True
    """Whether one line is enough to recognise the form; ambiguous forms need several."""
    app: str = ""
    """Which placeholders to look for."""

    def match(self, line: str, plain: str) -> Head | None:
        """Match the head of a line, which is also given in plain glyphs."""
        found = self.pattern.match(plain)
        if found is None:
            return None
        stamp = Stamp.of(found)
        if stamp is None:
            return None
        if stamp.american and any(glyph.isdigit() and not glyph.isascii() for glyph in line[: found.end()]):
            stamp = replace(stamp, american=False)
        groups = found.re.groupindex
        name = line[slice(*found.span("name"))] if "name" in groups and found["name"] else ""
        if not self.sure and not _is_name(name):
            return None
        return Head(self, stamp, visible(name), line[found.end() :])


def _is_name(text: str) -> bool:
    """Return whether words are a name rather than the start of a sentence."""
    words = text.split()
    return len(words) < 2 or all(word[0].isupper() or not word[0].isalpha() for word in words)


def _form(name: str, pattern: str, **more: bool | str) -> Form:
    return Form(name, re.compile(rf"\s{{0,4}}(?:{pattern})", re.IGNORECASE), **more)  # type: ignore[arg-type]


_FROM = "(?:from|von|de|da|van|от)"
_TO = r"(?:\s+(?:to|an|à|para|a|aan)\s+[^:\n]{1,80}?)?"
_NAME = rf"(?P<name>(?=[^\W\d_]|\+\d|[^\x00-\x7f])[^:\[\]\n]{{1,{MAX_NAME}}}?)"
_BOLD = r"(?:\*\*|__)?"
FORMS = (
    _form(
        "Zoom chat", rf"(?:{DATE}\s)?{CLOCK}\s+(?:from|von|de|da|van|от)\s+(?P<name>[^:\n]{{1,80}}?){_TO}\s*:(?:\s|$)"
    ),
    _form("WhatsApp on Android", rf"{_FULL}\s-\s{_M}", notices=True, app="whatsapp"),
    _form("WhatsApp on Android", rf"{_M}{CLOCK},?\s{_M}{DATE}\s-\s{_M}", notices=True, app="whatsapp"),
    _form("WhatsApp on iOS", rf"{_M}\[\s?{_FULL}{_M}\s?\]\s?", notices=True, app="whatsapp"),
    _form("WhatsApp Web", rf"{_M}\[{CLOCK},\s?{_M}{DATE}\]\s(?=[^:\n]{{1,{MAX_NAME}}}:(?:\s|$))", app="whatsapp"),
    _form("an IRC log", rf"\[?(?:{DATE}[\sT])?{CLOCK}\]?\s+<[\s@+%&~]?(?P<name>[^<>\n]{{1,40}})>(?:\s|$)"),
    _form("an IRC log", rf"\[?(?:{DATE}[\sT])?{CLOCK}\]?\s+\*\s(?P<name>[^\s*]{{1,40}})\s"),
    _form("an IRC log", rf"\[?(?:{DATE}[\sT])?{CLOCK}\]?\s+(?P<notice>\*\*\*|-!-|-->|<--|--|=!=)\s", notices=True),
    _form("a chat log", rf"\({CLOCK}\)\s+(?P<notice>\*\*\*)\s", notices=True),
    _form("KakaoTalk", rf"\[(?P<name>[^\]\n]{{1,40}})\]\s\[{CLOCK}\]\s"),
    _form("KakaoTalk", rf"{DATE}\s{CLOCK},\s(?P<name>[^:\n]{{1,40}}?)\s:\s"),
    _form("Telegram Desktop", rf"(?P<name>[^\[\]\n]{{1,{MAX_NAME}}}?),\s\[{_FULL}\]:?\s*$", below=True),
    _form("iMessage", rf"{DATE}\s+{CLOCK}(?:\s\(read by .{{1,100}}\))?\s*$", below=True),
    _form("a chat log", rf"{_FULL}(?:\s?:|,)?\s(?=(?!\d)[^:\n]{{1,{MAX_NAME}}}:(?:\s|$))", notices=True),
    _form("an IRC log", rf"{DATE}[\sT]{CLOCK}\t(?P<name>(?!-->|<--|--\t|=!=)[^\t\n]{{1,40}})\t"),
    _form("LINE", rf"{CLOCK}\t(?P<name>[^\t\n]{{1,40}})\t"),
    _form("a chat log", rf"\[{CLOCK}\]\s?(?=[^:\n]{{1,{MAX_NAME}}}:(?:\s|$))"),
    _form("a chat log", rf"\({CLOCK}\)\s(?=[^:\n]{{1,{MAX_NAME}}}:(?:\s|$))"),
    _form("Teams", rf"\[{_SHORT_DATE}{CLOCK}\]\s{_NAME}:?\s*$", below=True, sure=False),
    _form("a chat log", rf"\[{_SHORT_DATE}{CLOCK}\]\s(?=[^:\n]{{1,{MAX_NAME}}}:(?:\s|$))"),
    _form("a chat log", rf"{CLOCK}\s(?:-\s)?(?=(?!\d)[^:\n]{{1,{MAX_NAME}}}:\s)", sure=False),
    _form("Discord", rf"{_NAME}\s-\s(?:{DATE}|today|yesterday)(?:\sat)?,?\s{CLOCK}\s*$", below=True),
    _form("a transcript", rf"{_BOLD}{_NAME}{_BOLD}\s[(\[](?:{DATE}{_GAP})?{CLOCK}[)\]]{_BOLD}:{_BOLD}\s"),
    _form("a transcript", rf"{_NAME}\s[(\[]{CLOCK}[)\]]:?\s*$", below=True, sure=False),
    _form("a copied chat", rf"{_NAME},?\s+\[?(?:{DATE}|{_SHORT_DATE}),?\s*{CLOCK}\]?\s*$", below=True, sure=False),
)
"""All forms; the first that matches a line counts."""
_DATE_LINE = re.compile(
    rf"[\s=*-]*(?:[^\W\d]{{2,12}},?\s)?{DATE}[\s,.]*(?:[^\W\d]{{1,12}}|\([^()\d]{{1,12}}\))?[\s=*-]*", re.I
)


_DIGIT = re.compile(r"\d")
FARTHEST = 160
"""The last character position at which a line's time may start."""
DAY = datetime(1970, 1, 1)


def head_of(line: str, known: Form | None = None) -> Head | None:
    """Return the head of a line; `known` is the form of the neighbouring lines, which is tried first."""
    plain = plain_glyphs(line[: 4 * FARTHEST])
    if _DIGIT.search(plain, 0, FARTHEST) is None:
        return None
    if known is not None and (found := known.match(line, plain)) is not None:
        return found
    return next((found for form in FORMS if (found := form.match(line, plain)) is not None), None)


_MOMENT = re.compile(rf"\s*{_FULL}\s*", re.IGNORECASE)
LONGEST_MOMENT = 40
_SHORT_MOMENT = re.compile(rf"\s*{_SHORT_DATE}{CLOCK}\s*", re.IGNORECASE)


def is_moment(line: str) -> bool:
    """Return whether a line contains only a date and a time."""
    return len(line) < FARTHEST and _MOMENT.fullmatch(plain_glyphs(line)) is not None


def _is_short_moment(line: str) -> bool:
    """Return whether a line contains only a time, or a time of a recent day: Monday at 10:15."""
    return len(line) < LONGEST_MOMENT and _SHORT_MOMENT.fullmatch(plain_glyphs(line)) is not None


def date_of(line: str) -> Stamp | None:
    """Parse a line that contains only a date, as some logs start each day; None for other lines."""
    found = _DATE_LINE.fullmatch(plain_glyphs(line).rstrip()) if len(line) < FARTHEST else None
    return Stamp.of_date(found["date"]) if found else None


def rejoined(lines: Iterator[Line]) -> Iterator[Line]:
    """Join heads that were copied as several lines: name, dash and time (Discord), or name and time (Slack, Teams)."""
    held: list[Line] = []
    for line in lines:
        held.append(line)
        while held and (joined := _joined([text for _, text in held])) is not None:
            if joined:
                yield held[0][0], joined
                held = []
            else:
                yield held.pop(0)
    yield from held


def _joined(texts: Sequence[str]) -> str | None:
    """Return the head that lines make, "" if the first is none of a head, None if the next line has to tell."""
    name, *rest = texts
    if not name.strip() or len(name) > MAX_NAME or (rest and not _is_dash(rest[0]) and not _is_short_moment(rest[0])):
        return ""
    if not rest or (len(rest) == 1 and _is_dash(rest[0])):
        return None
    head = f"{name.rstrip()} \u2014 {rest[1].strip()}" if len(rest) > 1 else f"{name.rstrip()}  {rest[0].strip()}"
    return head if head_of(name) is None and head_of(head) is not None else ""


def _is_dash(line: str) -> bool:
    return line.strip() in ("\u2014", "\u2013", "-")
