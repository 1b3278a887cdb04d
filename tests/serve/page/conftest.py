"""A real browser before a real server with the shipped model; skipped where there is no browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.serve.page.visitor import Visitor
from tests.serve.served import Running, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from sentemo.model import SentEmoContext

KEY = "open sesame"


@pytest.fixture(scope="session")
def site(browser: Browser, shipped: SentEmoContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give a server that lets clients teach it; the browser comes first, so that nothing is loaded in vain."""
    with running(_service(shipped, adapted=tmp_path_factory.mktemp("adapted"))) as started:
        yield started


@pytest.fixture(scope="session")
def locked(browser: Browser, shipped: SentEmoContext) -> Iterator[Running]:
    """Give a server that asks for a key and can't be taught."""
    with running(_service(shipped, key=KEY), key=KEY) as started:
        yield started


def _service(model: SentEmoContext, adapted: Path | None = None, key: str | None = None):  # type: ignore[no-untyped-def]
    from sentemo.serve.limits import Limits
    from sentemo.serve.models import Models, Served
    from sentemo.serve.service import Service

    return Service(Models([Served("shipped", model)]), adapted, key, Limits())


@pytest.fixture
def visit(browser: Browser, site: Running) -> Iterator[Visitor]:
    """Give someone who has opened the page; nothing may be wrong when they leave, and what they taught is removed."""
    with Visitor.coming(browser, site.url) as visitor:
        yield visitor
    for model in site.http.get("/v1/models").json()["models"][1:]:
        site.http.delete(f"/v1/models/{model['name']}").raise_for_status()
