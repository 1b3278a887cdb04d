"""Convert messages of JSON exports to turns: the keys that apps and language models use for sender, text and time."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sentemo.formats.reading import BOTS, NOTICES, WORDLESS, Reading
from sentemo.formats.slack import message_text, shown_name
from sentemo.formats.table import find_names

Object = Mapping[str, object]


class Message(NamedTuple):
    """A message as found in an object, not validated."""

    text: object
    speaker: object = None
    time: object = None
    id: object = None
    label: object = None
    labels: object = None
    span_s: tuple[object, object] = (None, None)
    conversation: object = None


class App(NamedTuple):
    """How an app writes messages in JSON."""

    name: str
    is_message: Callable[[Object], bool]
    read: Callable[[Object], Message | str]
    """Returns the message, or a description of what is left out."""
    is_chat: bool = True
    """Whether its messages are split into conversations by silence."""


PROMPTS = "messages of a language model"
PROMPT = frozenset({"content", "parts", "tool_calls"})
TELEGRAM = frozenset({"from_id", "date_unixtime", "actor"})
_TAGS = re.compile(r"<[^<>]*>")
_BREAKS = re.compile(r"<(?:br|/p|/div)\b[^<>]*>", re.IGNORECASE)
_SENT = re.compile(
    r"(?:you|[^.:]{1,60}) (?:sent (?:an attachment|photos|a (?:photo|video|voice message|gif|sticker|live location))"
    r"|liked a message|reacted .{1,12} to your message|unsent a message|missed .{0,20}call|started .{0,20}call"
    r"|shared a (?:story|post|reel|link))\.?\s*|(?:liked a message|reacted .{1,12} to your message)\s*",
    re.IGNORECASE,
)


def without_tags(text: str) -> str:
    """Return the words of a piece of HTML."""
    return html.unescape(_TAGS.sub("", _BREAKS.sub("\n", text))).strip()


def mended_latin(text: object) -> object:
    """Fix UTF-8 that was written as Latin-1, as in Facebook's exports."""
    if not isinstance(text, str) or text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def of_parts(value: object) -> object:
    """Join a text given in parts: strings, or objects with a `text`."""
    if not isinstance(value, list):
        return value
    texts = [part if isinstance(part, str) else part.get("text") if isinstance(part, dict) else None for part in value]
    return "".join(text for text in texts if isinstance(text, str))


