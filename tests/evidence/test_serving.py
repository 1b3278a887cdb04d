"""The server under load: the measurements of benchmarks/serving.py, with a small model."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks import serving
from tests.evidence.plugin import Evidence
from tests.jobs import Job
from tests.serve.served import MODEL


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a small model, labels at random."""
    folder = tmp_path_factory.mktemp("models") / "small"
    MODEL.save_pretrained(folder)
    return folder


@contextmanager
def server(model: str, batch_turns: int = 128, waiting_turns: int = 8192) -> Iterator[tuple[Job, str]]:
    """Start the benchmark's server in a process that has loaded torch already."""
    with Job(model, str(batch_turns), str(waiting_turns), code=serving.SERVER) as process:
        yield process, process.said("Serving at").split()[-1]


@pytest.fixture(autouse=True)
def quick_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "server", server)


def measure(what: str, model: Path, requests: int) -> Any:
    """Run a measurement."""
    run, _ = serving.WHAT[what]
    return asyncio.run(run(Namespace(model=f"small={model}", requests=requests, clients=32)))  # type: ignore[arg-type]


@pytest.mark.evidence("server.equal")
def test_replies_to_many_clients_equal_the_offline_answers(small: Path, evidence: Evidence) -> None:
    requests = evidence.scale(200, 12_800)
    found = measure("equal", small, requests)
    evidence.count(requests, f"replies to {found['clients']} clients at once")
    evidence.count(found["other_labels"], "other labels")
    evidence.worst(found["largest_difference"], "largest difference")
    assert found["other_labels"] == 0 and found["largest_difference"] <= 1e-5


@pytest.mark.evidence("server.memory")
def test_memory_stays_flat(small: Path, evidence: Evidence) -> None:
    found = measure("soak", small, evidence.scale(2000, 200_000))
    resident = found["resident_mib"]
    evidence.show(f"{found['answered']:,.0f} requests: {resident[0]} MiB after a tenth, {resident[4]} after half")
    evidence.show(f"{resident[-1]} MiB at the end")
    assert resident[-1] - resident[4] < 16


@pytest.mark.evidence("server.overload")
def test_ten_times_too_much_is_refused_at_once(small: Path, evidence: Evidence) -> None:
    found = measure("overload", small, evidence.scale(200, 3000))
    replies = found["replies"]
    evidence.show(", ".join(f"{count:,} replies of {status}" for status, count in sorted(replies.items())))
    assert set(replies) <= {200, 429} and found["afterwards"] == 200


@pytest.mark.evidence("server.sigterm")
def test_what_is_open_at_sigterm_is_answered(small: Path, evidence: Evidence) -> None:
    found = measure("stop", small, evidence.scale(64, 500))
    evidence.show(f"{found['open_at_sigterm']} requests open at SIGTERM, replies {found['replies']}")
    assert set(found["replies"]) == {200}


@pytest.mark.evidence("server.cancelled")
def test_what_is_left_is_not_done(small: Path, evidence: Evidence) -> None:
    found = measure("leaving", small, evidence.scale(100, 1000))
    asked, done = found["turns_asked"], found["turns_done"]
    evidence.show(f"{done:,.0f} of {asked:,} turns of clients that left were labelled")
    assert done < asked / 2
