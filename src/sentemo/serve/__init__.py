"""Models served over HTTP, with batching, limits, a page, a live stream and a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import lazy

if TYPE_CHECKING:
    from sentemo.serve.client import Client

__all__ = ["Client"]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "Client": "client",
    },
)
