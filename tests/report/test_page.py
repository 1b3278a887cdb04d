"""The page of a report in a real browser: from disk, offline, with hostile texts, for eyes, keyboards and printers."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from sentemo.report import Report
from sentemo.types import Prediction, TurnPrediction
from tests.report.chats import FOUR, chats_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HOSTILE = "<img src=x onerror=alert(1)></title></style><script>alert(2)</script>\"'&{{}}"
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def hostile_report() -> Report:
    probabilities = {"neutral": 0.1, "anger": 0.8, "happiness": 0.05, "surprise": 0.05}
    turn = TurnPrediction(HOSTILE, HOSTILE, "anger", 0.8, probabilities, tags={HOSTILE: 0.9})
    return Report.from_predictions([Prediction(HOSTILE, (turn,) * 6)] * 12, FOUR)


def test_hostile_texts_are_escaped() -> None:
    html = hostile_report().to_html()
    assert "<img" not in html and "<script" not in html and html.count("</style>") == 1
    assert html.count("&lt;img src=x") > 10


def test_the_page_has_its_parts_in_order() -> None:
    html = Report.from_predictions([chat.prediction for chat in chats_of(5)], FOUR).to_html()
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert '<html lang="en">' in html and html.count("<table>") == html.count("<caption")
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) and set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    assert not re.search(r"(?:src|href)=\"(?!#)", html) and "url(" not in html


def opened(browser: Browser, path: Path, wrong: list[str], **looks: Any) -> Page:
    page = browser.new_context(**looks).new_page()
    page.on("console", lambda told: wrong.append(told.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if request.url != path.as_uri() else None)
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_disk_in_a_browser(browser: Browser, tmp_path: Path, size: str, scheme: str) -> None:
    path, wrong = tmp_path / "report.html", list[str]()
    path.write_text(Report.from_predictions([chat.prediction for chat in chats_of(5)], FOUR).to_html(), "utf-8")
    page = opened(browser, path, wrong, viewport=SIZES[size], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    assert page.evaluate(TOO_WIDE) <= 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#speakers"
    unnamed = "[...document.querySelectorAll('svg[role=img]')].filter((each) => !each.querySelector('title'))"
    assert page.evaluate(f"{unnamed}.length") == 0
    assert wrong == []
    page.context.close()


def test_hostile_texts_do_nothing(browser: Browser, tmp_path: Path) -> None:
    path, wrong = tmp_path / "report.html", list[str]()
    path.write_text(hostile_report().to_html(), "utf-8")
    page = opened(browser, path, wrong)
    assert page.locator("script, img, iframe").count() == 0
    assert page.locator("strong", has_text=HOSTILE).count() > 0
    assert wrong == []
    page.context.close()


def test_it_prints(browser: Browser, tmp_path: Path) -> None:
    path, wrong = tmp_path / "report.html", list[str]()
    path.write_text(Report.from_predictions([chat.prediction for chat in chats_of(5)], FOUR).to_html(), "utf-8")
    page = opened(browser, path, wrong, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert wrong == []
    page.context.close()
