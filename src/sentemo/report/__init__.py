"""Reports on labelled conversations: who felt what, when it turned, which conversations to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import lazy

if TYPE_CHECKING:
    from sentemo.report.report import Report

__all__ = ["Report"]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "Report": "report",
    },
)
