"""Reports on labelled conversations: who felt what, when it turned, which conversations to look at."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentemo.report.report import Report

__all__ = ["Report"]


def __getattr__(name: str) -> object:
    """Import the report, which needs pyarrow and numpy, on first access."""
    if name not in __all__:
        raise AttributeError(f"module 'sentemo.report' has no attribute {name!r}")
    return getattr(import_module("sentemo.report.report"), name)