def _object(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def _telegram(value: Object) -> Message | str:
    if value.get("type") != "message":
        return NOTICES
    sender = value.get("from") or value.get("from_id")
    time = value.get("date_unixtime") or value.get("date")
    return Message(of_parts(value.get("text")), sender, time, value.get("id"))


def _messenger(value: Object) -> Message | str:
    text = mended_latin(value.get("content"))
    if value.get("is_unsent") or value.get("is_unsent_image_by_messenger_kid_parent"):
        return WORDLESS
    if isinstance(text, str) and _SENT.fullmatch(text):
        return NOTICES
    return Message(text, mended_latin(value.get("sender_name")), value.get("timestamp_ms"))


def _messenger_secret(value: Object) -> Message | str:
    if value.get("isUnsent") or value.get("type") not in ("text", "link", None):
        return WORDLESS
    return Message(value.get("text"), value.get("senderName"), value.get("timestamp"))


def _discord(value: Object) -> Message | str:
    author = _object(value.get("author"))
    if value.get("type", "Default") not in ("Default", "Reply", 0, 19):
        return NOTICES
    if author.get("isBot") or author.get("bot"):
        return BOTS
    name = author.get("nickname") or author.get("global_name") or author.get("name") or author.get("username")
    return Message(value.get("content"), name, value.get("timestamp"), value.get("id"))


def _slack(value: Object) -> Message | str:
    if value.get("subtype") not in (None, "me_message", "thread_broadcast", "file_share"):
        return NOTICES
    if "bot_id" in value:
        return BOTS
    name = shown_name(value.get("user_profile")) or value.get("user")
    return Message(message_text(value, {}), name, value.get("ts"), value.get("client_msg_id"))


def _teams(value: Object) -> Message | str:
    if value.get("messageType", "message") != "message" or value.get("deletedDateTime"):
        return NOTICES
    body, sender = _object(value.get("body")), _object(value.get("from"))
    if sender.get("application"):
        return BOTS
    text = body.get("content")
    if isinstance(text, str) and body.get("contentType") == "html":
        text = without_tags(text)
    return Message(text, _object(sender.get("user")).get("displayName"), value.get("createdDateTime"), value.get("id"))


def _skype(value: Object) -> Message | str:
    if not str(value.get("messagetype")).startswith(("Text", "RichText")) or "/" in str(value.get("messagetype")):
        return NOTICES
    text = value.get("content")
    sender = value.get("displayName") or value.get("from")
    words = without_tags(text) if isinstance(text, str) else text
    return Message(words, sender, value.get("originalarrivaltime"), value.get("id"))


def _instructed(value: Object) -> Message | str:
    if value.get("role") not in ("user", "assistant", "human", "agent", "customer", "bot", "model"):
        return "instructions and calls of tools"
    text = value["content"] if "content" in value else value.get("parts")
    return Message(
        of_parts(text), value.get("role"), value.get("timestamp") or value.get("created_at"), value.get("id")
    )


def _of_model(value: Object) -> Message | str:
    if value.get("from") in ("system", "tool", "function_call", "observation", "function_response"):
        return "instructions and calls of tools"
    return Message(value.get("value"), value.get("from"))


APPS = (
    App("Telegram", lambda value: value.get("type") in ("message", "service") and _has(value, TELEGRAM), _telegram),
    App("Messenger or Instagram", lambda value: "sender_name" in value and "timestamp_ms" in value, _messenger),
    App("Messenger", lambda value: "senderName" in value and "timestamp" in value, _messenger_secret),
    App("Discord", lambda value: isinstance(value.get("author"), dict) and "content" in value, _discord),
    App("Slack", lambda value: value.get("type") == "message" and "ts" in value, _slack),
    App("Teams", lambda value: "createdDateTime" in value and isinstance(value.get("body"), dict), _teams),
    App("Skype or Teams", lambda value: "originalarrivaltime" in value, _skype),
    App(PROMPTS, lambda value: isinstance(value.get("role"), str) and _has(value, PROMPT), _instructed, False),
    App(PROMPTS, lambda value: value.keys() >= {"from", "value"}, _of_model, False),
)
"""Chat exports, and conversations in the formats of language model training data."""
SORTED = ("Messenger or Instagram", "Messenger", "Slack", "Teams", "Skype or Teams")
"""The apps whose exports are not in order of time."""


def _has(value: Object, keys: frozenset[str]) -> bool:
    return not keys.isdisjoint(value)


def app_of(value: Object) -> App | None:
    """Return the app that wrote a message."""
    return next((app for app in APPS if app.is_message(value)), None)


def plain_message(value: Object) -> Message | None:
    """Read an object by its keys, which are named like the columns of a table; None if there is no text."""
    names = find_names(key for key in value if isinstance(key, str))
    if "text" not in names:
        return None
    found = {what: value[name] for what, name in names.items()}
    speaker, label = found.get("speaker"), found.get("label")
    if isinstance(speaker, dict):
        speaker = shown_name(speaker) or speaker.get("id")
    labels = label if isinstance(label, list) else value.get("labels")
    conversation = found.get("conversation")
    return Message(
        of_parts(found["text"]),
        _as_text(speaker),
        found.get("time"),
        found.get("id"),
        None if isinstance(label, list | dict) else _as_text(label),
        labels if isinstance(labels, list) else None,
        (value.get("start"), value.get("end")),
        None if isinstance(conversation, list | dict) else conversation,
    )


def _as_text(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def left_out(found: Message | str, notes: Reading) -> bool:
    """Return whether there is nothing that a person wrote, and count it as left out."""
    if isinstance(found, str):
        notes.leave_out(found)
    elif found.text is None or (isinstance(found.text, str) and not found.text.strip()):
        notes.leave_out(WORDLESS)
    else:
        return False
    return True
