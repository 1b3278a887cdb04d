"""Chats as lines of text: exports of WhatsApp, Signal and others, copied chats, IRC, and all forms in `heads`.

A message starts at a head and ends at the next one. The file is read twice: once to find out its form, and once for its
conversations, of which only one is in memory at a time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from sentemo.formats.clock import Order, Stamp
from sentemo.formats.heads import DAY, MAX_NAME, Form, Head, date_of, head_of, rejoined, visible
from sentemo.formats.lines import Line
from sentemo.formats.notices import is_event, is_placeholder, names_event, without_notices
from sentemo.formats.reading import NOTICES, WORDLESS, Reading, Source
from sentemo.formats.turns import Place, by_silence, make_conversation, make_turn
from sentemo.types import Conversation, Utterance

Again = Callable[[], Iterator[Line]]
"""Returns the lines from the start, without line ends."""
LEAST_SHARE = 0.1
"""The least share of a log's non-blank lines that are heads."""
MAX_NAMES = 10_000
NOT_SAID = re.compile(
    r"\s+This message responded to an earlier message\.|\[(?:In reply to|Forwarded from) [^\]]*\]"
    r"|\{(?:Attachments|Embed|Reactions|Stickers)\}|={10,}|/[^\n]*/Library/Messages/Attachments/.*|Tapbacks?:"
    r"|Transcribed by https?://\S+",
    re.IGNORECASE,
)
"""Lines of a message that exporters add."""
ENDS = re.compile(r"\{(?:Attachments|Embed|Reactions|Stickers)\}|Tapbacks?:|={10,}", re.IGNORECASE)
"""Added lines after which the message has no more text."""


@dataclass(slots=True)
class _Seen:
    """What the first pass found of a form."""

    first: int = 0
    last: int = 0
    count: int = 0
    named: int = 0
    """Heads followed by a name and a colon."""
    followed: int = 0
    """Heads with a line of text under them."""
    names: Counter[str] = field(default_factory=Counter)
    order: Order = field(default_factory=Order)

    @property
    def is_below(self) -> bool:
        """Whether the text is below the heads even if the form says otherwise: Discord's logs look like WhatsApp's."""
        return self.named < 0.2 * self.count and self.followed > 0.5 * self.count


@dataclass(slots=True)
class Plan:
    """How to read a log."""

    forms: dict[int, _Seen] = field(default_factory=dict)
    """The forms whose lines start messages, by identity."""
    known: dict[int, Form] = field(default_factory=dict)
    lines: int = 0
    """The number of non-blank lines."""
    longer: set[str] = field(default_factory=set)
    """Names that contain a colon."""
    groups: set[str] = field(default_factory=set)
    """Senders that are not people: all their messages are notices."""
    quoted: int = 0
    """Heads inside messages."""

    @property
    def heads(self) -> int:
        """The number of messages."""
        return sum(seen.count for seen in self.forms.values())

    @property
    def kind(self) -> str:
        """The names of the forms."""
        most = sorted(self.forms, key=lambda key: -self.forms[key].count)
        return " and ".join(dict.fromkeys(self._name(key) for key in most))

    def _name(self, key: int) -> str:
        below = self.forms[key].is_below and not self.known[key].below
        return "a Discord or Teams log" if below else self.known[key].name


def survey(lines: Iterator[Line]) -> Plan:
    """Read a log, or its first lines, to find out its form."""
    plan, seconds, notices = Plan(), Counter[tuple[str, str]](), dict[str, bool]()
    before: Head | None = None
    for number, line in rejoined(lines):
        if not line.strip():
            continue
        plan.lines += 1
        head = head_of(line, before.form if before else None)
        if head is None:
            if before is not None:
                plan.forms[id(before.form)].followed += 1
                before = None
            continue
        before = head
        _count(plan, number, head)
        sender, text = sender_of(head)
        if sender and head.form.app:
            second = text.partition(": ")[0] if ": " in text[:80] and not is_placeholder(visible(text)) else ""
            if len(notices) < MAX_NAMES:
                seconds[sender, second] += 1
            if notices.setdefault(sender, True) and len(notices) < MAX_NAMES:
                notices[sender] = is_event(visible(text))
    _choose(plan)
    every = Counter[str]()
    for (sender, _), count in seconds.items():
        every[sender] += count
    plan.longer = {
        f"{sender}: {second}"
        for (sender, second), count in seconds.items()
        if second[:1].isupper() and count == every[sender] and (count >= 3 or (count == 2 and len(sender) <= 3))
    }
    plan.groups = {sender for sender, only in notices.items() if only}
    return plan


def _count(plan: Plan, number: int, head: Head) -> None:
    plan.known[id(head.form)] = head.form
    seen = plan.forms.setdefault(id(head.form), _Seen(first=number))
    seen.last = number
    seen.count += 1
    seen.named += ": " in head.rest or head.rest.rstrip().endswith(":")
    if len(seen.names) < MAX_NAMES:
        seen.names[head.name] += 1
    if head.stamp.numbers:
        seen.order.add(head.stamp)


def _choose(plan: Plan) -> None:
    """Keep the forms whose lines start messages; the lines of other forms belong to the messages around them."""
    found = dict(plan.forms)
    sure = {key: seen for key, seen in found.items() if plan.known[key].sure or _is_likely(plan, key)}
    most = max(sure.values(), key=lambda seen: seen.count, default=None)
    plan.forms = {
        key: seen
        for key, seen in sure.items()
        if most is seen
        or not (most is not None and most.first < seen.first and seen.last < most.last and seen.count <= most.count)
        or (
            plan.known[key].app == "" and seen.count >= 0.02 * most.count and plan.known[key].name in _names(plan, most)
        )
    }
    plan.quoted = sum(seen.count for seen in found.values()) - plan.heads


