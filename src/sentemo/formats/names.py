"""What people call the columns of a table and the keys of JSON that hold a conversation's parts: `names.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

LAST = "id"
"""A column of this name holds the conversation where no other does."""
PARTS = ("text", "speaker", "conversation", "label", "time", "id")
_OTHER = re.compile(r"[^\w]|_")


@cache
def names() -> Mapping[str, tuple[str, ...]]:
    """Return the names by what they hold, the likeliest first, as `plain_name` writes them."""
    text = files("sentemo.formats").joinpath("names.toml").read_text(encoding="utf-8")
    return {what: tuple(words.split()) for what, words in tomllib.loads(text).items()}


def plain_name(name: str) -> str:
    """Return a name in small letters and digits alone."""
    return _OTHER.sub("", name).casefold()


def is_turns(name: str) -> bool:
    """Tell whether a key may hold an object's turns, or conversations."""
    return plain_name(name) in names()["turns"]


def find_names(header: Iterable[str]) -> dict[str, str]:
    """Return which of the names holds what; each holds one thing at most."""
    by_name: dict[str, str] = {}
    for name in header:
        by_name.setdefault(plain_name(name), name)
    found: dict[str, str] = {}
    for what in PARTS:
        taken = set(found.values())
        known = (by_name[each] for each in names()[what] if each in by_name)
        chosen = next((name for name in known if name not in taken), None)
        if chosen is not None:
            found[what] = chosen
    if "conversation" not in found and LAST in by_name:
        found["conversation"] = by_name[LAST]
    return found
