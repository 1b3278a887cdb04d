from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentemo.errors import BadInput
from sentemo.formats import tree
from sentemo.formats.files import read_bytes, read_conversations
from sentemo.formats.slack import plain_text
from sentemo.types import Conversation
from tests.formats.exports import SLACK, USERS, bare, unpacked, zipped

TALKS = [
    Conversation.of(
        ("Ida (U1)", "Is <b> fine, @Max? &amp;"),
        ("Max", "See the page!"),
        ("Ida (U3)", "@here in #general"),
        id="general-0",
    ),
    Conversation.of(("Ida (U1)", "Who breaks it?"), ("Max", "Me, sorry."), id="general-1"),
    Conversation.of(("Guest", "Hello?"), id="general-2"),
]


def day(*messages: object) -> bytes:
    return zipped({"c/2024-01-01.json": json.dumps(messages)})


def said(text: object, time: object = "1700000000.1", **more: object) -> dict[str, object]:
    return {"type": "message", "user": "U1", "text": text, "ts": time, **more}


def test_a_zip_and_its_folder(tmp_path: Path) -> None:
    for root in ("", "acme export/"):
        assert bare(read_bytes(zipped(SLACK, root))) == TALKS
    (tmp_path / "export.zip").write_bytes(zipped(SLACK))
    assert bare(read_conversations(tmp_path / "export.zip")) == TALKS
    assert bare(read_conversations(unpacked(SLACK, tmp_path / "export"))) == TALKS


def test_without_users_ids_are_names() -> None:
    files = {name: content for name, content in SLACK.items() if name != "users.json"}
    first, *_ = read_bytes(zipped(files), "slack")
    assert [turn.speaker for turn in first] == ["U1", "U2", "U3"]
    assert first.turns[0].text == "Is <b> fine, @U2? &amp;"


def test_order_is_that_of_time_and_channels_stay_apart() -> None:
    files = {
        "b/2024-01-01.json": json.dumps([said("later", "1700000002.0"), said("sooner", "1700000001.0")]),
        "a/2024-01-02.json": json.dumps([said("day two", "1700000003.0")]),
        "a/2024-01-01.json": json.dumps([said("day one", "1700000000.0")]),
        "a/notes.json": "{",
        "2024-01-01.json": "{",
    }
    talks = list(read_bytes(zipped(files), "slack"))
    assert [(talk.id, *(turn.text for turn in talk)) for talk in talks] == [
        ("a-0", "day one", "day two"),
        ("b-0", "sooner", "later"),
    ]


def test_eight_hours_of_silence_but_not_in_threads() -> None:
    late = 1_700_000_000 + 8 * 3600
    assert len(list(read_bytes(day(said("a", "1700000000.0"), said("b", f"{late}.0")), "slack"))) == 1
    assert len(list(read_bytes(day(said("a", "1700000000.0"), said("b", f"{late + 1}.0")), "slack"))) == 2
    answers = [said(str(n), f"{1_700_000_000 + n * 10**6}.0", thread_ts="1700000000.0") for n in range(3)]
    assert [len(talk) for talk in read_bytes(day(*answers), "slack")] == [3]


@pytest.mark.parametrize(
    "subtype", ["channel_join", "channel_topic", "bot_message", "tombstone", "huddle_thread", ["x"]]
)
def test_what_apps_post_is_left_out(subtype: object) -> None:
    talks = read_bytes(
        day(said("hi"), said("x", subtype=subtype), said("y", bot_id="B1"), said(" "), said(None)), "slack"
    )
    assert [turn.text for talk in talks for turn in talk] == ["hi"]


@pytest.mark.parametrize("subtype", ["me_message", "thread_broadcast", "file_share", None])
def test_what_people_write_stays(subtype: object) -> None:
    (talk,) = bare(read_bytes(day(said("hi", subtype=subtype)), "slack"))
    assert talk == Conversation.of(("U1", "hi"), id="c-0")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@U1> and <@U7|joe> and <@U8>", "@Ida and @joe and @U8"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("<!channel> <!subteam^S1|@team> <!subteam^S2> <!date^1^{date}|Friday>", "@channel @team @subteam Friday"),
        ("<http://a.b|here> <http://a.b> <mailto:a@b.c|a@b.c> <mailto:a@b.c>", "here http://a.b a@b.c a@b.c"),
        ("&lt;@U1&gt; &amp;lt; 1 < 2 <> <|> <||x>", "<@U1> &lt; 1 < 2 <>  |x"),
        ("<" * 200_000 + ">" * 3, "<" * 200_000 + ">" * 3),
    ],
)
def test_markup(text: str, shown: str) -> None:
    assert plain_text(text, {"U1": "Ida"}) == shown


@given(st.text("<>@#!|&;lt^U1 ", max_size=40))
def test_any_markup_is_read(text: str) -> None:
    plain_text(text, {user["id"]: user["name"] for user in USERS})


@pytest.mark.parametrize(
    ("content", "where", "cause"),
    [
        (b"[\n{]", "c/2024-01-01.json:2", "Not JSON"),
        (b'["x"]', "c/2024-01-01.json", "Not a list of JSON objects"),
        (b'{"ok": true}', "c/2024-01-01.json", "Not a list of JSON objects"),
        (b"[" * 100_000, "c/2024-01-01.json", "cannot be used"),
        (b'[{"text": 5, "ts": "1"}]', "message 1", "text is a number"),
        (b'[{}, {"text": "x", "ts": "soon"}]', "message 2", "is not a time"),
        (b'[{"text": "x", "ts": NaN}]', "message 1", "is not a time"),
        (b'[{"text": "x", "ts": "1", "user": {}, "user": 1}]', "", "names a key twice"),
        (b'[{"text": "x", "ts": "1", "user": 1}]', "message 1", "user is a number"),
        (b'[{"text": "\\ud800", "ts": "1"}]', "message 1", "lone surrogate"),
        (b'[{"text": "a\\u0000b", "ts": "1"}]', "message 1", "NUL"),
        (b"[\n\xff]", "c/2024-01-01.json:2", "Not valid UTF-8"),
        ('[{"text": "x"}]'.encode("utf-16"), "message 1", "is not a time"),
    ],
)
def test_damage_names_file_and_message(content: bytes, where: str, cause: str) -> None:
    with pytest.raises(BadInput, match=cause) as caught:
        list(read_bytes(zipped({"c/2024-01-01.json": content}), "slack", "export.zip"))
    assert str(caught.value).startswith("export.zip!c/2024-01-01.json") and where in str(caught.value)


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_TEXT", 100)
    with pytest.raises(BadInput, match=r"general/2023-11-14\.json:6: A file above 100 characters"):
        list(read_bytes(zipped(SLACK | {"users.json": "[]"})))


def test_bad_users_and_no_export(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"users\.json"):
        list(read_bytes(zipped(SLACK | {"users.json": "{}"}), "slack"))
    hostile = json.dumps([{"id": "U2", "name": "\ud800"}, {"id": None, "profile": 3}])
    with pytest.raises(BadInput, match="lone surrogate"):
        list(read_bytes(zipped(SLACK | {"users.json": hostile}), "slack"))
    with pytest.raises(BadInput, match=r"No CHANNEL/YYYY-MM-DD\.json"):
        list(read_conversations(tmp_path, "slack"))
    with pytest.raises(BadInput, match="has no conversations"):
        list(read_bytes(day(), "slack"))
