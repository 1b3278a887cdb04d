"""The page without a server, in a real Chromium: the same labels as in Python, nothing sent, offline."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from sentemo.formats.jsonl import read_jsonl
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, TurnPrediction
from tests.serve.page.visitor import PHONE, Visitor
from tests.site.conftest import READY, SUB_PATH

TURNS = 1000
LONG = "I waited all day. Nobody came! " * 60
ODD = [("Ann", "sooo HAPPY!!! 😭🎉"), ("", "你好 — ça va? :-("), ("Ann", LONG), ("Bo", "\u00a0ok\u200b"), ("", "...")]
NEAR, TIE, FEW = 0.1, 0.05, 8
"""Both sides multiply the same 8-bit integers exactly, but round in another order, so that few near ties may differ."""


def ask(visit: Visitor, path: str, body: Any) -> Any:
    """Ask the page's worker."""
    run = "([path, body]) => import('./page/api.js').then((m) => m.call('POST', path, body))"
    return visit.page.evaluate(run, [path, body])


def as_asked(talk: Conversation) -> dict[str, Any]:
    return {"id": talk.id, "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in talk]}


def predict(visit: Visitor, talks: list[Conversation], causal: bool = False) -> list[list[dict[str, Any]]]:
    reply = ask(visit, "v1/predict", {"conversations": [as_asked(talk) for talk in talks], "causal": causal})
    return [talk["turns"] for talk in reply["conversations"]]


def a_thousand_turns() -> list[Conversation]:
    path = files("sentemo.corpora") / "everyday_data" / "test.jsonl"
    talks: list[Conversation] = []
    for talk in read_jsonl(Path(str(path))):
        talks.append(talk)
        if sum(map(len, talks)) >= TURNS:
            break
    return talks


def check_alike(found: dict[str, Any], wanted: TurnPrediction) -> bool:
    """Check that both sides say much the same; tell whether the labels are equal, as they are but for a near tie."""
    first, second = sorted(wanted.probabilities.values())[:-3:-1]
    assert found["label"] == wanted.label or first - second < TIE, (found, wanted)
    assert abs(found["probabilities"][wanted.label] - wanted.score) < NEAR
    return bool(found["label"] == wanted.label)


def test_the_same_labels_as_in_python(visit: Visitor, native: SentEmoContext) -> None:
    talks = a_thousand_turns()
    visit.page.set_default_timeout(240_000)
    found = [turns for start in range(0, len(talks), 16) for turns in predict(visit, talks[start : start + 16])]
    wanted = native.predict(talks)
    pairs = [pair for each in zip(found, wanted, strict=True) for pair in zip(*each, strict=True)]
    assert len(pairs) >= TURNS
    assert sum(not check_alike(*pair) for pair in pairs) <= FEW


@pytest.mark.parametrize("causal", [False, True])
def test_odd_and_long_texts_too(visit: Visitor, native: SentEmoContext, causal: bool) -> None:
    talk = Conversation.of(*ODD, *([("Ann", "ok"), ("Bo", "I hate this"), ("Cy", "yay 🥳")] * 20))
    [found] = predict(visit, [talk], causal)
    for each, wanted in zip(found, native.predict(talk, causal=causal), strict=True):
        check_alike(each, wanted)


def test_a_talk_that_goes_on_is_labelled_as_it_comes(visit: Visitor) -> None:
    visit.page.click("#go-live")
    for count, said in enumerate(("I got the job!", "No way... really?"), 1):
        visit.page.fill("#say", said)
        visit.page.keyboard.press("Enter")
        visit.wait("#turns .felt .sure", count)
    talk = Conversation.of(("Ann", "I got the job!"), ("Ben", "No way... really?"))
    assert visit.labels() == [turn["label"] for turn in predict(visit, [talk], causal=True)[0]]


def test_a_turn_is_explained_by_what_is_said_around_it(visit: Visitor) -> None:
    visit.example()
    visit.explain(7)
    visit.wait("#panel .reasons", 2)
    turns = visit.page.evaluate("import('./page/store.js').then((m) => m.talk().turns)")
    talk = Conversation.of(*[(turn["speaker"], turn["text"]) for turn in turns])
    rest = Conversation("", talk.turns[:6] + talk.turns[7:])
    [told] = ask(visit, "v1/explain", {"conversation": as_asked(talk), "turn": 7, "causal": False})["turns"]
    [whole], [lacking] = predict(visit, [talk]), predict(visit, [rest])
    change = next(each["change"] for each in told["influences"] if each["turn"] == 6)
    before, after = (turn["probabilities"][told["label"]] for turn in (whole[7], lacking[6]))
    assert change == pytest.approx(before - after, abs=0.02)
    assert [near["distance"] for near in told["nearest"]] == sorted(near["distance"] for near in told["nearest"])


def test_nothing_is_sent_and_only_the_sites_files_are_fetched(browser: Browser, address: str, folder: Path) -> None:
    with Visitor.coming(browser, address) as visit:
        sent: list[tuple[str, str]] = []
        visit.page.context.on("request", lambda request: sent.append((request.method, request.url)))
        visit.wait_text("#loading", READY)
        visit.paste("Ann: my secret is 4711", 1)
        assert sent and all(method == "GET" for method, _ in sent)
        assert all((folder / SUB_PATH / url.removeprefix(address)).is_file() for _, url in sent)
        assert visit.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_it_works_offline_after_the_first_visit(browser: Browser, address: str) -> None:
    with Visitor.coming(browser, address) as visit:
        visit.wait_text("#loading", "now works offline")
        visit.page.context.set_offline(True)
        visit.page.reload()
        visit.wait_text("#loading", READY)
        visit.paste("Ann: I got the job!", 1)


def test_what_needs_a_server_is_not_offered(visit: Visitor) -> None:
    assert visit.get("#open-labels").is_hidden()
    assert "server" not in visit.get("body").inner_text()
    visit.example()
    visit.bubble(7).click()
    assert "in your downloads" in visit.correct("sadness")


def test_it_fits_a_phone(browser: Browser, address: str) -> None:
    with Visitor.coming(browser, address, viewport=PHONE) as visit:
        visit.example()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_damaged_file_is_told(browser: Browser, address: str) -> None:
    context = browser.new_context()
    context.route("**/data/network-*", lambda route: route.fulfill(body=b"damaged"))
    page = context.new_page()
    page.goto(address)
    told = re.compile("couldn't be loaded: data/network-.* is not the file that was built")
    expect(page.locator("#loading")).to_have_text(told, timeout=120_000)
    expect(page.locator("#example-preview .felt .label")).not_to_have_count(0)  # the first model labels meanwhile
    context.close()


def test_a_visitor_loads_less_than_40_mb(folder: Path) -> None:
    assert sum(path.stat().st_size for path in (folder / SUB_PATH).rglob("*")) < 40e6
    assert json.loads((folder / SUB_PATH / "site.json").read_text(encoding="utf-8"))["first"] is not None
