"""Lines of any script in the few characters that patterns know: each character stays in its place."""

from __future__ import annotations

MARK = "\u200e"
"""Any mark of writing direction becomes this one."""
_ZEROS = (
    *(0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66),
    *(0xE50, 0xED0, 0xF20, 0x1040, 0x17E0, 0x1810, 0xFF10),
)
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c"
_PLAIN = str.maketrans(
    {
        **{chr(zero + digit): str(digit) for zero in _ZEROS for digit in range(10)},
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_MARKS, MARK),
        **dict.fromkeys("،，、", ","),
        **dict.fromkeys("：﹕", ":"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "［": "[",
        "］": "]",
        "／": "/",
    }
)
_NO_MARKS = dict.fromkeys(map(ord, _MARKS))


def plain_glyphs(line: str) -> str:
    """Replace digits, spaces, dashes, commas and colons of other scripts by ASCII's; the length stays."""
    return line if line.isascii() else line.translate(_PLAIN)


def visible(text: str) -> str:
    """Take the marks of writing direction out of a text, and the space around it."""
    return (text if text.isascii() else text.translate(_NO_MARKS)).strip()
