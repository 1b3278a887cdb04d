"""One server that most tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serve.served import Running, running, service


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give a server of two small models, which adapts and asks for no key."""
    with running(service(adapted=tmp_path_factory.mktemp("adapted"))) as started:
        yield started
