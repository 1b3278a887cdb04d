"""Tokenised text, as the official DailyDialog has it, to the way people write."""

from __future__ import annotations

import re

# Each rule is narrow on purpose: text that is written normally already must come out unchanged,
# and so must oddities like "Oh ..." or "8 : 30" whose meaning is open.
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # "I ’ m", "don’t", "let ' s" -> one word with a straight apostrophe
        (r"(?<=\w)(?: [’‘'] | ?’)(?=(?:s|m|d|t|ll|re|ve)\b)", "'"),
        # "my parents ’ house"
        (r"(?<=s) ’ (?=\w)", "' "),
        # "Good.Let us", "ready,but" -> two words
        (r"(?<=[a-z][.!?])(?=[A-Z])", " "),
        (r"(?<=[a-z]{2},)(?=[A-Za-z]{2})", " "),
        # "Yes , sir : now ; then"
        (r"(?<=\w) (?=[,:;] [^\W\d])", ""),
        # "All right . Good ."
        (r"(?<=\w) (?=\.(?: [^\W_]| [(“]|$))", ""),
        # "Really ? Yes !"
        (r"(?<=\w) (?=[?!](?: |$))", ""),
    )
)


def detokenise(text: str) -> str:
    """Join punctuation to its word, straighten apostrophes and part sentences that were glued together.

    Applying it twice is applying it once, and detokenised text stays as it is.
    """
    text = " ".join(text.split())
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
