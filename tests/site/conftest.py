"""The site, built with the shipped model and served from a sub-path by a host that knows nothing of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.serve.page.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from sentemo.model import SentEmoContext

RUNTIME = Path(sys.prefix) / "onnxruntime-web.tgz"
SUB_PATH = "some/where/"
READY = "Labelled on this device"


class Host(SimpleHTTPRequestHandler):
    """Gives files, and notes nothing."""

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture(scope="session")
def runtime() -> Path:
    """Give npm's archive of the runtime, which `make` puts into the environment."""
    if not RUNTIME.is_file():
        pytest.skip(f"onnxruntime-web is not here: python tools/fetch_runtime.py {RUNTIME}")
    return RUNTIME


@pytest.fixture(scope="session")
def native() -> SentEmoContext:
    """Give the same model on the Python side."""
    from sentemo.model import SentEmoContext

    return SentEmoContext.from_pretrained(engine="onnx")


@pytest.fixture(scope="session")
def folder(browser: Browser, runtime: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the built site; the browser comes first, so that nothing is built in vain."""
    from sentemo.site.build import build

    root = tmp_path_factory.mktemp("host")
    build(root / SUB_PATH, runtime=runtime)
    return root


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    """Give the site's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(folder))) as host:
        Thread(target=host.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{host.server_port}/{SUB_PATH}"
        host.shutdown()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visitor]:
    """Give someone who has opened the site and waited for the full model; nothing may be wrong when they leave."""
    with Visitor.coming(browser, address) as visitor:
        visitor.wait_text("#loading", READY)
        yield visitor
