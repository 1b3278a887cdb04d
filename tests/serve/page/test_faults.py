"""What goes wrong is said kindly: the cause, and the next step."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, Route

from tests.serve.page.conftest import KEY
from tests.serve.page.visitor import Visitor
from tests.serve.served import Running

BUSY = {"error": {"cause": "Too much is waiting", "next_step": "Send it again later", "where": None}}


def test_the_server_is_away(visit: Visitor) -> None:
    visit.allowed = "ERR_FAILED|Failed to fetch"
    visit.page.route("**/v1/predict", lambda route: route.abort())
    visit.page.fill("#paste", "Ann: I got the job!")
    visit.page.click("#read")
    visit.wait_text("#notice", "doesn't answer.*sentemo serve.*Try again")
    visit.page.unroute("**/v1/predict")
    visit.page.click("#notice button >> nth=0")
    visit.wait("#turns .felt .label", 1)
    assert visit.get("#notice").is_hidden()


def test_a_busy_server_is_waited_for(visit: Visitor) -> None:
    visit.allowed = "429"
    left = [1]

    def answer(route: Route) -> None:
        if left.pop() if left else False:
            route.fulfill(
                status=429, headers={"Retry-After": "1"}, content_type="application/json", body=json.dumps(BUSY)
            )
        else:
            route.fallback()

    visit.wait("#example-preview .felt .label", 4)
    visit.page.route("**/v1/predict", answer)
    visit.page.fill("#paste", "Ann: I got the job!")
    visit.page.click("#read")
    visit.wait_text("#notice", "busy.*Trying again in 1 s")
    visit.wait("#turns .felt .label", 1)
    assert visit.get("#notice").is_hidden()


def test_a_server_that_stays_busy_is_told_of(visit: Visitor) -> None:
    visit.allowed = "429"
    reply = {"status": 429, "headers": {"Retry-After": "0.05"}, "content_type": "application/json"}
    visit.page.route("**/v1/predict", lambda route: route.fulfill(**reply, body=json.dumps(BUSY)))
    visit.page.fill("#paste", "Ann: I got the job!")
    visit.page.click("#read")
    visit.wait_text("#notice", "Too much is waiting.*Send it again later.*Try again")


def test_what_cant_be_read_is_refused_with_its_line(visit: Visitor) -> None:
    visit.allowed = "422"
    visit.page.fill("#paste", '{"turns": [{"text": "fine"}]}\n{"turns": broken')
    visit.page.click("#read")
    visit.page.wait_for_selector("text=Reading ended early: chat:2: Not JSON")
    visit.page.get_by_text("Choose another").click()
    visit.page.fill("#paste", "  ")
    visit.page.click("#read")
    visit.wait_text("#notice", "box is empty")
    assert visit.page.evaluate("document.activeElement.id") == "paste"


def test_a_turn_that_is_too_long_is_named(visit: Visitor) -> None:
    visit.allowed = "422"
    visit.page.fill("#paste", f"Ann: fine\nBen: {'x' * 4001}")
    visit.page.click("#read")
    visit.wait_text("#notice", r"\((turn|line) 2\)")


def test_a_file_that_is_too_large_is_not_sent(visit: Visitor) -> None:
    big = {"name": "big.txt", "mimeType": "text/plain", "buffer": b"Ann: hi\n" * 150_000}
    visit.page.set_input_files("#file", big)
    visit.wait_text("#notice", "1172 kB; the server accepts 1024 kB at once.*part of it")


def test_a_key_is_asked_for_and_kept_until_the_tab_is_closed(browser: Browser, locked: Running) -> None:
    with Visitor.coming(browser, locked.url) as visit:
        visit.allowed = "401"
        visit.page.fill("#key", "wrong")
        visit.page.click("#key-dialog .main")
        visit.wait_text("#key-why", "is wrong")
        visit.page.fill("#key", KEY)
        visit.page.keyboard.press("Enter")
        visit.example()
        visit.page.reload()
        visit.example()  # without being asked again
        assert visit.page.evaluate("[localStorage.length, Object.keys(sessionStorage)]") == [0, ["sentemo-key"]]
        visit.page.click("#again")
        visit.page.click("#go-live")
        visit.page.fill("#say", "Hello!")
        visit.page.keyboard.press("Enter")
        visit.wait("#turns .felt .sure", 1)


def test_a_chat_may_be_opened_before_the_models_are_known(visit: Visitor) -> None:
    held: list[Route] = []
    visit.page.route("**/v1/models", lambda route: held.append(route))
    visit.page.reload()
    visit.page.click("#try-example")
    visit.wait("#turns .bubble", 13)
    held[0].continue_()
    visit.wait("#turns .felt .label", 13)  # and nothing was asked of a model without a name


def test_a_server_that_doesnt_learn_says_so_and_keeps_the_correction(browser: Browser, locked: Running) -> None:
    with Visitor.coming(browser, locked.url) as visit:
        visit.allowed = "401"
        visit.page.fill("#key", KEY)
        visit.page.click("#key-dialog .main")
        visit.example()
        visit.bubble(10).click()
        assert "in your downloads" in visit.correct("sadness")
        assert visit.labels()[10] == "sadness"
        assert "sadness" in visit.within("csv.js", "import('/page/store.js').then((s) => m.asCsv(s.state.talks))")
        visit.page.click("#open-labels")
        assert "sentemo serve --adapted" in visit.get("#labels-dialog").inner_text()
        assert visit.get("#learn").is_disabled()
