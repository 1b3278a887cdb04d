"""A chat of two people, labelled as it comes."""

from __future__ import annotations

from sentemo.model import SentEmoContext
from tests.serve.page.visitor import Visitor

SAID = ("Did you hear the news?", "No, what happened?", "We won the lottery!", "I can't believe it!")


def chat(visit: Visitor) -> None:
    visit.page.click("#go-live")
    for place, text in enumerate(SAID, 1):
        visit.page.fill("#say", text)
        visit.page.keyboard.press("Enter")
        visit.wait("#turns .felt .sure", place)


def test_each_turn_is_labelled_as_it_comes(visit: Visitor, shipped: SentEmoContext) -> None:
    chat(visit)
    live = shipped.live()
    told = [live.add("AB"[place % 2], text) for place, text in enumerate(SAID)]
    assert visit.labels() == [each.label for each in told]
    assert visit.get("#turns .speaker").all_inner_texts() == ["Ann", "Ben"]  # they take turns by themselves
    assert visit.page.evaluate("document.activeElement.id") == "say"


def test_a_live_turn_is_explained_by_what_came_before(visit: Visitor) -> None:
    chat(visit)
    visit.explain(2)
    marked = visit.within("store.js", "[...m.state.influences.keys()]")
    assert set(marked) <= {0, 1}


def test_speakers_can_be_named_and_chosen(visit: Visitor) -> None:
    visit.page.click("#go-live")
    visit.page.fill("#name-1", "Zoe")
    visit.page.check("#speaker-1")
    visit.page.fill("#say", "Hello there.")
    visit.page.click("#send")
    visit.wait("#turns .felt .sure", 1)
    assert visit.get("#turns .speaker").inner_text() == "Zoe"
    assert visit.get("#speaker-0").is_checked()


def test_the_talk_goes_on_after_the_connection_is_lost(visit: Visitor) -> None:
    chat(visit)
    visit.page.evaluate("import('/page/live.js').then((m) => m.stopLive())")
    visit.page.fill("#say", "So, what will you do now?")
    visit.page.keyboard.press("Enter")
    visit.wait("#turns .felt .sure", 5)


def test_a_correction_while_talking(visit: Visitor) -> None:
    chat(visit)
    visit.bubble(2).click()
    visit.correct("surprise")
    assert visit.labels()[2] == "surprise"
    visit.page.fill("#say", "Me neither!")
    visit.page.keyboard.press("Enter")
    visit.wait("#turns .felt .label", 5)
