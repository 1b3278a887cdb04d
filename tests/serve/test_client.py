"""The client gives what the model gives."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from sentemo.errors import BadInput, SentemoError, UsageError
from sentemo.serve.client import Client
from sentemo.shares import sensitive
from sentemo.types import Conversation, Labeler, LabelSet, Prediction
from tests.dialogues import template_dialogues
from tests.serve.served import MODEL, OTHER, Running, running, service

TALKS = template_dialogues(150)


def assert_same(ours: Prediction, theirs: Prediction) -> None:
    assert ours.id == theirs.id
    for one, other in zip(ours, theirs, strict=True):
        assert (one.speaker, one.text, one.label) == (other.speaker, other.text, other.label)
        assert dict(one.probabilities) == pytest.approx(dict(other.probabilities), abs=1e-5)


def test_it_is_a_labeler_that_answers_as_the_model(server: Running) -> None:
    with Client(server.url) as client, Client(server.url, model="second", causal=True) as other:
        assert isinstance(client, Labeler) and client.labels == MODEL.labels and client.adaptation is None
        assert {"first", "second"} <= {*client.models()}
        for ours, theirs in zip(client.predict(TALKS), MODEL.predict(TALKS), strict=True):
            assert_same(ours, theirs)
        assert_same(other.predict(TALKS[0]), replace(OTHER, causal=True).predict(TALKS[0]))
        assert client.predict([]) == []


def test_a_sensitive_client(server: Running) -> None:
    wanted = sensitive(MODEL, 1.3)
    with Client(server.url, sensitivity=1.3) as client:
        for ours, theirs in zip(client.predict(TALKS[:20]), wanted.predict(TALKS[:20]), strict=True):
            assert_same(ours, theirs)
        talk = TALKS[0]
        with client.live() as live:
            turns = tuple(live.add(turn.speaker, turn.text) for turn in talk)
        assert_same(Prediction(talk.id, turns), sensitive(replace(MODEL, causal=True), 1.3).predict(talk))
        with client.adapt("moved", template_dialogues(12, seed=3)) as mine:
            assert mine.sensitivity == 1.3
            mine.remove("moved")
    with pytest.raises(UsageError, match="from -5 to 5"):
        Client(server.url, sensitivity=float("nan"))


def test_explanations_come_back_whole(server: Running) -> None:
    talk = max(TALKS, key=len)
    with Client(server.url) as client:
        ours, theirs = client.explain(talk, neighbours=2, reach=3), MODEL.explain(talk, neighbours=2, reach=3)
    for one, other in zip(ours, theirs, strict=True):
        assert [near.text for near in one.nearest] == [near.text for near in other.nearest]
        assert one.prototypes == pytest.approx(other.prototypes, abs=1e-5)
        assert [each.turn for each in one.influences] == [each.turn for each in other.influences]
        changes = [each.change for each in other.influences]
        assert [each.change for each in one.influences] == pytest.approx(changes, abs=1e-5)


def test_a_live_talk_is_the_causal_answer(server: Running) -> None:
    talk = max(TALKS, key=len)
    causal = replace(MODEL, causal=True).predict(talk)
    with Client(server.url) as client, client.live() as live:
        turns = tuple(live.add(turn.speaker, turn.text) for turn in talk)
        with pytest.raises(BadInput):
            live.add("Ann", " ")
    assert_same(Prediction(talk.id, turns), causal)


def test_labels_of_ones_own(server: Running) -> None:
    examples = template_dialogues(12, seed=3)
    with Client(server.url) as client:
        mine = client.adapt("mine", examples)
        with mine:
            direct = MODEL.adapt(examples)
            assert mine.labels == LabelSet(direct.labels.names, direct.labels.neutral)
            assert mine.adaptation == replace(direct.adaptation, trials={})
            assert_same(mine.predict(TALKS[0]), direct.predict(TALKS[0]))
            client.remove("mine")
            with pytest.raises(UsageError, match="Unknown model"):
                mine.predict(TALKS[0])


def test_errors_are_the_packages_own(server: Running) -> None:
    with Client(server.url) as client:
        with pytest.raises(BadInput):
            client.predict(Conversation("1", ()))
        with pytest.raises(BadInput, match="too long"):
            client.predict(Conversation.of("x" * 4001))
        with pytest.raises(BadInput):
            client.predict(Conversation.of("\ud800"))
        with pytest.raises(UsageError, match="operator"):
            client.remove("first")
    with Client("http://127.0.0.1:9") as client, pytest.raises(SentemoError, match="doesn't answer"):
        client.models()


def test_the_key_is_sent_everywhere() -> None:
    with running(service(key="schlüssel"), key="schlüssel") as started:
        with Client(started.url, key="schlüssel") as client, client.live() as live:
            assert live.add("Ann", "hi").label == client.predict(Conversation.of(("Ann", "hi"))).turns[0].label
        with Client(started.url, key="wrong") as client, pytest.raises(UsageError, match="key"):
            client.models()


def test_it_needs_neither_torch_nor_fastapi() -> None:
    program = "import sys, sentemo.serve.client as c; c.Client(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "fastapi", "pydantic"} & {*loaded}
