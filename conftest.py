"""What the tests of the package and of the reproduction share."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.evidence.plugin"]

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from sentemo.encoders.sentence import SentenceEncoder
    from sentemo.model import SentEmoContext

os.environ["HF_HUB_OFFLINE"] = "1"  # read when the hub's client is imported
os.environ["TOKENIZERS_PARALLELISM"] = "false"
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # there is a worker for each core; read when torch is imported

# A busy machine is no error; in CI the examples are the same every time.
settings.register_profile(
    "sentemo", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("sentemo")

COSTS = {
    "browser": "serve/page report/test_page.py site",
    "process": """bulk damage evidence serve/test_process.py serve/test_client.py test_readme.py test_supply_chain.py
        training/test_parallel.py training/test_resume.py test_files.py encoders/test_cache.py
        cli/test_main.py corpora/test_corpus.py testing/test_checks.py test_without_torch.py""",
    "export": "export serve/test_forms.py",
    "weights": """test_shipped.py test_live.py test_model.py test_privacy.py testing/test_labelers.py
        serve/test_emotion_map.py encoders/test_reader.py encoders/test_sentence.py artifacts/test_pretrained.py
        training benchmarks adaptation explanation cli llm/test_local.py integrations/test_pipeline.py
        integrations/test_convokit.py""",
    "fuzz": "encoders/test_spelling.py artifacts/test_damage.py corpora/test_damage.py serve/test_openapi.py",
    "paper": "reproduction",
}
"""What costs more than the inner loop allows (`make check`), by folder or file."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by what it costs; where processes share the work (-n), costly files go first."""
    here = Path(__file__).parent
    for item in items:
        path = item.path.relative_to(here).as_posix().removeprefix("tests/")
        for name, places in COSTS.items():
            if any(path == place or path.startswith(f"{place}/") for place in places.split()):
                item.add_marker(name)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in COSTS))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Give the folder of real corpora, from SENTEMO_DATA or beside the repository; skip where there is none."""
    root = Path(__file__).resolve().parent
    folder = Path(os.environ.get("SENTEMO_DATA") or root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the real corpora are not here: set SENTEMO_DATA to their folder")
    return folder


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Let no test reach beyond this machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", local_only)
        yield


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's cache out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SENTEMO_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True, scope="session")
def made_once_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Say where what is made once lies: where all processes of a run look."""
    from tests import once

    place = tmp_path_factory.getbasetemp()
    once.PLACE = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place


@pytest.fixture(scope="session")
def minilm() -> SentenceEncoder:
    """Give the packaged all-MiniLM-L6-v2 with its layer 4, loaded once."""
    from sentemo.encoders.sentence import SentenceEncoder

    return SentenceEncoder.load("all-MiniLM-L6-v2", (4,))


@pytest.fixture(scope="session")
def tiny_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a random RoBERTa of 2 layers, saved by sentence-transformers."""
    from tests.encoders.tiny import save_tiny_roberta

    return save_tiny_roberta(tmp_path_factory.mktemp("roberta"))


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Start processes that have torch loaded already, and what it loads for itself later; tests kill them."""
    from tests.jobs import PROCESSES

    return PROCESSES


@pytest.fixture(scope="session")
def shipped() -> SentEmoContext:
    """Give the model that ships with the package, loaded once."""
    from sentemo.model import SentEmoContext

    return SentEmoContext.from_pretrained()


CHROMIUM = os.environ.get("SENTEMO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the one browser of this process, as a second one would find the first one's event loop."""
    playwright = pytest.importorskip("playwright.sync_api", reason="tests of pages need playwright: install .[dev]")
    if CHROMIUM is None:
        leave = pytest.fail if "CI" in os.environ else pytest.skip
        leave("tests of pages need chromium: install it, or set SENTEMO_CHROMIUM to it")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()
