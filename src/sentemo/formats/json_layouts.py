"""Read conversations from JSON in any layout: one value or many, arrays, objects, rows, app exports.

Arrays and objects are read one value at a time. An object's keys determine what it is; `json_messages` knows those of
messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from sentemo.errors import BadInput
from sentemo.formats.cues import Cue, joined, turn_of
from sentemo.formats.json_messages import SORTED, App, Message, app_of, left_out, plain_message
from sentemo.formats.json_stream import JsonStream, open_json
from sentemo.formats.json_talks import read_conversation
from sentemo.formats.lines import Attempt, strictly
from sentemo.formats.reading import Reading, Source, stem_of
from sentemo.formats.table import is_turns, plain_name
from sentemo.formats.turns import Place, by_silence, make_conversation, make_turn
from sentemo.times import read_time, seconds
from sentemo.types import Conversation, Utterance

IDS = ("id", "conversation_id", "dialogue_id", "dialog_id", "conv_id", "uuid", "session_id", "name", "title")
HELD = 4
"""How many lists and objects an object needs to be read as conversations by name."""
STEP = 'Write {"turns": [{"speaker": "Ann", "text": "Hello"}]}'


class Value(NamedTuple):
    """The next value in a stream, or a loaded value."""

    place: Place
    loaded: object = None
    stream: JsonStream | None = None
    name: str = ""
    """Its key in the enclosing object."""

    @property
    def opening(self) -> str:
        """`[`, `{`, or anything else for a scalar."""
        if self.stream is not None:
            return self.stream.peek()
        return "[" if isinstance(self.loaded, list) else "{" if isinstance(self.loaded, dict) else ""

    def whole(self) -> Value:
        """Load the whole value."""
        return self if self.stream is None else Value(self.place, self.stream.load(), None, self.name)

    def items(self) -> Iterator[Value]:
        """Yield the items of an array."""
        if self.stream is not None:
            for _ in self.stream.items():
                self.stream.peek()
                yield Value(self.stream.place, None, self.stream)
        elif isinstance(self.loaded, list):
            yield from (Value(self.place, item) for item in self.loaded)

    def members(self) -> Iterator[Value]:
        """Yield the members of an object with their names."""
        if self.stream is not None:
            for key in self.stream.members():
                self.stream.peek()
                yield Value(self.stream.place, None, self.stream, key)
        elif isinstance(self.loaded, dict):
            yield from (Value(self.place, value, None, str(key)) for key, value in self.loaded.items())


class _Row(NamedTuple):
    """An object that is a message."""

    found: Message | str
    app: App | None
    place: Place


def read_json(source: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of a file; raise `BadInput` with file and line."""
    return strictly(each_json(source, reading))


def each_json(source: Source, reading: Reading | None = None) -> Iterator[Attempt]:
    """Yield as `read_json` does, with the error in place of each conversation that can't be read."""
    with open_json(source) as stream:
        layouts = Layouts(stem_of(source), reading)
        while stream.peek():
            yield from layouts.explore(Value(stream.place, None, stream))


