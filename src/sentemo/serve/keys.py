"""The API key."""

from __future__ import annotations

import hmac


def is_right(given: str | bytes | None, key: str | None) -> bool:
    """Tell whether a key is the operator's, in a time that tells nothing; any is where none was set."""
    if key is None:
        return True
    if given is None:
        return False
    return hmac.compare_digest(given if isinstance(given, bytes) else _bytes(given), _bytes(key))


def of_header(value: bytes | None) -> bytes | None:
    """Give the key of `Authorization: Bearer KEY`, whose bytes are UTF-8 or, as browsers send it, Latin-1."""
    if value is None:
        return None
    scheme, _, given = value.partition(b" ")
    return given.strip() if scheme.lower() == b"bearer" else None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
