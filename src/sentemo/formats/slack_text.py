"""Slack's markup of a message's text: who and what it mentions, links, and three escaped characters."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

_MARKUP = re.compile(r"<([^<>]+)>")


def plain_text(text: str, names: Mapping[str, str]) -> str:
    """Write mentions and links as Slack shows them; `names` are those of users by id."""
    return html.unescape(_MARKUP.sub(lambda found: _shown(found[1], names), text))


def _shown(markup: str, names: Mapping[str, str]) -> str:
    target, _, label = markup.partition("|")
    kind, id = target[:1], target[1:]
    if kind == "@":
        return "@" + (names.get(id) or label or id)
    if kind == "#":
        return f"#{label or id}"
    if kind == "!":
        return label or "@" + id.partition("^")[0]
    return label or target.removeprefix("mailto:")


def message_text(value: Mapping[str, object], names: Mapping[str, str]) -> str | None:
    """Return what a message says: its text, or where that is empty its blocks; None where it is no text at all."""
    text = value.get("text")
    if isinstance(text, str) and text.strip():
        return plain_text(text, names)
    blocks = value.get("blocks")
    if isinstance(blocks, list) and (words := "\n".join(filter(None, (_block(each, names) for each in blocks)))):
        return words
    return text if isinstance(text, str) else None


def shown_name(profile: object, *others: object) -> str:
    """Choose what is shown of a user, "" where there is nothing."""
    known = profile if isinstance(profile, dict) else {}
    candidates = (known.get("display_name"), known.get("real_name"), known.get("name"), *others)
    return next((name.strip() for name in candidates if isinstance(name, str) and name.strip()), "")


def _block(block: object, names: Mapping[str, str]) -> str:
    """Write a block as its words."""
    if not isinstance(block, dict):
        return ""
    elements, text = block.get("elements"), block.get("text")
    if isinstance(elements, list):
        parts = [_element(each, names) for each in elements]
        return ("" if block.get("type") in INLINE else "\n").join(filter(None, parts)).strip()
    if isinstance(text, dict):
        return plain_text(str(text.get("text") or ""), names).strip()
    return ""


INLINE = ("rich_text_section", "rich_text_preformatted", "rich_text_quote", "context")
"""What holds pieces of one line."""


def _element(element: object, names: Mapping[str, str]) -> str:
    if not isinstance(element, dict):
        return ""
    kind = element.get("type")
    if kind == "user":
        id = str(element.get("user_id") or "")
        return f"@{names.get(id) or id}"
    if kind == "emoji":
        return _emoji(str(element.get("unicode") or ""), str(element.get("name") or ""))
    if kind in ("channel", "usergroup", "broadcast"):
        id = str(element.get("channel_id") or element.get("usergroup_id") or element.get("range") or "")
        return f"#{id}" if kind == "channel" else f"@{id}"
    if "elements" in element:
        return _block(element, names)
    text = element.get("text")
    return text if isinstance(text, str) else str(element.get("url") or "")


def _emoji(codes: str, name: str) -> str:
    try:
        return "".join(chr(int(code, 16)) for code in codes.split("-"))
    except (ValueError, OverflowError):
        return f":{name}:"
