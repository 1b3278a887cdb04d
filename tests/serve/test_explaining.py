"""`POST /v1/explain` and `POST /v1/read`."""

from __future__ import annotations

import pytest

from sentemo.serve import limits
from tests.dialogues import template_dialogues
from tests.serve.served import Running

TALK = max(template_dialogues(40), key=len)
ASKED = {"turns": [{"speaker": turn.speaker, "text": turn.text} for turn in TALK]}


def test_one_turn_is_explained_as_among_all(server: Running) -> None:
    all_turns = server.http.post("/v1/explain", json={"conversation": ASKED}).json()["turns"]
    assert [turn["turn"] for turn in all_turns] == [*range(len(TALK))]
    one = server.http.post("/v1/explain", json={"conversation": ASKED, "turn": 2}).json()["turns"]
    assert one == all_turns[2:3] and len(one[0]["nearest"]) == 3
    assert {other["turn"] for other in one[0]["influences"]} == {*range(len(TALK))} - {2}


def test_causal_explanations_name_earlier_turns_only(server: Running) -> None:
    asked = {"conversation": ASKED, "turn": 2, "causal": True, "reach": 1, "neighbours": 0}
    (turn,) = server.http.post("/v1/explain", json=asked).json()["turns"]
    assert [other["turn"] for other in turn["influences"]] == [1] and turn["nearest"] == []


def test_the_words_of_a_turn_are_weighed_where_asked_for(server: Running) -> None:
    asked = {"conversation": ASKED, "turn": 2, "words": True}
    (turn,) = server.http.post("/v1/explain", json=asked).json()["turns"]
    assert "".join(word["text"] for word in turn["words"]) == TALK.turns[2].text
    (plain,) = server.http.post("/v1/explain", json=asked | {"words": False}).json()["turns"]
    assert plain == turn | {"words": []}


@pytest.mark.evidence("server.limits")
def test_as_many_turns_as_may_be_and_one_more(server: Running) -> None:
    for turns, status in ((limits.MAX_EXPLAINED, 200), (limits.MAX_EXPLAINED + 1, 422)):
        asked = {"conversation": {"turns": [{"text": "hi"}] * turns}, "reach": 0}
        assert server.http.post("/v1/explain", json=asked).status_code == status
    for turns, status in ((limits.MAX_TURNS, 200), (limits.MAX_TURNS + 1, 422)):
        asked = {"conversation": {"turns": [{"text": "hi"}] * turns}, "reach": 2, "turn": turns - 1}
        assert server.http.post("/v1/explain", json=asked).status_code == status


@pytest.mark.parametrize(
    ("content", "format", "found"),
    [
        ("Ann: hi\nBob: hello there\n", "auto", "text"),
        ('{"turns": [{"speaker": "Ann", "text": "hi"}, {"speaker": "Bob", "text": "hello there"}]}', "auto", "jsonl"),
        ("speaker,text\nAnn,hi\nBob,hello there\n", "auto", "csv"),
        ("Ann: hi\nBob: hello there\n", "text", "text"),
    ],
)
def test_a_chat_is_read(server: Running, content: str, format: str, found: str) -> None:
    reply = server.http.post("/v1/read", params={"format": format}, content=content).json()
    turns = [{"speaker": "Ann", "text": "hi"}, {"speaker": "Bob", "text": "hello there"}]
    assert reply == {"format": found, "conversations": [{"id": "chat-0", "turns": turns}]}


def test_a_bad_chat_names_the_line(server: Running) -> None:
    content = '{"turns": ["hi"]}\n{"turns": []}\n'
    error = server.http.post("/v1/read", content=content).json()["error"]
    assert error["where"] == "line 2"


@pytest.mark.evidence("server.limits")
def test_the_longest_chat_and_one_turn_more(server: Running) -> None:
    for turns, status in ((limits.MAX_READ_TURNS, 200), (limits.MAX_READ_TURNS + 1, 422)):
        assert server.http.post("/v1/read", content="a\n" * turns).status_code == status
