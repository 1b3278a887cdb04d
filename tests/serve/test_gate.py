"""The gate: the key, the bound on connections, other names and sites, headers, failures, a log without text."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sentemo.model import SentEmoContext
from tests.serve.hostile import CANARY
from tests.serve.served import MODEL, Running, running, service

CALLS = [
    ("GET", "/v1/models"),
    ("GET", "/v1/model"),
    ("POST", "/v1/predict"),
    ("DELETE", "/v1/models/a"),
    ("GET", "/metrics"),
]


class Held(SentEmoContext):
    """A model that waits, fails or dies on a word."""

    go = threading.Event()
    begun = threading.Semaphore(0)

    def predict(self, conversations: Any) -> Any:
        texts = {turn.text for talk in conversations for turn in talk}
        if "fail" in texts:
            raise RuntimeError(f"{CANARY} went wrong")
        if "die" in texts:
            raise SystemExit(CANARY)
        if "wait" in texts:
            self.begun.release()
            assert self.go.wait(20)
        return super().predict(conversations)


@contextmanager
def held(**limits: int) -> Iterator[Running]:
    Held.go, Held.begun = threading.Event(), threading.Semaphore(0)
    with running(service(Held(**_fields(MODEL)), **limits)) as started:
        try:
            yield started
        finally:
            Held.go.set()


def _fields(model: SentEmoContext) -> dict[str, Any]:
    return {name: getattr(model, name) for name in model.__dataclass_fields__}


@pytest.mark.slow
@pytest.mark.evidence("server.key")
@pytest.mark.parametrize("key", ["secret", "schlüssel 🔑"])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_without_the_key_nothing_is_told(key: str, method: str, path: str) -> None:
    with running(service(key=key)) as started:
        for given in (None, "", "Bearer", f"Bearer {key}x", f"Bearer {key[1:]}", key, f"Basic {key}", "\xff"):
            headers = {} if given is None else {"Authorization": given.encode()}
            reply = started.http.request(method, path, headers=headers)
            assert reply.status_code == 401 and reply.headers["WWW-Authenticate"] == "Bearer"
        reply = started.http.request(method, path, headers={"Authorization": b"Bearer " + key.encode()})
        assert reply.status_code != 401
        for path_of_all in ("/health", "/ready", "/openapi.json"):
            assert started.http.get(path_of_all).status_code in (200, 503)


@pytest.mark.evidence("server.limits")
def test_as_many_connections_as_may_be_and_one_more() -> None:
    with held(connections=3) as started:  # one of them may be a talk
        threads = [threading.Thread(target=started.predict, args=("wait",)) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert Held.begun.acquire(timeout=20)
        with connect(started.url.replace("http", "ws") + "/v1/live", proxy=None):  # the third
            while started.service.open < 3:
                pass
            reply = started.http.get("/v1/models")
            assert reply.status_code == 429 and reply.headers["Retry-After"] == "1"
            for path in ("/health", "/ready", "/metrics"):
                assert started.http.get(path).status_code == 200
            with pytest.raises(InvalidStatus) as refused:
                connect(started.url.replace("http", "ws") + "/v1/live", proxy=None)
            assert refused.value.response.status_code == 429
        Held.go.set()
        for thread in threads:
            thread.join(20)
        assert started.http.get("/v1/models").status_code == 200


def test_talks_leave_room_for_requests() -> None:
    with running(service(connections=5)) as started:
        address = started.url.replace("http", "ws") + "/v1/live"
        with connect(address, proxy=None), connect(address, proxy=None):
            with pytest.raises(InvalidStatus) as refused:
                connect(address, proxy=None)
            assert refused.value.response.status_code == 429
            assert started.predict("hi").status_code == 200
        while started.service.talks:
            pass
        with connect(address, proxy=None):
            pass


@pytest.mark.evidence("server.overload")
def test_overload_gives_429_at_once() -> None:
    with held(waiting_turns=1024) as started:
        threads = [threading.Thread(target=started.predict, args=("wait",))]
        threads[0].start()
        assert Held.begun.acquire(timeout=20)
        threads.append(threading.Thread(target=started.predict, args=("a",) * 1024))
        threads[1].start()
        while started.service.quick.waiting < 1024:
            pass
        reply = started.predict("hi")
        assert reply.status_code == 429 and reply.headers["Retry-After"] == "1"
        Held.go.set()
        for thread in threads:
            thread.join(20)
        assert started.predict("hi").status_code == 200


@pytest.mark.evidence("server.logs")
def test_a_failure_tells_nothing_but_an_id(capfd: pytest.CaptureFixture[str]) -> None:
    with held() as started:
        reply = started.predict("fail", CANARY)
        assert reply.status_code == 500 and CANARY not in reply.text
        assert started.predict("hi").status_code == 200
    logged = capfd.readouterr().err
    assert f"{reply.headers['X-Request-Id']} failed: RuntimeError" in logged and CANARY not in logged


@pytest.mark.evidence("server.worker")
def test_when_the_worker_dies_health_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with held() as started:
        assert started.http.get("/health").status_code == started.http.get("/ready").status_code == 200
        waiting: list[int] = []
        thread = threading.Thread(target=lambda: waiting.append(started.predict("wait", CANARY).status_code))
        thread.start()
        assert Held.begun.acquire(timeout=20)
        threading.Timer(0.3, Held.go.set).start()
        assert started.predict("die", CANARY).status_code == 503
        thread.join(20)
        assert waiting == [200]
        assert started.http.get("/health").status_code == started.http.get("/ready").status_code == 503
        assert started.predict("hi").status_code == 503
    assert CANARY not in capfd.readouterr().err


def test_pages_of_other_sites_and_names_stay_out(server: Running) -> None:
    for host in (
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[::2]",
        "[",
        "",
    ):
        assert server.http.get("/v1/models", headers={"Host": host}).status_code in (400, 421)
    for host in ("localhost", "localhost:8000", "127.0.0.1", "[::1]:80"):
        assert server.http.get("/v1/models", headers={"Host": host}).status_code == 200
    address = server.url.replace("http", "ws") + "/v1/live"
    with connect(address, origin=server.url, proxy=None):
        pass
    for origin in ("https://evil.example", "null", "http://[", f"{server.url}.evil.example"):
        with pytest.raises(InvalidStatus) as refused:
            connect(address, origin=origin, proxy=None)
        assert refused.value.response.status_code == 403


def test_every_reply_has_careful_headers(server: Running) -> None:
    for path in ("/v1/models", "/none", "/health", "/openapi.json", "/"):
        headers = server.http.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff" and len(headers["X-Request-Id"]) == 16
        assert headers["Cache-Control"] in ("no-store", "no-cache")
        assert "access-control-allow-origin" not in headers and "server" not in headers


@pytest.mark.evidence("server.logs")
def test_no_text_is_logged_even_at_debug(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    try:
        with running(service(key=f"{CANARY}-key"), key=f"{CANARY}-key") as started:
            started.predict(CANARY)
            started.predict(CANARY, model=CANARY)
            started.http.get(f"/{CANARY}?{CANARY}={CANARY}")
            started.http.post("/v1/read", params={"format": CANARY}, content=CANARY)
            address = started.url.replace("http", "ws") + "/v1/live"
            with pytest.raises(InvalidStatus):
                connect(f"{address}?model={CANARY}", proxy=None)
            with connect(address, proxy=None) as live:
                live.send(f'{{"key": "{CANARY}-key"}}')
                for message in (f'{{"speaker": "{CANARY}", "text": "{CANARY}"}}', CANARY):
                    live.send(message)
                    live.recv()
    finally:
        root.setLevel(before)
    streams = capfd.readouterr()
    ours = [
        record for record in caplog.records if not record.name.startswith(("httpx2", "httpcore", "websockets.client"))
    ]
    assert "/v1/predict 200" in streams.err and CANARY not in streams.out + streams.err
    assert not [record for record in ours if CANARY in record.getMessage() + str(record.exc_text)]
