"""The API key."""

from __future__ import annotations

import base64
import hmac


def is_right(given: str | bytes | None, key: str | None) -> bool:
    """Return whether a key is the operator's, in constant time; any key is right if none was set.

    Bytes come from a header, which programs encode as UTF-8 and browsers as Latin-1.
    """
    if key is None:
        return True
    if given is None:
        return False
    content = given if isinstance(given, bytes) else given.encode("utf-8", "surrogatepass")
    right = hmac.compare_digest(content, key.encode("utf-8", "surrogatepass"))
    as_latin = hmac.compare_digest(content, key.encode("latin-1", "replace"))
    return right or (as_latin and isinstance(given, bytes) and _is_latin(key))


def of_header(value: bytes | None) -> bytes | None:
    """Return the key of `Authorization: Bearer KEY`, or the password of `Basic`, which Label Studio sends."""
    if value is None:
        return None
    scheme, _, given = value.partition(b" ")
    if scheme.lower() == b"basic":
        return _password(given.strip())
    return given.strip() if scheme.lower() == b"bearer" else None


def _password(given: bytes) -> bytes | None:
    try:
        _, colon, password = base64.b64decode(given, validate=True).partition(b":")
    except ValueError:
        return None
    return password if colon else None


def _is_latin(key: str) -> bool:
    return all(letter <= "\xff" for letter in key)
