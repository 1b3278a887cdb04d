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
