"""Read the conversation of a JSON object with `turns`, strictly, so that typos are reported."""

from __future__ import annotations

from collections.abc import Mapping

from sentemo.formats.json_messages import plain_message
from sentemo.formats.turns import Place, make_conversation, make_turn, plain
from sentemo.types import Conversation, Utterance


def read_conversation(value: Mapping[str, object], missing_id: str, place: Place) -> Conversation:
    """Read a conversation from an object `{"id"?, "turns": [...]}`."""
    turns = value.get("turns")
    if not isinstance(turns, list):
        place.refuse('No list "turns"', 'Write {"turns": [{"speaker": "Ann", "text": "Hello"}]}')
    return make_conversation(_id(value.get("id"), missing_id, place), (_turn(turn, place) for turn in turns), place)


def _id(value: object, missing_id: str, place: Place) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return missing_id if value in (None, "") else plain(value, "id", place)


def _turn(value: object, place: Place) -> Utterance:
    if isinstance(value, str):
        return make_turn(value, None, None, place)
    if not isinstance(value, dict):
        place.refuse("A turn is neither text nor an object", 'Write {"speaker": "Ann", "text": "Hello"}')
    return turn_of(value, place)


def turn_of(value: Mapping[str, object], place: Place) -> Utterance:
    """Read a turn from an object with the keys that `write_jsonl` writes, or their synonyms."""
    if "text" not in value and (found := plain_message(value)) is not None:
        more = {"id": found.id, "time": found.time, "span_s": found.span_s}
        return make_turn(found.text, found.speaker, found.label, place, found.labels, **more)  # type: ignore[arg-type]
    return make_turn(
        *(value.get("text"), value.get("speaker"), value.get("label"), place, value.get("labels")),
        id=value.get("id"),
        time=value.get("time"),
        span_s=(value.get("start"), value.get("end")),
    )
