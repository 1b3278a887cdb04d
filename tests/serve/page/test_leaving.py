"""Leaving a conversation: Back, Start again, keeping it, and what its corrections mean for the next one."""

from __future__ import annotations

from tests.serve.page.visitor import Visitor

CHAT = "Ann: I got the job!\nBen: No way... really?"


def headings(visit: Visitor) -> list[str]:
    return visit.get("h1:visible").all_inner_texts()


def test_back_and_forward_lead_between_views(visit: Visitor) -> None:
    assert headings(visit) == ["How does this conversation feel?"]
    visit.page.set_input_files("#file", {"name": "talk.txt", "mimeType": "", "buffer": CHAT.encode()})
    visit.wait("#go-on")
    assert headings(visit) == ["talk.txt"]
    facts = dict(zip(visit.get("#check dt").all_inner_texts(), visit.get("#check dd").all_inner_texts(), strict=True))
    assert facts["Turns"] == "2" and facts["Speakers"] == "Ann (1), Ben (1)" and facts["Left out"] == "nothing"
    assert visit.get("#check .beginning li").first.inner_text() == "Ann I got the job!"
    visit.page.click("#go-on")
    visit.wait("#turns .felt .label", 2)
    assert headings(visit) == ["talk.txt"] and visit.page.title() == "talk.txt \u00b7 sentemo"
    visit.page.go_back()
    visit.page.go_back()
    assert headings(visit) == ["How does this conversation feel?"]
    assert visit.page.title().startswith("sentemo")
    visit.page.click("#back-to")
    assert visit.get("#turns .felt .label").count() == 2  # still labelled
    visit.page.go_back()
    visit.page.go_forward()
    assert headings(visit) == ["talk.txt"]


def test_start_again_asks_where_something_is_lost(visit: Visitor) -> None:
    visit.example()
    visit.page.click("#again")  # the example loses nothing
    assert visit.get("#start").is_visible()
    visit.paste(CHAT, 2)
    assert headings(visit) == ["Ann & Ben"]
    visit.page.click("#again")
    assert "only on this page" in visit.get("#ask-dialog").inner_text()
    visit.page.click("#ask-dialog button >> nth=1")
    assert visit.get("#talk").is_visible()
    visit.page.click("#again")
    visit.page.click("#ask-dialog .main")
    assert visit.get("#start").is_visible() and visit.get("#back-to").is_hidden()


def test_a_conversation_is_kept_on_request_until_it_is_deleted(visit: Visitor) -> None:
    visit.paste(CHAT, 2)
    visit.within("lesson.js", "m.note(1, 'fear')")
    assert visit.page.evaluate("localStorage.length") == 0
    visit.page.click("#save summary")
    visit.page.check("#keep")
    visit.page.reload()
    assert "2 turns, 1 correction" in visit.get("#resume").inner_text()
    visit.page.click("#resume-open")
    visit.wait("#turns .felt .label", 2)
    assert visit.labels()[1] == "fear" and headings(visit) == ["Ann & Ben"]
    visit.page.click("#again")  # without being asked: nothing is lost
    visit.page.click("#resume-delete")
    assert visit.get("#resume").is_hidden() and visit.page.evaluate("localStorage.length") == 0


def test_a_corrected_model_is_not_used_for_the_next_chat_unasked(visit: Visitor) -> None:
    visit.paste(CHAT, 2)
    visit.bubble(1).click()
    visit.correct("fear")
    visit.learn()
    assert visit.get("#model-name").inner_text() == "shipped-corrected"
    visit.page.click("#again")
    visit.page.click("#ask-dialog .main")
    visit.example()
    assert visit.get("#model-name").inner_text() == "shipped"
    assert "without your corrections of \u201cAnn & Ben\u201d" in visit.get("#carried").inner_text()
    visit.page.click("#carried button")
    visit.wait_text("#model-name", "^shipped-corrected$")
    assert visit.get("#carried").is_hidden()


def test_the_newest_live_turn_is_above_the_box(visit: Visitor) -> None:
    for size in ({"width": 1440, "height": 900}, {"width": 390, "height": 844}):
        visit.page.set_viewport_size(size)
        visit.page.click("#go-live")
        for place in range(14):
            visit.page.fill("#say", f"Here is line {place}.")
            visit.page.keyboard.press("Enter")
            visit.wait("#turns .turn", place + 1)
            turn, box = visit.bubble(place).bounding_box(), visit.get("#live").bounding_box()
            assert turn is not None and box is not None
            assert turn["y"] >= 0 and turn["y"] + turn["height"] <= box["y"]
        visit.page.click("#again")
        visit.page.click("#ask-dialog .main")
