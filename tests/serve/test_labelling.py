"""`POST /v1/predict` says what the model says."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from sentemo.serve import limits
from sentemo.serve.emotion_map import EmotionMap
from sentemo.serve.models import Models, Served
from sentemo.serve.service import Service
from sentemo.shares import with_sensitivity
from sentemo.types import Conversation, LabelSet, Prediction
from tests.dialogues import template_dialogues
from tests.serve.served import MODEL, OTHER, Running, running

TALKS = template_dialogues(40)


def asked(talks: Sequence[Conversation]) -> list[dict[str, Any]]:
    return [{"id": talk.id, "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in talk]} for talk in talks]


def assert_same(replies: Sequence[dict[str, Any]], predictions: Sequence[Prediction]) -> None:
    for reply, prediction in zip(replies, predictions, strict=True):
        assert reply["id"] == prediction.id
        for turn, said in zip(reply["turns"], prediction, strict=True):
            assert turn["label"] == said.label
            assert turn["probabilities"] == pytest.approx(dict(said.probabilities), abs=1e-5)
            assert turn["score"] == turn["probabilities"][turn["label"]]


@pytest.mark.parametrize("causal", [False, True])
def test_replies_are_the_models_own_answers(server: Running, causal: bool) -> None:
    reply = server.http.post("/v1/predict", json={"conversations": asked(TALKS), "causal": causal}).json()
    assert reply["model"] == "first"
    model = server.service.models.get(None).causal.labeler if causal else MODEL
    assert_same(reply["conversations"], model.predict(TALKS))
    assert "text" not in str(reply) and "point" not in reply["conversations"][0]["turns"][0]


def test_another_model_answers_by_name(server: Running) -> None:
    reply = server.http.post("/v1/predict", json={"conversations": asked(TALKS), "model": "second"}).json()
    assert reply["model"] == "second"
    assert_same(reply["conversations"], OTHER.predict(TALKS))
    unknown = server.predict("hi", model="third")
    assert unknown.status_code == 404 and unknown.json()["error"]["where"] == "model"


def test_points_lie_where_the_map_puts_them(server: Running) -> None:
    reply = server.http.post("/v1/predict", json={"conversations": asked(TALKS), "points": True}).json()
    places = EmotionMap.of(MODEL).places(MODEL.features(TALKS)[3])
    assert [turn["point"] for turn in reply["conversations"][3]["turns"]] == [
        pytest.approx(p, abs=1e-3) for p in places
    ]
    assert_same(reply["conversations"], MODEL.predict(TALKS))


def test_sensitivity_moves_labels_and_probabilities(server: Running) -> None:
    for sensitivity in (-5, -0.5, 0, 0.0, 1.2, 5):
        body = {"conversations": asked(TALKS), "sensitivity": sensitivity, "points": True}
        reply = server.http.post("/v1/predict", json=body).json()
        assert_same(reply["conversations"], with_sensitivity(MODEL.predict(TALKS), MODEL.labels, sensitivity))
        for talk in reply["conversations"]:
            assert all(turn["score"] == max(turn["probabilities"].values()) for turn in talk["turns"])


@pytest.mark.parametrize("wrong", [-5.01, 6, 1e300, "1", True, None, [], {}])
def test_what_is_no_sensitivity_is_refused(server: Running, wrong: Any) -> None:
    refused = server.predict("hi", sensitivity=wrong)
    assert refused.status_code == 422 and refused.json()["error"]["where"] == "sensitivity"


def test_a_model_without_a_neutral_label_has_no_sensitivity() -> None:
    moods = replace(OTHER, labels=LabelSet(OTHER.labels.names))
    with running(Service(Models([Served("moods", moods)]))) as started:
        assert started.predict("hi", sensitivity=0).status_code == 200
        refused = started.predict("hi", sensitivity=0.1)
        assert refused.status_code == 422 and refused.json()["error"]["where"] == "sensitivity"
        assert "neutral" in refused.json()["error"]["cause"]


@pytest.mark.slow
@pytest.mark.evidence("server.limits")
def test_as_many_as_may_be_and_one_more(server: Running) -> None:
    one = [{"text": "hi"}]
    most = limits.MAX_CONVERSATIONS
    for conversations, status, where in (
        ([{"turns": one}] * most, 200, None),
        ([{"turns": one}] * (most + 1), 422, "conversations"),
        ([{"turns": one * limits.MAX_TURNS}], 200, None),
        ([{"turns": one * (limits.MAX_TURNS + 1)}], 422, "conversations[0].turns"),
        ([{"turns": one * 512}, {"turns": one * 512}], 200, None),
        ([{"turns": one * 512}, {"turns": one * 513}], 422, "conversations"),
        ([{"turns": [{"text": "é" * limits.MAX_CHARACTERS}]}], 200, None),
        ([{"turns": [{"text": "é" * (limits.MAX_CHARACTERS + 1)}]}], 422, "conversations[0].turns[0].text"),
        ([{"id": "n" * limits.MAX_NAME, "turns": one}], 200, None),
        ([{"id": "n" * (limits.MAX_NAME + 1), "turns": one}], 422, "conversations[0].id"),
    ):
        reply = server.http.post("/v1/predict", json={"conversations": conversations})
        assert reply.status_code == status
        if where:
            assert reply.json()["error"]["where"] == where


@pytest.mark.evidence("server.limits")
def test_a_body_as_large_as_may_be_and_one_byte_more(server: Running) -> None:
    body = b'{"conversations": [{"turns": [{"text": "hi"}]}]}'
    given = {"headers": {"Content-Type": "application/json"}}
    for size, status in ((limits.MAX_BODY_BYTES, 200), (limits.MAX_BODY_BYTES + 1, 413)):
        whole = body.ljust(size)
        assert server.http.post("/v1/predict", content=whole, **given).status_code == status
        chunks = (whole[start : start + 65536] for start in range(0, size, 65536))  # without Content-Length
        assert server.http.post("/v1/predict", content=chunks, **given).status_code == status


def test_a_body_that_doesnt_arrive_is_not_waited_for(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_S", 0.2)
    with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":")[-1])), timeout=20) as slow:
        head = "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
        slow.sendall(f"{head}\r\n{{".encode())
        assert slow.recv(64).startswith(b"HTTP/1.1 408 ")


@pytest.mark.slow
@pytest.mark.evidence("server.equal")
def test_concurrent_replies_equal_the_models_answers(server: Running) -> None:
    predictions = MODEL.predict(TALKS)

    def ask(number: int) -> tuple[int, float, Any]:
        place, sensitivity = number % len(TALKS), float(number % 3)
        body = {"conversations": asked([TALKS[place]]), "sensitivity": sensitivity}
        return place, sensitivity, server.http.post("/v1/predict", json=body).json()["conversations"]

    with ThreadPoolExecutor(16) as pool:
        for place, sensitivity, reply in pool.map(ask, range(320)):
            assert_same(reply, with_sensitivity([predictions[place]], MODEL.labels, sensitivity))
