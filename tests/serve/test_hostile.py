"""Hostile bodies get the status that they are due, and nothing of them comes back."""

from __future__ import annotations

import json

import pytest

from tests.evidence.plugin import Evidence
from tests.serve.hostile import CANARY, OTHERS, PREDICT
from tests.serve.served import Running

JSON = {"Content-Type": "application/json"}
CASES = {name: (status, "POST", "/v1/predict", body) for name, (status, body) in PREDICT.items()} | OTHERS


@pytest.mark.evidence("input.hostile")
def test_there_are_enough(evidence: Evidence) -> None:
    evidence.count(len(CASES), "bodies")
    assert len(CASES) >= 80


@pytest.mark.evidence("input.hostile")
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_body(server: Running, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    status, method, path, body = CASES[name]
    reply = server.http.request(method, path, content=body, headers=JSON)
    assert reply.status_code == status, reply.text
    if status >= 400:
        error = reply.json(parse_constant=pytest.fail)["error"]
        assert error.keys() == {"cause", "next_step", "where"} and error["cause"] and error["next_step"]
        assert CANARY not in reply.text
    streams = capfd.readouterr()
    assert CANARY not in streams.out + streams.err
    assert server.http.get("/health").status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_type_is_refused(server: Running, kind: str) -> None:
    body = json.dumps({"conversations": [{"turns": [{"text": "hi"}]}]})
    assert server.http.post("/v1/predict", content=body, headers={"Content-Type": kind}).status_code == 422


def test_where_names_the_place(server: Running) -> None:
    turns = [{"text": "a"}, {"text": "b"}, {"text": "c"}, {"text": " "}]
    reply = server.http.post("/v1/predict", json={"conversations": [{"turns": turns}]})
    assert reply.json()["error"]["where"] == "conversations[0].turns[3].text"
