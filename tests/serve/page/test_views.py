"""The conversation, its course and its map show the same turns, and follow each other."""

from __future__ import annotations

import re

from tests.serve.page.visitor import Visitor


def near(visit: Visitor, selector: str) -> list[str]:
    """Give the texts of what is pointed at."""
    return visit.get(f"{selector}.near").all_text_contents()


def test_pointing_at_a_turn_shows_it_everywhere(visit: Visitor) -> None:
    visit.example()
    visit.map()
    visit.bubble(3).hover()
    assert len(near(visit, "#turns .turn")) == 1
    assert near(visit, "#map .point") == ["4"]
    sure = visit.bubble(3).locator(".sure").inner_text()
    visit.wait_text("#readout", f"^4 Eli: {visit.labels()[3]} {sure}. THEY SAID YES")
    visit.wait(".timeline .needle.near", 1)


def test_the_timeline_points_and_chooses(visit: Visitor) -> None:
    visit.example()
    box = visit.get("#timeline").bounding_box()
    assert box is not None
    visit.page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 60)
    assert "love you so much" in near(visit, "#turns .turn")[0]
    visit.page.mouse.click(box["x"] + box["width"] - 20, box["y"] + 60)
    visit.wait_text("#panel-title", "Turn 13")


def test_the_timeline_is_a_slider(visit: Visitor) -> None:
    visit.example()
    timeline = visit.get("#timeline")
    timeline.focus()
    for key in ("End", "ArrowLeft", "Home", "ArrowRight", "ArrowRight"):
        visit.page.keyboard.press(key)
    assert timeline.get_attribute("aria-valuenow") == "3"
    assert timeline.get_attribute("aria-valuemax") == "13"
    label, sure = visit.labels()[2], visit.bubble(2).locator(".sure").inner_text()
    assert timeline.get_attribute("aria-valuetext") == f"3 Nora: {label} {sure}. and? what did they say"
    visit.page.keyboard.press("Enter")
    visit.wait_text("#panel-title", "Turn 3")


def test_what_scrolls_under_a_resting_pointer_does_not_point(visit: Visitor) -> None:
    visit.page.set_viewport_size({"width": 700, "height": 420})
    visit.example()
    visit.bubble(2).hover()
    timeline = visit.get("#timeline")
    timeline.focus(timeout=5000)
    for key, turn in (("End", "13"), ("Home", "1"), ("ArrowRight", "2")):
        visit.page.keyboard.press(key)
        visit.page.wait_for_timeout(700)  # scrolling is smooth
        assert timeline.get_attribute("aria-valuenow") == turn
    visit.page.mouse.move(1, 1)
    visit.bubble(4).hover()
    visit.wait("#timeline[aria-valuenow='5']")


def test_ridges_are_as_high_as_the_probabilities(visit: Visitor) -> None:
    shares = [0.1, 0.9, 0.4]
    path = visit.within("timeline.js", f"m.ridge({shares}, 10, 100)")
    ends = re.findall(r"(-?[\d.]+) (-?[\d.]+)(?=[CZ])", path)
    assert [(float(x), -float(y)) for x, y in ends[1:4]] == [(5, 10), (15, 90), (25, 40)]
    heights = [-float(y) for y in re.findall(r"[\d.]+ (-?[\d.]+)", path)]
    assert max(heights) == 90 and min(heights) == 0  # nothing overshoots


def test_the_map_has_labels_points_and_a_table(visit: Visitor) -> None:
    visit.example()
    visit.map()
    visit.wait("#map .point", 13)
    assert set(visit.get("#map .label").all_text_contents()) == {
        "neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise",
    }  # fmt: skip
    visit.page.click(".as-table summary")
    assert visit.get("#map-table tbody tr").count() == 13
    row = visit.get("#map-table tbody tr").nth(3).inner_text()
    assert re.match(r"4\s+happiness\s+\w+\s+-?\d\.\d\d, -?\d\.\d\d", row)
    visit.get("#map .point .area").nth(12).dispatch_event("click")
    visit.wait_text("#panel-title", "Turn 13")


def test_colour_is_never_the_only_sign(visit: Visitor) -> None:
    visit.example()
    shapes = visit.within(
        "tones.js",
        "['neutral','anger','disgust','fear','happiness','sadness','surprise','a','b','c','d','e','f','g','h'].map(m.outline)",
    )
    assert len(set(shapes)) == 15
    assert visit.get("#turns .felt .glyph").count() == visit.get("#turns .felt .label").count() == 13
