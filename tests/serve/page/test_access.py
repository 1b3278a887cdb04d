"""Keyboard, screen reader, contrast, phones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.serve.page.visitor import DESKTOP, PHONE, Visitor
from tests.serve.served import Running

AUDIT = Path(__file__).with_name("audit.js").read_text(encoding="utf-8").rstrip().rstrip(";")


def audit(visit: Visitor, what: str) -> Any:
    """Ask one of audit.js's questions."""
    return visit.page.evaluate(f"{AUDIT[AUDIT.index('({') :]}.{what}()")


def walk(visit: Visitor) -> list[str]:
    """Go through the page's states; give what is wrong with each."""
    found: list[str] = []

    def look(state: str) -> None:
        found.extend(f"{state}: unnamed {each}" for each in audit(visit, "unnamed"))
        for scheme in ("light", "dark"):
            visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found.extend(f"{state}, {scheme}: {each}" for each in audit(visit, "faint"))
        if (wider := audit(visit, "tooWide")) > 0:
            found.append(f"{state}: {wider} px too wide")

    visit.wait("#example-preview .felt .label", 4)
    look("start")
    visit.example()
    look("labelled")
    visit.explain(7)
    look("explained")
    visit.get("#sensitivity").focus()
    visit.page.keyboard.press("Home")
    look("less sensitive")
    visit.page.click("#sensitivity-reset")
    visit.page.fill("#panel .other-label input", "a label of many words that goes on")
    visit.page.click("#panel .other-label button")
    visit.wait_text("#panel .changed", "^Learnt")
    look("corrected")
    visit.page.click("#open-labels")
    look("labels")
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("Escape")
    visit.page.click("#again")
    visit.page.click("#read")
    look("fault")
    visit.page.click("#go-live")
    look("live")
    return found


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_every_state_is_legible_named_and_fits(visit: Visitor, size: dict[str, int]) -> None:
    visit.page.set_viewport_size(size)
    assert walk(visit) == []


def test_all_tones_are_legible(browser: Browser, site: Running) -> None:
    names = ["neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", *"12345678"]
    for scheme in ("light", "dark"):
        with Visitor.coming(browser, site.url, color_scheme=scheme) as visit:
            show = """(names) => document.querySelector('#example-preview').replaceChildren(...names.map((name) => {
              const [box, words] = [document.createElement('div'), document.createElement('span')];
              box.className = `turn tone-${name}`;
              words.className = 'bubble felt';
              words.textContent = name;
              box.append(words);
              return box;
            }))"""
            visit.wait("#example-preview .felt .label", 4)
            visit.page.evaluate(show, names)
            assert audit(visit, "faint") == []


def test_by_keyboard_alone(visit: Visitor) -> None:
    visit.wait("#open-labels:enabled")
    focus = "document.activeElement.id || document.activeElement.className"
    press = visit.page.keyboard.press
    seen = []
    for _ in range(9):
        press("Tab")
        seen.append(visit.page.evaluate(focus))
    assert seen == ["skip", "home", "model", "open-labels", "theme", "try-example", "paste", "read", "open-file"]
    for _ in range(3):
        press("Shift+Tab")
    press("Enter")
    visit.wait("#turns .felt .label", 13)
    assert visit.page.evaluate(focus) == "main"
    for _ in range(6):  # to start again, the slider, three downloads
        press("Tab")
    assert visit.page.evaluate(focus) == "bubble"
    for _ in range(9):
        press("ArrowDown")
    press("ArrowDown")
    assert "blanket" in visit.page.evaluate("document.activeElement.textContent")
    press("Enter")
    visit.wait_text("#panel-title", "Turn 11")
    assert visit.page.evaluate(focus) == "panel-title"
    press("Tab")  # close
    press("Tab")  # the first label
    while "sadness" not in visit.page.evaluate("document.activeElement.textContent"):
        press("Tab")
    press("Space")
    visit.wait_text("#panel .changed", "^Learnt")
    assert "sadness" in visit.page.evaluate("document.activeElement.textContent")  # the keyboard stays where it was
    press("Escape")
    assert visit.labels()[10] == "sadness"
    assert "blanket" in visit.page.evaluate("document.activeElement.textContent")
    press("Tab")
    assert visit.page.evaluate(focus) == "timeline"


def test_a_screen_reader_hears_who_said_what_and_how_it_felt(visit: Visitor) -> None:
    visit.example()
    heard = re.compile(
        rf"^Eli: that's outrageous\. he promised us, in writing 😡 (perhaps )?{visit.labels()[7]} (> )?\d+ %$"
    )
    assert visit.page.get_by_role("button", name=heard).count() == 1
    assert visit.page.get_by_role("list", name="Turns").count() == 1
    assert visit.page.get_by_role("slider", name="Turn of the conversation").count() == 1
    visit.explain(7)
    visit.wait_text("#status", f"Turn 8 explained: {visit.labels()[7]}")
    assert visit.page.get_by_role("region", name="Turn 8").count() == 1


def test_on_a_phone_the_reasons_come_as_a_sheet(browser: Browser, site: Running) -> None:
    with Visitor.coming(browser, site.url, viewport=PHONE) as visit:
        visit.example()
        visit.explain(7)
        sheet, bubble = visit.get("#panel").bounding_box(), visit.bubble(7).bounding_box()
        assert sheet is not None and bubble is not None
        assert sheet["y"] + sheet["height"] == PHONE["height"] and sheet["width"] == PHONE["width"]
        assert bubble["y"] + bubble["height"] <= sheet["y"]  # the turn stays in sight
