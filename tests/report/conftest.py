"""Fewer resamples than users get: naive code draws them one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sentemo.report import resampling


@pytest.fixture(autouse=True, scope="session")
def few_resamples() -> Iterator[None]:
    """Make intervals of 20 resamples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resampling, "RESAMPLES", 20)
        yield
