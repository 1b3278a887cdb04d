from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sentemo.llm.endpoint import Waiting, asked_wait_s

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("nan", 0),
        ("inf", 0),
        ("soon", 0),
        ("Wed, 25 Nov 2026 12:01:30 GMT", 90),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0),
        ("Wed, 25 Nov 2026 12:00:10 -0000", 10),
    ],
)
def test_retry_after(header: str | None, seconds: float) -> None:
    assert asked_wait_s(header, NOW) == seconds


def test_waits_double_up_to_the_longest_and_never_fall_below_what_is_asked() -> None:
    waiting = Waiting(first_s=1, longest_s=8)
    for attempt, most in enumerate((1, 2, 4, 8, 8, 8)):
        assert most / 2 <= waiting.seconds(attempt, None) <= most
    assert waiting.seconds(0, "30") == 30
    assert waiting.seconds(2000, None) <= 8
