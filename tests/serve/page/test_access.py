"""Keyboard, screen reader, phones, zoom, and what axe finds in every state of the page."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.serve.page.visitor import PHONE, Visitor
from tests.serve.served import Running

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
ZOOMED = {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}
"""A desktop at 200 %."""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ALL = {"resultTypes": ["violations"]}
COLOURS = ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that depend on the theme."""


def violations(visit: Visitor, scheme: str, rules: dict[str, list[str]] = ALL) -> list[str]:
    """Return what axe finds wrong with the page as it is now."""
    visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    found = Axe().run(visit.page, options=rules).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def walk(visit: Visitor, schemes: tuple[str, ...]) -> list[str]:
    """Go through the page's states; return what is wrong with each, in further themes only with the colours."""
    found: list[str] = []

    def look(state: str) -> None:
        for scheme in schemes:
            rules = ALL if scheme == schemes[0] else COLOURS
            found.extend(f"{state}, {scheme}: {each}" for each in violations(visit, scheme, rules))
        if (wider := visit.page.evaluate(TOO_WIDE)) > 0:
            found.append(f"{state}: {wider} px too wide")
        if (titles := visit.get("h1:visible").count()) != 1:
            found.append(f"{state}: {titles} headings of the first level")

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
    visit.page.click("#panel .changed button:has-text('Learn from it')")
    visit.wait_text("#panel .changed", "^Learning it would change")
    look("foreseen")
    visit.page.click("#panel .changed .main")
    visit.wait_text("#panel .changed", "^Learnt")
    look("corrected")
    visit.page.click("#open-labels")
    look("labels")
    visit.page.keyboard.press("Escape")
    visit.page.click("#open-models")
    look("models")
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("Escape")
    visit.map()
    look("map")
    visit.page.fill("#find-text", "biscuit")
    look("found")
    visit.page.click("#save summary")
    look("saving")
    visit.page.click("#again")
    look("asked")
    visit.page.click("#ask-dialog .main")
    visit.page.click("#read")
    look("fault")
    visit.page.click("#go-live")
    look("live")
    return found


def test_on_a_desktop_in_both_themes(browser: Browser, site: Running) -> None:
    with Visitor.coming(browser, site.url, viewport=SIZES["desktop"]) as visit:
        assert walk(visit, ("light", "dark")) == []


def test_on_a_phone(browser: Browser, site: Running) -> None:
    with Visitor.coming(browser, site.url, viewport=SIZES["phone"]) as visit:
        assert walk(visit, ("light",)) == []


def test_at_twice_the_size(browser: Browser, site: Running) -> None:
    with Visitor.coming(browser, site.url, **ZOOMED) as visit:
        assert walk(visit, ("dark",)) == []


def test_the_reference_of_the_api(browser: Browser, site: Running) -> None:
    with Visitor.coming(browser, site.url, "/docs", viewport=SIZES["phone"]) as visit:
        visit.wait("#routes .route")
        assert violations(visit, "light") + violations(visit, "dark", COLOURS) == []
        assert visit.page.evaluate(TOO_WIDE) <= 0


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
            assert violations(visit, scheme, COLOURS) == []


def test_by_keyboard_alone(visit: Visitor) -> None:
    visit.wait("#open-labels:enabled")
    focus = "document.activeElement.id || document.activeElement.className"
    press = visit.page.keyboard.press
    seen = []
    for _ in range(9):
        press("Tab")
        seen.append(visit.page.evaluate(focus))
    assert seen == ["skip", "home", "open-models", "open-labels", "theme", "paste", "read", "open-file", "try-example"]
    press("Enter")
    visit.wait("#turns .felt .label", 13)
    assert visit.page.evaluate(focus) == "main"
    visit.get("#find-next").focus()
    press("Tab")
    assert visit.page.evaluate(focus) == "bubble"
    for _ in range(9):
        press("ArrowDown")
    press("ArrowDown")
    assert "blanket" in visit.page.evaluate("document.activeElement.textContent")
    press("Enter")
    visit.wait_text("#panel-title", "Turn 11")
    assert visit.page.evaluate(focus) == "panel-title"
    visit.wait("#panel .reasons")
    while "Correct it" not in visit.page.evaluate("document.activeElement.textContent"):
        press("Tab")
    press("Enter")  # to the first label
    while "sadness" not in visit.page.evaluate("document.activeElement.textContent"):
        press("Tab")
    press("Space")
    visit.wait_text("#panel .changed", "^Corrected")
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
