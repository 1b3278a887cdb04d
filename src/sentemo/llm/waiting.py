"""How long to wait before a request is made again."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Exponential back-off with jitter; a server's Retry-After is a lower bound."""

    first_s: float = 0.5
    longest_s: float = 60.0

    def seconds(self, attempt: int, retry_after: str | None) -> float:
        """Return the wait after a failed attempt, counted from 0."""
        backed_off = min(self.first_s * 2.0 ** min(attempt, 60), self.longest_s) * random.uniform(0.5, 1.0)
        return max(backed_off, asked_wait_s(retry_after))


def asked_wait_s(retry_after: str | None, now: datetime | None = None) -> float:
    """Read a Retry-After, which is seconds or a date; 0 where it is neither."""
    if not retry_after:
        return 0.0
    try:
        seconds = float(retry_after)
        return max(0.0, seconds) if math.isfinite(seconds) else 0.0
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())
