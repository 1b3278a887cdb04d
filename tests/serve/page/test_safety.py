"""Nothing that a chat holds is more than text, nothing leaves but to the server, nothing stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentemo.serve.page import FOLDER
from tests.serve.page.visitor import Visitor

HOSTILE = (
    "<img src=x onerror=window.owned=1>",
    "<script>window.owned=1</script>",
    "\"><svg onload=window.owned=1>",
    "javascript:window.owned=1",
    "</textarea></title><iframe srcdoc='<script>parent.owned=1</script>'>",
    "{{constructor.constructor('window.owned=1')()}}",
    "\u202e evil \u0000",
)  # fmt: skip


def unharmed(visit: Visitor) -> None:
    assert visit.page.evaluate("window.owned") is None
    assert visit.get("main img, main iframe, main script, dialog img, dialog script").count() == 0


@pytest.mark.evidence("server.page")
def test_hostile_texts_names_and_file_names_are_text(visit: Visitor) -> None:
    turns = [{"speaker": text, "text": text} for text in HOSTILE[:-1]]
    visit.open(f"{HOSTILE[0]}.jsonl", json.dumps({"id": HOSTILE[0], "turns": turns}))
    visit.wait("#turns .felt .label", len(turns))
    assert visit.get("#turns .said").all_inner_texts() == list(HOSTILE[:-1])
    assert visit.get("#source").inner_text() == f"{HOSTILE[0]}.jsonl"
    visit.explain(0)
    assert HOSTILE[0] in visit.get("#panel blockquote").inner_text()
    unharmed(visit)


@pytest.mark.evidence("server.page")
def test_hostile_labels_and_descriptions_are_text(visit: Visitor) -> None:
    visit.example()
    visit.page.click("#open-labels")
    for place, label in enumerate(HOSTILE[:2]):
        card = visit.get(".label-card").nth(place)
        card.locator(".name").fill(label)
        card.locator(".description").fill(HOSTILE[2])
        card.locator(".texts").fill(f"{HOSTILE[3]}{place}\nfor real {place}")
    visit.page.check("[name=mode][value=replace]")
    visit.page.click("#learn")
    visit.wait_text("#outcome", "^Learnt")
    unharmed(visit)
    visit.page.keyboard.press("Escape")
    assert set(visit.labels()) <= set(HOSTILE[:2])
    visit.bubble(1).click()
    visit.page.click("#save summary")
    with visit.page.expect_download():
        visit.page.click("#as-picture")
    unharmed(visit)


@pytest.mark.evidence("server.page")
def test_live_texts_are_text(visit: Visitor) -> None:
    visit.page.click("#go-live")
    visit.page.fill("#name-0", HOSTILE[0][:40])
    for place, text in enumerate(HOSTILE[:3], 1):
        visit.page.fill("#say", text)
        visit.page.keyboard.press("Enter")
        visit.wait("#turns .felt .sure", place)
    unharmed(visit)


def test_nothing_is_stored_but_the_theme(visit: Visitor) -> None:
    visit.paste("Ann: a secret", 1)
    visit.page.click("#theme")
    stored = visit.page.evaluate("[Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]")
    assert stored == [[["sentemo-theme", "light"]], [], ""]
    visit.page.reload()
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "light"
    assert visit.get("#start").is_visible() and visit.get("#paste").input_value() == ""
    assert "forgets them when it is closed" in visit.get(".privacy").inner_text()


@pytest.mark.evidence("server.page")
def test_the_files_hold_to_the_rules() -> None:
    files = [path for path in FOLDER.iterdir() if path.suffix in (".js", ".css", ".html")]
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 300, path.name
        assert not any(word in text for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval("))
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace('"http", "ws"', ""), path.name
    page = Path(FOLDER / "index.html").read_text(encoding="utf-8")
    assert " style=" not in page and " onclick" not in page and "<style" not in page
