"""What WhatsApp writes into an exported chat by itself, to be left out.

iOS, and Android before the names of files, put a left-to-right mark before each such piece, in every language. Without
the mark English wordings are known, and the placeholder for media in a few more languages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MARK = "\u200e"
DIRECTIONS = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
"""Invisible marks of writing direction, and the byte order mark, as ranges of a regular expression."""

EDITED = "<this message was edited>"
KINDS = "image|video|video note|audio|gif|sticker|document|contact card|media"
PLACEHOLDERS = (
    "<media omitted>|<medien ausgeschlossen>|<médias omis>|<multimedia omitido>|<archivo omitido>|<mídia oculta>",
    "<arquivo de mídia oculto>|<media omessi>|<media weggelaten>",
    f"(?:{KINDS}) omitted",
    "<attached: [^<>]{1,250}>",
    r".{1,250} \(file attached\)",
    r"(?:this message was deleted|you deleted this message)(?: (?:by|as) .{1,100})?\.?",
    "missed (?:group )?(?:voice|video) call(?: .{1,100})?",
    r"waiting for this message\..{0,100}",
    r"(?:live )?location(?: shared|: https://\S{1,250})",
    "null",  # what may be seen once
)

_INVISIBLE = re.compile(f"[{DIRECTIONS}]")
_PLACEHOLDER = re.compile("|".join(PLACEHOLDERS), re.IGNORECASE)
_ADDED = re.compile(f"{MARK}(?:<[^<>]{{1,250}}>|(?:{KINDS}) omitted)", re.IGNORECASE)
_EVENT = re.compile(r"(?:created|changed) (?:the |this )?(?:group|community|subject)\b.{0,100}[\"“]", re.IGNORECASE)


def visible(text: str) -> str:
    """Take the marks of writing direction out of a text."""
    return _INVISIBLE.sub("", text).strip()


def names_event(sender: str) -> bool:
    """Tell whether what stands before a colon is the start of a notice: Ann changed the subject to "Trip."""
    return _EVENT.search(sender) is not None


def without_notices(lines: Sequence[str]) -> str:
    """Give what a person wrote of a message; "" where that is nothing."""
    written = [_without_end(line) for line in lines if not line.startswith(MARK)]
    kept = [line for line in map(visible, written) if not _PLACEHOLDER.fullmatch(line)]
    return "\n".join(kept).strip()


def _without_end(line: str) -> str:
    """Take off the note that a message was edited, and the attachment under a caption."""
    line = line.rstrip()
    if line[-len(EDITED) :].casefold() == EDITED:
        line = line[: -len(EDITED)].rstrip().removesuffix(MARK).rstrip()
    start = line.rfind(MARK)
    return line[:start] if start >= 0 and _ADDED.fullmatch(line, start) else line
