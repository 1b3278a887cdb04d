"""The endpoint that SillyTavern and its like call to choose a picture."""

from __future__ import annotations

import pytest

from sentemo.serve.models import Models, Served
from sentemo.serve.service import Service
from tests.serve.served import MODEL, Running, running, service


def test_a_message_is_classified(server: Running) -> None:
    found = server.http.post("/api/classify", json={"text": "I love it!"}).json()["classification"]
    turn = MODEL.predict("I love it!").turns[0]
    assert {each["label"] for each in found} == {"neutral", "anger", "joy", "sadness"}
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    assert found[0]["score"] == pytest.approx(turn.score, abs=1e-5)
    assert server.http.get("/api/classify/labels").json() == {"labels": ["anger", "joy", "neutral", "sadness"]}
    assert server.http.get("/api/modules").json() == {"modules": ["classify"]}
    assert server.http.post("/api/classify", json={"text": " "}).status_code == 422


@pytest.mark.weights
def test_the_shipped_model_answers_with_the_pictures_names() -> None:
    from sentemo.model import SentEmoContext

    with running(Service(Models([Served("shipped", SentEmoContext.from_pretrained())]))) as shipped:
        found = shipped.http.post("/api/classify", json={"text": "Oh wow, thank you so much!!"}).json()
        assert len(found["classification"]) == 28 and found["classification"][0]["label"] == "gratitude"


def test_only_named_sites_may_use_it_from_their_pages() -> None:
    state = service()
    state.origins = ("http://127.0.0.1:8000",)
    asking = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, bypass-tunnel-reminder, content-type",
    }
    with running(state) as open_to_one:
        for origin, is_allowed in (("http://127.0.0.1:8000", True), ("http://elsewhere.example", False)):
            before = open_to_one.http.options("/api/classify", headers={"Origin": origin} | asking)
            reply = open_to_one.http.post("/api/classify", json={"text": "hi"}, headers={"Origin": origin})
            assert (before.headers.get("access-control-allow-origin") == origin) is is_allowed
            assert (reply.headers.get("access-control-allow-origin") == origin) is is_allowed
    with running(service()) as closed:
        reply = closed.http.post("/api/classify", json={"text": "hi"}, headers={"Origin": "http://127.0.0.1:8000"})
        assert "access-control-allow-origin" not in reply.headers
