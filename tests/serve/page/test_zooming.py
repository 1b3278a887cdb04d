"""The timeline of a long conversation: all of it, then a part of it, which follows the chosen turn."""

from __future__ import annotations

import pytest

from tests.serve.page.visitor import Visitor

TURNS = 130


@pytest.fixture
def long(visit: Visitor) -> Visitor:
    """Give someone who reads a conversation of 130 turns."""
    visit.paste("\n".join(f"{'AB'[n % 2]}: {('Great!', 'Fine.')[n % 7 > 0]}" for n in range(TURNS)), TURNS)
    return visit


def span(visit: Visitor) -> tuple[int, int]:
    found = visit.within("span.js", "m.span()")
    return found["start"], found["stop"]


def test_all_of_it_is_shown_then_a_part(long: Visitor) -> None:
    assert span(long) == (0, TURNS)
    frame = long.get("#timeline").evaluate("(each) => [each.scrollWidth, each.clientWidth]")
    assert frame[0] == frame[1]  # nothing is out of sight
    assert long.get("#timeline .tick").last.text_content() in ("120", "130")
    assert long.get("#zoom-out").is_disabled()
    long.page.click("#zoom-in")
    long.page.click("#zoom-in")
    start, stop = span(long)
    assert stop - start == 32 or stop - start == 33
    long.get("#timeline").focus()
    long.page.keyboard.press("End")  # it follows
    assert span(long)[1] == TURNS
    long.page.keyboard.press("-")
    long.page.keyboard.press("0")
    assert span(long) == (0, TURNS)
    long.page.keyboard.press("+")
    long.page.click("#zoom-all")
    assert span(long) == (0, TURNS)


def test_a_drag_over_the_strip_chooses_turns(long: Visitor) -> None:
    box = long.get("#brush").bounding_box()
    assert box is not None
    left, width = box["x"] + 98, box["width"] - 106
    mouse, middle = long.page.mouse, box["y"] + 12
    mouse.move(left + width * 0.5, middle)
    mouse.down()
    mouse.move(left + width * 0.75, middle)
    mouse.up()
    start, stop = span(long)
    assert abs(start - 65) <= 1 and abs(stop - 97.5) <= 1.5
    mouse.move(left + width * 0.6, middle)  # the window moves
    mouse.down()
    mouse.move(left + width * 0.2, middle)
    mouse.up()
    moved = span(long)
    assert moved[1] - moved[0] == stop - start and abs(start - moved[0] - 0.4 * TURNS) <= 1.5
    mouse.move(left + width * (moved[1] / TURNS), middle)  # its edge
    mouse.down()
    mouse.move(left + width * 0.9, middle)
    mouse.up()
    assert span(long)[0] == moved[0] and abs(span(long)[1] - 0.9 * TURNS) <= 1.5


def test_the_map_of_many_turns_is_a_density(long: Visitor) -> None:
    long.map()
    assert long.get("#map .point").count() == 0
    sizes = long.within("places.js", "m.cells([[1, 1], [2, 3], [55, 1], undefined], ['a', 'a', 'b', 'b'], 10)")
    assert [(cell["x"], cell["y"], cell["label"], cell["turns"]) for cell in sizes] == [
        (5, 5, "a", [0, 1]), (55, 5, "b", [2]),
    ]  # fmt: skip
    assert long.get("#map .cell").count() >= 1
    assert {"A", "B"} <= set(long.get("#map .middle .label").all_text_contents())
    assert "Turns that read alike are close together." in long.get("#map-sentence").inner_text()


def test_words_of_the_map_do_not_cover_each_other(visit: Visitor) -> None:
    points = [[x, y] for x in (0, 6, 12) for y in (0, 4, 9)]
    put = visit.within("places.js", f"m.placeWords({points}, {points}.map(() => 50), 16, 18)")
    for one in range(len(put)):
        for other in range(one):
            apart = abs(put[one][0] - put[other][0]) >= 50 or abs(put[one][1] - put[other][1]) >= 15.9
            assert apart, (put[one], put[other])