class Layouts:
    """Convert values to conversations, and number those without an id."""

    def __init__(self, stem: str, reading: Reading | None = None) -> None:
        self.stem, self.notes = stem, Reading() if reading is None else reading
        self._number = 0
        self._seen: set[str] = set()

    def explore(self, value: Value, id: str = "") -> Iterator[Attempt]:
        """Yield the conversations in a value."""
        if value.opening == "[":
            yield from self.sequence(value.items(), id)
        elif value.opening == "{":
            yield from self._object(value, id)
        else:
            value.whole()
            self.notes.leave_out("values that hold no conversation")

    def sequence(self, values: Iterable[Value | BadInput], id: str = "", *, key: str = "") -> Iterator[Attempt]:
        """Yield the conversations of sibling values: conversations, or messages of one or more conversations.

        `key` is the name of the enclosing array. Errors among the values are yielded in their place.
        """
        for is_row, run in groupby(map(self._row, values), lambda each: isinstance(each, _Row)):
            if is_row:
                yield from self._rows((row for row in run if isinstance(row, _Row)), id, key)
                continue
            for each in run:
                if isinstance(each, BadInput):
                    yield each
                elif isinstance(each, Value):
                    yield from self.explore(each, each.name or id)

    def _row(self, value: Value | BadInput) -> Value | BadInput | _Row:
        """Read a value as a message if it is one."""
        if isinstance(value, BadInput) or (value.stream is not None and value.name):
            return value
        value = value.whole()
        if isinstance(value.loaded, str):
            return _Row(Message(value.loaded), None, value.place)
        if not isinstance(value.loaded, dict):
            return value
        return self._message(value.loaded, value.place) or value

    def _message(self, value: Mapping[str, object], place: Place) -> _Row | None:
        app = app_of(value)
        if app is not None:
            return _Row(app.read(value), app, place)
        if any(isinstance(each, list) and is_turns(key) for key, each in value.items()):
            return None
        found = plain_message(value)
        return None if found is None else _Row(found, None, place)

    def _object(self, value: Value, id: str) -> Iterator[Attempt]:
        """Yield the conversations of an object: the one of its turns, or one for each of its members."""
        if isinstance(value.loaded, dict) and isinstance(value.loaded.get("turns"), list):
            yield self._strict(value.loaded, value.place, id)
            return
        told: dict[str, object] = {}
        held: list[Value] = []
        found = False
        for member in value.members():
            key = plain_name(member.name)
            if member.opening == "[" and is_turns(key):
                own = id or next((str(told[name]) for name in IDS if isinstance(told.get(name), str | int)), "")
                inside = (each._replace(name=key) if key == "list" else each for each in member.items())
                yield from self.sequence(inside, own, key=key)
                found = True
            elif member.opening == "{" and key == "chats":
                yield from self._object(member, "")
                found = True
            elif key == "mapping" and member.opening == "{":
                yield from self.sequence(in_branch(member.whole()), id or str(told.get("title") or ""))
                found = True
            elif member.opening in ("[", "{"):
                held.append(member.whole())
            else:
                told[member.name] = member.whole().loaded
            if len(held) > HELD and not found:
                yield from self.sequence(held)
                held = []
        if found:
            return
        row = self._message(told | {each.name: each.loaded for each in held}, value.place)
        if row is not None:
            yield from self._rows(iter([row]), id, "")
        elif held:
            yield from self.sequence(held)
        else:
            self._number += 1
            yield BadInput('No list "turns"', STEP, path=str(value.place.path), line=value.place.line)

    def _rows(self, rows: Iterator[_Row], id: str, key: str) -> Iterator[Attempt]:
        """Yield the conversations of messages: cut by silence in app exports, else by their conversation ids."""
        first = next(rows, None)
        if first is None:
            return
        app = first.app
        kept = (row for row in _chain(first, rows) if not left_out(row.found, self.notes))
        if app is not None:
            self.notes.kind = app.name
        if app is not None and app.is_chat:
            timed: Iterable[tuple[float, _Row]] = ((_seconds(row), row) for row in kept)
            if app.name in SORTED:
                timed = sorted(timed, key=lambda pair: (pair[0] == pair[0], pair[0]))
            for number, run in enumerate(by_silence(timed)):
                yield self._talk(f"{id or self.stem}-{number}", run, False)
        elif key == "segments":
            yield from self._transcript(kept, id)
        else:
            if not id and not isinstance(first.found, str) and first.found.conversation is None and first.app is None:
                self.notes.remark("No key names the conversation of a message, so all that stand together are one.")
            for conversation, group in groupby(kept, _conversation):
                own = conversation or (f"{id}-{self._number}" if id in self._seen else id)
                yield self._talk(self._own(own), list(group))

    def _strict(self, value: Mapping[str, object], place: Place, id: str) -> Attempt:
        self._number += 1
        try:
            return read_conversation(value, id or f"{self.stem}-{self._number - 1}", place)
        except BadInput as error:
            return error.with_traceback(None)

    def _own(self, id: str) -> str:
        """Return the id, or the next number if it is empty."""
        return id or f"{self.stem}-{self._number}"

    def _talk(self, id: str, rows: list[_Row], is_own: bool = True) -> Attempt:
        """Make a conversation; an id of its own must not have occurred before."""
        try:
            if id in self._seen:
                rows[0].place.refuse(f"Conversation {id!r} comes again after another one", "Sort the rows by it")
            if is_own:
                self._seen.add(id)
            self._number += 1
            return make_conversation(id, [_turn(row) for row in rows], rows[0].place)
        except BadInput as error:
            return error.with_traceback(None)

    def _transcript(self, rows: Iterator[_Row], id: str) -> Iterator[Attempt]:
        """Yield the conversation of a transcript's segments."""
        self.notes.kind = "a transcript"
        turns: list[Utterance] = []
        try:
            turns += [turn_of(cue, Place(self.stem)) for cue in joined(map(_cue, rows))]
        except BadInput as error:
            yield error
            return
        if turns:
            yield Conversation(self._own(id), tuple(turns))
            self._number += 1


def _chain(first: _Row, rows: Iterator[_Row]) -> Iterator[_Row]:
    yield first
    yield from rows


def _seconds(row: _Row) -> float:
    return seconds(None if isinstance(row.found, str) else read_time(row.found.time))


def _conversation(row: _Row) -> str:
    if isinstance(row.found, str) or row.found.conversation is None:
        return ""
    return str(row.found.conversation)


def _turn(row: _Row) -> Utterance:
    if isinstance(row.found, str):
        row.place.refuse(f"Not a message: {row.found}", STEP)
    found = row.found
    more = {"id": found.id, "time": found.time, "span_s": found.span_s}
    return make_turn(found.text, found.speaker, found.label, row.place, found.labels, **more)  # type: ignore[arg-type]


def _cue(row: _Row) -> Cue:
    turn = _turn(row)
    start, end = turn.span_s or (0.0, 0.0)
    return Cue(row.place.line or 1, start, end, turn.speaker, turn.text.strip())


def in_branch(mapping: Value) -> Iterator[Value]:
    """Yield the messages of a ChatGPT export: of the tree of nodes, the branch of the last leaf."""
    nodes = mapping.loaded if isinstance(mapping.loaded, dict) else {}
    leaves = [key for key, node in nodes.items() if isinstance(node, dict) and not node.get("children")]
    at = leaves[-1] if leaves else None
    branch: list[Value] = []
    while isinstance(at, str) and isinstance(node := nodes.get(at), dict) and len(branch) <= len(nodes):
        message = node.get("message")
        if isinstance(message, dict):
            branch.append(Value(mapping.place, _spoken(message)))
        at = node.get("parent")
    return reversed(branch)


def _spoken(message: Mapping[str, object]) -> dict[str, object]:
    author, content = message.get("author"), message.get("content")
    return {
        "role": author.get("role") if isinstance(author, dict) else None,
        "content": content.get("parts") if isinstance(content, dict) else content,
        "timestamp": message.get("create_time"),
        "id": message.get("id"),
    }
