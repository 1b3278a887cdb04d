"""The cost of labelling: requests, tokens, money, time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sentemo.errors import UsageError
from sentemo.llm.completion import Reply


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices per million tokens, in one currency."""

    prompt: float
    completion: float

    @classmethod
    def parse(cls, text: str) -> Prices:
        """Parse `0.15,0.60`: prompt, completion."""
        try:
            prompt, completion = (float(part) for part in text.split(","))
        except ValueError:
            prompt = completion = -1.0
        if not (0 <= prompt < np.inf and 0 <= completion < np.inf):
            raise UsageError(f"{text!r} is not a valid price", "Write prompt,completion per million: 0.15,0.60")
        return cls(prompt, completion)


@dataclass(frozen=True, slots=True)
class Spent:
    """The sum of many replies. Tokens are None if a server doesn't count them, and so is the cost without prices."""

    requests: int
    cached: int
    """How many of these were answered from the cache; their counts are those of the original requests."""
    unreadable: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None
    seconds: float
    """How long all requests would take without the cache, with the same concurrency."""
    latency_median_s: float
    latency_p95_s: float

    @classmethod
    def of(cls, replies: Sequence[Reply], prices: Prices | None) -> Spent:
        """Add up replies."""
        prompt, completion = _total([x.prompt_tokens for x in replies]), _total([x.completion_tokens for x in replies])
        cost = None
        if prices and prompt is not None and completion is not None:
            cost = (prompt * prices.prompt + completion * prices.completion) / 1e6
        latencies = [reply.latency_s for reply in replies] or [0.0]
        return cls(
            requests=len(replies),
            cached=sum(reply.is_cached for reply in replies),
            unreadable=sum(not reply.is_readable for reply in replies),
            prompt_tokens=prompt,
            completion_tokens=completion,
            cost=cost,
            seconds=sum(reply.seconds for reply in replies),
            latency_median_s=float(np.median(latencies)),
            latency_p95_s=float(np.percentile(latencies, 95)),
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values, with seconds and cost per 1,000 utterances beside the sums."""
        share = 1000 / max(self.requests, 1)
        per_thousand = {
            "seconds_per_1000": self.seconds * share,
            "cost_per_1000": None if self.cost is None else self.cost * share,
        }
        return {**asdict(self), **per_thousand}

    def __str__(self) -> str:
        known = self.to_json()
        tokens = (
            "not reported" if self.prompt_tokens is None else f"{self.prompt_tokens:,} + {self.completion_tokens:,}"
        )
        cost = (
            "" if self.cost is None else f"; cost {self.cost:.4f} ({known['cost_per_1000']:.4f} per 1,000 utterances)"
        )
        return (
            f"{self.requests:,} requests ({self.cached:,} from the cache, {self.unreadable:,} replies unreadable); "
            f"tokens {tokens}{cost}; {known['seconds_per_1000']:.1f} s per 1,000 utterances, latency "
            f"{self.latency_median_s:.2f} s (median), {self.latency_p95_s:.2f} s (95th percentile)"
        )


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
