"""`/v1/live`: the talk goes on after bad input, and ends where it must."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from sentemo.serve import live as module
from sentemo.serve.emotion_map import EmotionMap
from sentemo.shares import with_sensitivity
from tests.dialogues import template_dialogues
from tests.serve.hostile import CANARY
from tests.serve.served import MODEL, OTHER, Running, running, service

TALK = max(template_dialogues(40), key=len)


@contextmanager
def talking(server: Running, query: str = "") -> Iterator[ClientConnection]:
    with connect(server.url.replace("http", "ws") + "/v1/live" + query, proxy=None) as connection:
        yield connection


def say(connection: ClientConnection, message: Any) -> Any:
    connection.send(message if isinstance(message, str | bytes) else json.dumps(message))
    return json.loads(connection.recv(20))


def test_turns_in_labels_out(server: Running) -> None:
    causal = replace(MODEL, causal=True)
    (whole, features), places = causal.predict_with_features([TALK])[0], EmotionMap.of(MODEL)
    with talking(server) as one, talking(server) as other:
        for number, turn in enumerate(TALK):
            reply = say(one, {"speaker": turn.speaker, "text": turn.text})
            assert reply["turn"] == number and reply["label"] == whole.turns[number].label
            assert reply["probabilities"] == pytest.approx(dict(whole.turns[number].probabilities), abs=1e-5)
            assert reply["point"] == pytest.approx(places.places(features[number : number + 1])[0], abs=1e-3)
            assert say(other, {"text": turn.text})["turn"] == number
    assert reply.keys() == {"turn", "label", "score", "probabilities", "tags", "point"}


def test_another_model_talks_by_name(server: Running) -> None:
    with talking(server, "?model=second") as connection:
        labels = [say(connection, {"speaker": turn.speaker, "text": turn.text})["label"] for turn in TALK]
    assert labels == [turn.label for turn in replace(OTHER, causal=True).predict(TALK)]


def test_each_turn_has_the_sensitivity_that_it_is_sent_with(server: Running) -> None:
    told = replace(MODEL, causal=True).predict(TALK)
    with talking(server) as connection:
        for place, turn in enumerate(TALK):
            sensitivity = (-2, 0, 1.5)[place % 3]
            reply = say(connection, {"speaker": turn.speaker, "text": turn.text, "sensitivity": sensitivity})
            wanted = with_sensitivity([told], MODEL.labels, sensitivity)[0].turns[place]
            assert reply["label"] == wanted.label
            assert reply["probabilities"] == pytest.approx(dict(wanted.probabilities), abs=1e-5)
        error = say(connection, {"text": "hi", "sensitivity": 5.5})["error"]
        assert error["where"] == "sensitivity" and say(connection, {"text": "hi"})["turn"] == len(TALK)


@pytest.mark.parametrize(
    "bad",
    [
        CANARY,
        "",
        "[]",
        "{}",
        '{"text": ""}',
        '{"text": "\\ud800"}',
        f'{{"text": "a", "{CANARY}": 1}}',
        '{"text": NaN}',
        '{"text": "a", "sensitivity": NaN}',
        '{"text": "a", "sensitivity": "0.5"}',
        '{"text": "a", "text": "b"}',
        "[" * 60_000,
        json.dumps({"text": "a" * 4001}),
        b"\x00\xff",
    ],
)
def test_bad_input_is_told_and_the_talk_goes_on(server: Running, bad: str | bytes) -> None:
    with talking(server) as connection:
        assert say(connection, {"text": "I love Rome"})["turn"] == 0
        error = say(connection, bad)["error"]
        assert error["cause"] and error["next_step"] and CANARY not in str(error)
        assert say(connection, {"text": "tell me more"})["turn"] == 1


def test_the_largest_text_fits_however_it_is_written(server: Running) -> None:
    with talking(server) as connection:
        assert say(connection, json.dumps({"text": "\U0001f600" * 4000, "speaker": "\U0001f600" * 200}))["turn"] == 0
        connection.send("a" * 2**17)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(20)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009


def test_a_talk_has_an_end(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LIVE_TURNS", 3)
    with talking(server) as connection:
        assert [say(connection, {"text": "hi"})["turn"] for _ in range(3)] == [0, 1, 2]
        connection.send('{"text": "one too many"}')
        assert "error" in json.loads(connection.recv(20))
        with pytest.raises(ConnectionClosed):
            connection.recv(20)


def test_an_unknown_model_is_refused(server: Running) -> None:
    with pytest.raises(InvalidStatus) as refused, talking(server, f"?model={CANARY}"):
        pass
    assert refused.value.response.status_code == 404 and CANARY.encode() not in refused.value.response.body


@pytest.mark.slow
def test_the_key_comes_first() -> None:
    with running(service(key="schlüssel")) as started:
        for first in ('{"key": "wrong"}', '{"key": 1}', "[]", "{", b"\x00", '{"text": "hi"}', '{"key": "schlüsse"}'):
            with talking(started) as connection:
                assert "error" in say(connection, first)
                with pytest.raises(ConnectionClosed):
                    connection.recv(20)
        with talking(started) as connection:
            connection.send('{"key": "schlüssel"}')
            assert say(connection, {"text": "hi"})["turn"] == 0
        address = started.url.replace("http", "ws") + "/v1/live"
        with connect(address, additional_headers={"Authorization": "Bearer schlüssel"}, proxy=None) as direct:
            assert say(direct, {"text": "hi"})["turn"] == 0


def test_too_much_to_do_is_told_and_the_turn_is_not_counted(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    with talking(server) as connection:
        with monkeypatch.context() as patch:
            patch.setattr(server.service.quick, "waiting_turns", 0)
            assert "error" in say(connection, {"text": "hi"})
        assert say(connection, {"text": "hi"})["turn"] == 0
