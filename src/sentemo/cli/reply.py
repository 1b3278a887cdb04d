"""What somebody types to label an utterance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

HELP = "Number or first letters; +NAME adds a label; Enter skips, g guesses, u undoes, q stops."
COMMANDS: dict[str, Literal["skip", "undo", "stop", "help", "guess"]] = {
    "": "skip",
    "s": "skip",
    "u": "undo",
    "g": "guess",
    "q": "stop",
    "?": "help",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A label, new or not; a command; or why it is neither."""

    kind: Literal["label", "skip", "undo", "stop", "help", "guess", "unclear"]
    text: str = ""
    """The label, or what is unclear."""


def understand(line: str, labels: Sequence[str]) -> Reply:
    """Read a line: a label's name before a number, a number before the first letters of a name."""
    word = line.strip()
    if word in COMMANDS:
        return Reply(COMMANDS[word])
    if word.startswith("+"):
        return _added(word[1:].strip(), labels)
    for label in labels:
        if word.casefold() == label.casefold():
            return Reply("label", label)
    if word.isdecimal():
        return _numbered(int(word), labels)
    return _prefixed(word, labels)


def refusal(name: str) -> str:
    """Say why a name can't be a label's; nothing where it can."""
    if name in COMMANDS or name.startswith("+"):
        return f"{name!r} can't be a label here: it is a command"
    return "" if name.isprintable() else "A label is made of letters, digits and signs alone"


def _added(name: str, labels: Sequence[str]) -> Reply:
    if not name:
        return Reply("unclear", "Type the new label's name after the +.")
    known = next((label for label in labels if name.casefold() == label.casefold()), name)
    return Reply("unclear", f"{refusal(name)}.") if refusal(name) else Reply("label", known)


def _numbered(number: int, labels: Sequence[str]) -> Reply:
    if 1 <= number <= len(labels):
        return Reply("label", labels[number - 1])
    return Reply("unclear", f"No label {number}.\n{HELP}")


def _prefixed(word: str, labels: Sequence[str]) -> Reply:
    found = [label for label in labels if label.casefold().startswith(word.casefold())]
    if len(found) == 1:
        return Reply("label", found[0])
    if found:
        return Reply("unclear", f"{word!r} could be {' or '.join(found)}.")
    return Reply("unclear", f"No label starts with {word!r}.\n{HELP}")
