"""Telegram Desktop's HTML exports: pages of messages, each a `div` of class `message`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser

from sentemo.formats.lines import file_lines
from sentemo.formats.reading import NOTICES, WORDLESS, Reading, Source, stem_of
from sentemo.formats.turns import Place, by_silence, make_conversation, make_turn
from sentemo.times import read_time, seconds
from sentemo.types import Conversation, Utterance

_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}:\d{2}:\d{2})(?: UTC([+-]\d{2}:\d{2}))?")
PARTS = ("from_name", "text", "forwarded", "reply_to")


class _Message:
    """A message while it is being parsed."""

    def __init__(self, line: int, id: str) -> None:
        self.line, self.id = line, id.removeprefix("message")
        self.time: datetime | None = None
        self.name = self.text = ""


class _Page(HTMLParser):
    def __init__(self, notes: Reading) -> None:
        super().__init__()
        self._notes = notes
        self.found: list[_Message] = []
        self._stack: list[str] = []
        """What each open `div` contains."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        classes = told.get("class", "").split()
        if tag == "br" and self._holds == "text":
            self.found[-1].text += "\n"
        if tag != "div":
            return
        part = next((each for each in PARTS if each in classes), "")
        if "message" in classes and "service" in classes:
            part = "service"
            self._notes.leave_out(NOTICES)
        elif "message" in classes:
            self.found.append(_Message(self.getpos()[0], told.get("id", "")))
        elif "date" in classes and self.found and (time := _DATE.search(told.get("title", ""))):
            day, month, year, clock, zone = time.groups()
            self.found[-1].time = read_time(f"{year}-{month}-{day}T{clock}{zone or ''}")
        self._stack.append(part)

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._stack:
            self._stack.pop()

    @property
    def _holds(self) -> str:
        inside = [part for part in self._stack if part]
        if not self.found or "service" in inside or "reply_to" in inside:
            return ""
        if "forwarded" in inside and inside[-1] == "from_name":
            return ""
        return inside[-1] if inside else ""

    def handle_data(self, data: str) -> None:
        if self._holds == "text":
            self.found[-1].text += data
        elif self._holds == "from_name":
            self.found[-1].name += data


def is_telegram(text: str) -> bool:
    """Return whether the start of a page is from a Telegram export."""
    return "Exported Data" in text or 'class="page_wrap"' in text or 'class="message default' in text


def read_telegram_html(source: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of a page, cut by silence and named `stem-n` from 0."""
    notes = Reading() if reading is None else reading
    notes.kind = "Telegram's export as HTML"
    page = _Page(notes)
    for _, line in file_lines(source):
        page.feed(line)
    page.close()
    for number, run in enumerate(by_silence(_turns(page, source, notes))):
        yield make_conversation(f"{stem_of(source)}-{number}", run, Place(source))


def _turns(page: _Page, source: Source, notes: Reading) -> Iterator[tuple[float, Utterance]]:
    name = ""
    for message in page.found:
        name = message.name.strip() or name  # consecutive messages of one person don't repeat the name
        text = "\n".join(line.strip() for line in message.text.strip().split("\n"))
        if text:
            place = Place(source, message.line)
            turn = make_turn(text, name, None, place, id=message.id, time=message.time)
            yield seconds(turn.time), turn
        else:
            notes.leave_out(WORDLESS)
