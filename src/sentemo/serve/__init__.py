"""Models served over HTTP, with batching, limits, a page, a live stream and a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import MissingExtra

if TYPE_CHECKING:
    from sentemo.serve.client import Client

__all__ = ["Client"]


def __getattr__(name: str) -> object:
    """Import the client on first access; raise `MissingExtra` if its HTTP library is not installed."""
    if name != "Client":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from sentemo.serve.client import Client
    except ModuleNotFoundError as missing:
        if missing.name != "httpx2":
            raise
        raise MissingExtra("The client's HTTP library", "serve") from None
    return Client


def __dir__() -> list[str]:
    return __all__
