"""`sentemo serve` as a process: its start, its end, its refusals."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import Command, sentemo  # noqa: F401
from tests.jobs import Job
from tests.serve.served import MODEL


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a small model."""
    folder = tmp_path_factory.mktemp("models") / "small"
    MODEL.save_pretrained(folder)
    return folder


@contextmanager
def process(*flags: str | Path, **environment: str) -> Iterator[tuple[Job, str]]:
    """Start a server; give it and its address."""
    with Job("serve", "--port", "0", *flags, setting=environment) as started:
        yield started, started.said("Serving at ").split()[-1]


@pytest.mark.evidence("server.sigterm")
def test_sigterm_answers_every_accepted_request(saved: Path) -> None:
    body = {"conversations": [{"turns": [{"text": "I love our cat"}] * 500}]}
    with process("-m", f"small={saved}") as (started, url):
        replies: list[int] = []

        def ask() -> None:
            replies.append(httpx2.post(f"{url}/v1/predict", json=body, timeout=240, trust_env=False).status_code)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        with httpx2.Client(base_url=url, trust_env=False) as watcher:
            while "sentemo_open_requests 9.0" not in watcher.get("/metrics").text:  # these and the watcher's own
                assert not replies, "the requests were answered before they were all there"
        started.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join(240)
        assert replies == [200] * 8
        assert started.wait() in (0, -signal.SIGTERM)
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(url, trust_env=False)


@pytest.mark.evidence("server.cancelled")
def test_cancelled_clients_cost_nothing(saved: Path) -> None:
    turns = ",".join(['{"text": "I love our cat"}'] * 1000)
    body = f'{{"conversations": [{{"turns": [{turns}]}}]}}'.encode()
    head = (
        f"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    )
    started = process("-m", f"small={saved}", "--waiting-turns", "100000")
    with started as (program, url), httpx2.Client(base_url=url, trust_env=False, timeout=240) as client:
        before = _metric(client, "sentemo_turns_total")
        for _ in range(40):
            with socket.create_connection(("127.0.0.1", int(url.rsplit(":")[-1]))) as gone:
                gone.sendall(f"{head}\r\n\r\n".encode() + body)
        while _metric(client, "sentemo_cancelled_total") + _metric(client, "sentemo_turns_total") / 1000 < 40:
            time.sleep(0.05)
        assert client.post("/v1/predict", json={"conversations": [{"turns": [{"text": "hi"}]}]}).status_code == 200
        assert _metric(client, "sentemo_turns_total") - before <= 20_000  # of 40,000
        assert _metric(client, 'sentemo_waiting_turns{worker="labelling"}') == 0
        program.send_signal(signal.SIGTERM)
        program.wait()
        assert "never retrieved" not in program.err


def _metric(client: httpx2.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(f"{name} ")), 0.0)


@pytest.mark.evidence("server.local")
def test_it_listens_on_this_machine_only(saved: Path) -> None:
    with process("-m", saved, SENTEMO_API_KEY="secret") as (_, url):
        assert url.startswith("http://127.0.0.1:")
        assert httpx2.get(f"{url}/v1/models", trust_env=False).status_code == 401
        given = httpx2.get(f"{url}/v1/models", headers={"Authorization": "Bearer secret"}, trust_env=False)
        assert given.json()["default"] == "small"


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["-m", "nowhere"], 4, "Model nowhere was not found"),
        (["-m", "a b=default"], 2, "can't be named"),
        (["--port", "-1"], 2, "port"),
        (["--waiting-turns", "1023"], 2, "waiting-turns"),
    ],
)
def test_what_cant_be_meant_is_refused(sentemo: Command, flags: list[str], code: int, said: str) -> None:  # noqa: F811
    done = sentemo("serve", "--port", "0", *flags)
    assert done.code == code and said in done.err


def test_a_blank_key_is_a_mistake(sentemo: Command, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("SENTEMO_API_KEY", " ")
    done = sentemo("serve", "--port", "0")
    assert done.code == 2 and "SENTEMO_API_KEY" in done.err


def test_a_taken_port_and_a_folder_that_cant_be_written(sentemo: Command, tmp_path: Path) -> None:  # noqa: F811
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = sentemo("serve", "--port", port)
    assert done.code == 2 and port in done.err
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = sentemo("serve", "--port", "0", "--adapted", tmp_path / "file")
    assert done.code == 1 and "can't be written" in done.err
