"""Chats are taken apart in the browser as the package does it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from sentemo.formats.files import read_bytes
from sentemo.formats.inspect import inspect
from sentemo.formats.reading import Blob
from sentemo.formats.sniff import sniff

CHATS = {
    "text": "Ann: I got the job!\nBen: No way... really?\n\n  \nhttp://a.b/c is down\n12:30\nDr. Ann Lee Mia: ok\n",
    "names": "Élodie  Martin: salut\nA b c d e: five words\nBo:x\n" + "N" * 41 + ": too long a name\n",
    "jsonl": """{"id": "a", "turns": ["hi", {"speaker": "Bo", "text": "yo\\nyo"}]}

{"id": 7, "turns": [{"text": "x", "label": "joy"}]}
{"turns": ["y"], "more": 1}
""",
    "csv": """speaker,text,dialogue
Ann,"She said ""yes, no"", then
left",1
Ben,=1+1,1

Kim,bye,2
""",
    "semicolons": 'Author;Message\nAnn;a, b\nBen;5" nails\n',
    "tabs": 'name\tutterance\r\nAnn\thi\r\nBen\t"quoted"\r\n',
    "whatsapp": """[13/02/2025, 09:15:02] Ann: Good morning!
[13/02/2025, 09:15:40] Ben: \u200eimage omitted
[13/02/2025, 09:16:00] Ben: two
lines
[13/02/2025, 23:59:59] ~ Cy: late \u200e<This message was edited>
[14/02/2025, 09:00:00] Ann: a new day
""",
    "android": """2/13/25, 9:15 AM - Messages and calls are end-to-end encrypted.
2/13/25, 9:15 PM - Ann: hello: world
2/13/25, 9:16 PM - Ben: <Media omitted>
2/13/25, 9:17 PM - Ann changed the subject to "Trip: now"
2/14/25, 12:01 AM - Ben: ok
""",
}
BAD = {
    "not json": ('{"turns": ["fine"]}\n{"turns": broken', 2),
    "no turns": ('{"turns": []}', 1),
    "blank turn": ('{"turns": [{"text": " "}]}', 1),
    "short row": ("speaker,text\nAnn,hi\nBen\n", 3),
    "open quote": ('text\n"a\nb', 2),
    "nothing said": ("Ann: hi\nBen:\n", 2),
}


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A page that can import the site's modules."""
    opened = browser.new_page()
    app = files("sentemo.site") / "app"

    def give(route: Any) -> None:
        path = app.joinpath(*route.request.url.removeprefix("http://site.test/").split("/"))
        body = path.read_bytes() if path.is_file() else b""
        route.fulfill(body=body, content_type="text/javascript" if path.name.endswith(".js") else "text/html")

    opened.route("http://site.test/**", give)
    opened.goto("http://site.test/")
    return opened


def read(page: Page, chat: bytes) -> Any:
    run = """([bytes]) => import('/formats/read.js').then(({ read }) => read(new Uint8Array(bytes)))
      .catch((error) => ({ refused: error.where }))"""
    return page.evaluate(run, [list(chat)])


@pytest.mark.parametrize("name", CHATS)
def test_a_chat_is_taken_apart_as_in_python(page: Page, name: str) -> None:
    content = CHATS[name].encode()
    format = sniff(Blob(content, "chat"))
    talks = [
        {"id": talk.id, "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in talk]}
        for talk in read_bytes(content, format, "chat")
    ]
    assert read(page, content) == {"format": format, "conversations": talks}, json.dumps(talks)


@pytest.mark.parametrize("name", BAD)
def test_what_cant_be_read_is_refused_with_its_line(page: Page, name: str) -> None:
    chat, line = BAD[name]
    assert read(page, chat.encode()) == {"refused": f"line {line}"}


@pytest.mark.parametrize("content", [b"PK\x03\x04zip", b"PAR1", b"\xff\xfe\x00"])
def test_what_a_browser_doesnt_read_is_refused(page: Page, content: bytes) -> None:
    assert read(page, content) == {"refused": None}


def test_a_chat_is_looked_at_before_it_is_labelled(page: Page) -> None:
    run = "([bytes]) => import('/formats/read.js').then(({ inspect }) => inspect(new Uint8Array(bytes)))"
    found = page.evaluate(run, [list(CHATS["text"].encode())])
    wanted = inspect(CHATS["text"].encode(), name="chat").to_dict()
    assert found.keys() == wanted.keys()
    for name in ("format", "conversations", "turns", "speakers", "left_out", "error"):
        assert found[name] == wanted[name]
    assert found["shown"][0] == {"speaker": "Ann", "text": "I got the job!"}