def _names(plan: Plan, most: _Seen) -> set[str]:
    """Return the names of the forms that belong with the most frequent one: an IRC log has messages and actions."""
    return {plan.known[key].name for key, seen in plan.forms.items() if seen is most}


def _is_likely(plan: Plan, key: int) -> bool:
    """Return whether the lines of an ambiguous form are heads after all."""
    seen, form = plan.forms[key], plan.known[key]
    if seen.count < 2 or seen.count < 0.25 * plan.lines:
        return False
    if form.below and seen.followed < 0.8 * seen.count:
        return False
    return all(len(name.split()) <= 5 for name in seen.names)


def sender_of(head: Head) -> tuple[str, str]:
    """Split the rest of a head into sender ("" if there is none) and text."""
    if head.name:
        return head.name, head.rest
    rest = head.rest.rstrip("\n")
    sender, colon, text = rest.partition(": ")
    if not colon and rest.rstrip().endswith((":", "：")):
        sender, colon = rest.rstrip()[:-1], ":"
    if not colon or len(sender) > MAX_NAME or names_event(sender):
        return "", rest
    return visible(visible(sender).removeprefix("~")), text


class _Message(NamedTuple):
    line: int
    head: Head
    time: datetime | None
    seconds: float
    """The time in seconds, to measure the silence between messages."""
    lines: list[str]


def read_log(lines: Again, path: str | Source, stem: str, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations, cut by silence and named `stem-n` from 0; raise `BadInput` with file and line."""
    notes = Reading() if reading is None else reading
    plan = survey(lines())
    notes.kind = plan.kind
    if not plan.forms:
        Place(path, 1).refuse("No line starts as a chat's messages do", "Name the file's own format")
    if plan.quoted:
        notes.remark(f"{plan.quoted:,} lines inside messages look like the start of one and were kept as text.")
    messages = _messages(lines(), plan, notes)
    turns = ((each.seconds, turn) for each in messages if (turn := _turn(each, plan, path, notes)) is not None)
    for number, run in enumerate(by_silence(turns)):
        yield make_conversation(f"{stem}-{number}", run, Place(path))


def _messages(lines: Iterator[Line], plan: Plan, notes: Reading) -> Iterator[_Message]:
    """Group the lines by message."""
    message: _Message | None = None
    clock = _Clock(plan)
    known: Form | None = None
    for number, line in rejoined(lines):
        head = head_of(line, known)
        if head is not None and id(head.form) in plan.forms:
            if message is not None:
                yield message
            known = head.form
            message = _Message(number, head, *clock.read(head), [])
        elif clock.is_of_clocks and (day := date_of(line)) is not None:
            clock.day = day
        elif message is not None:
            message.lines.append(line)
        elif line.strip():
            notes.leave_out("lines before the first message")
    if message is not None:
        yield message


class _Clock:
    """The times of messages, some of which have no date."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.is_of_clocks = not any(plan.forms[key].order.has_dates for key in plan.forms)
        self.day: Stamp | None = None
        self._days, self._last = 0, 0

    def read(self, head: Head) -> tuple[datetime | None, float]:
        """Return a message's time, if its day is known, and a number of seconds that increases across days."""
        stamp = head.stamp
        if stamp.numbers:
            time = self._plan.forms[id(head.form)].order.time(stamp)
            seconds = (time - DAY).total_seconds() - (stamp.offset_s or 0)
            if stamp.offset_s is not None:
                time = (time - timedelta(seconds=stamp.offset_s)).replace(tzinfo=UTC)
            return time, seconds
        if self.day is not None:
            order = Order()
            order.add(self.day)
            time = order.time(self.day) + timedelta(seconds=stamp.second)
            return time, (time - DAY).total_seconds()
        self._days += stamp.second < self._last - 12 * 3600
        self._last = stamp.second
        return None, 86_400 * self._days + stamp.second


def _turn(message: _Message, plan: Plan, path: str | Source, notes: Reading) -> Utterance | None:
    """Return a person's turn, or None for a notice."""
    sender, lines = _said(message, plan)
    if not sender and message.head.form.notices:
        notes.leave_out(NOTICES)
        return None
    first = visible(lines[0]) if lines else ""
    if message.head.form.app and (sender in plan.groups or first.startswith(f"{sender} ")) and is_event(first):
        notes.leave_out(NOTICES)
        return None
    text = without_notices(_without_additions(lines))
    if not text:
        notes.leave_out(WORDLESS)
        return None
    return make_turn(text, sender, None, Place(path, message.line), time=message.time)


def _said(message: _Message, plan: Plan) -> tuple[str, Sequence[str]]:
    """Return the sender and the lines of a message."""
    head, form = message.head, message.head.form
    if form.below or plan.forms[id(form)].is_below:
        below = [line for line in message.lines if line.strip()]
        if head.name or head.rest.strip():
            return head.name or visible(head.rest).removesuffix("(pinned)").strip(), message.lines
        return (visible(below[0]), below[1:]) if below else ("", [])
    if "notice" in form.pattern.groupindex:
        return "", []
    sender, text = sender_of(head)
    for longer in plan.longer:
        if longer.startswith(f"{sender}: ") and text.startswith(longer[len(sender) + 2 :] + ": "):
            return longer, [text[len(longer) - len(sender) :], *message.lines]
    return sender, [text, *message.lines]


def _without_additions(lines: Sequence[str]) -> list[str]:
    said = takewhile(lambda line: not ENDS.fullmatch(line.strip()), lines)
    return [line for line in said if not NOT_SAID.fullmatch(line.rstrip())]
