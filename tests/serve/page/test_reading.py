"""What goes in: the example, pasted chats, files; and which model reads them."""

from __future__ import annotations

import json

from sentemo.model import SentEmoContext
from sentemo.types import Conversation
from tests.serve.page.visitor import Visitor
from tests.serve.served import Running

WHATSAPP = (
    "[12/03/2026, 18:04:11] Ann: I got the job!\n"
    "[12/03/2026, 18:05:02] Ben: No way... really?\n"
    "[12/03/2026, 18:05:40] Ann: Yes!\nThey called me this morning.\n"
)


def test_start_offers_an_example_that_is_labelled_already(visit: Visitor) -> None:
    visit.wait("#example-preview .felt .label", 4)
    visit.example()
    assert "happiness" in visit.labels() and "anger" in visit.labels()
    assert visit.get("#turns .sure").count() == 13
    assert "%" in visit.get("#turns .sure").first.inner_text()
    assert visit.get("#start").is_hidden()


def test_labels_are_those_of_the_model(visit: Visitor, shipped: SentEmoContext) -> None:
    visit.paste("Ann: I got the job!\nBen: No way... really?", 2)
    told = shipped.predict(Conversation.of(("Ann", "I got the job!"), ("Ben", "No way... really?")))
    assert visit.labels() == [turn.label for turn in told]
    assert visit.get("#turns .sure").all_inner_texts() == [f"{turn.score:.0%}".replace("%", " %") for turn in told]


def test_takes_json(visit: Visitor) -> None:
    turns = [{"speaker": "Ann", "text": "I lost my keys."}, {"speaker": "Ben", "text": "Oh no!"}]
    visit.paste(json.dumps({"id": "keys", "turns": turns}), 2)
    assert visit.get("#turns .said").all_inner_texts() == ["I lost my keys.", "Oh no!"]


def test_takes_a_whatsapp_export(visit: Visitor) -> None:
    visit.paste(WHATSAPP, 3)
    assert visit.get("#turns .said").last.inner_text() == "Yes!\nThey called me this morning."
    assert visit.get("#turns .speaker").all_inner_texts() == ["Ann", "Ben"]


def test_what_is_left_out_of_a_pasted_chat_is_said_and_times_are_kept(visit: Visitor) -> None:
    visit.page.fill("#paste", f"{WHATSAPP}[12/03/2026, 18:07:00] Ben: <Media omitted>\n")
    visit.page.click("#read")
    visit.page.click("#go-on", trial=True)
    facts = dict(zip(visit.get("#check dt").all_inner_texts(), visit.get("#check dd").all_inner_texts(), strict=True))
    assert facts["Left out"].endswith("(1)") and facts["Time"] == "12 March 2026, 18:04 to 18:05"
    visit.page.click("#go-on")
    visit.wait("#turns .felt .label", 3)
    assert visit.get("#turns time").all_inner_texts() == ["18:04", "18:05", "18:05"]
    assert "12 March 2026" in visit.get("#turns .day").inner_text()


def test_opens_a_file(visit: Visitor) -> None:
    visit.open("talks.txt", "Ann: I got the job!\n\nKim: This soup is cold.\nWaiter: I am so sorry.")
    visit.wait("#turns .felt .label", 1)
    assert visit.get("#source").inner_text() == "talks.txt"
    assert visit.get("#which option").count() == 2
    visit.page.select_option("#which", "1")
    visit.wait("#turns .felt .label", 2)
    assert visit.get("#turns .said").first.inner_text() == "This soup is cold."


def test_takes_a_dropped_file(visit: Visitor) -> None:
    drop = """(kind) => {
      const data = new DataTransfer();
      data.items.add(new File(["Ann: I got the job!"], "dropped.txt", {type: "text/plain"}));
      document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    visit.page.evaluate(drop, "dragenter")
    assert visit.get("#drop").is_visible()
    visit.page.evaluate(drop, "drop")
    visit.page.click("#go-on")
    visit.wait("#turns .felt .label", 1)
    assert visit.get("#drop").is_hidden()
    assert visit.get("#source").inner_text() == "dropped.txt"


def test_a_chat_longer_than_a_request_is_labelled_as_one(visit: Visitor, shipped: SentEmoContext) -> None:
    visit.wait("#open-models:enabled")
    visit.within("store.js", "void (m.state.limits.turns = 200)")  # the labels come in parts of 100
    texts = [f"{('I love it', 'This is awful', 'Fine')[place % 3]}, number {place}" for place in range(230)]
    visit.paste("\n".join(f"{'AB'[place % 2]}: {text}" for place, text in enumerate(texts)), 230)
    talk = Conversation.of(*(("AB"[place % 2], text) for place, text in enumerate(texts)))
    assert visit.labels() == [turn.label for turn in shipped.predict(talk)]


def test_the_reader_chooses_the_model(visit: Visitor, site: Running) -> None:
    turns = [{"speaker": "", "text": text, "label": "calm"} for text in ("It is quiet here.", "All is well.")]
    asked = {
        "name": "calm",
        "labels": "replace",
        "examples": [{"turns": turns}, {"turns": [turns[0] | {"label": "x"}]}],
    }
    site.http.post("/v1/adapt", json=asked)  # contradicts itself: the server refuses it
    asked["examples"] = [{"turns": turns}, {"turns": [{"text": "Hurry up!", "label": "haste"}]}]
    site.http.post("/v1/adapt", json=asked).raise_for_status()
    visit.page.reload()
    visit.example()
    visit.use("calm")
    visit.wait_text("#facts", "calm")
    visit.wait_text("#turns li:first-child .felt", "calm|haste")
    assert set(visit.labels()) <= {"calm", "haste"}
