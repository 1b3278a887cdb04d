"""Labels of the reader's own: taught, used, deleted, and what to expect of them in plain words."""

from __future__ import annotations

import json

from tests.serve.page.visitor import Visitor
from tests.serve.served import Running

EXAMPLES = {
    "relief": (
        "Phew, the test came back negative.",
        "Thank goodness, nobody was hurt.",
        "I can finally breathe again.",
        "What a weight off my mind!",
    ),
    "sarcasm": (
        "Oh great, another meeting about meetings.",
        "Sure, because that worked so well last time.",
        "Wow, only two hours late, a new record.",
        "Brilliant. Let's do it wrong a third time.",
    ),
}


def write_labels(visit: Visitor) -> None:
    """Fill the editor in."""
    visit.page.click("#open-labels")
    for place, (name, texts) in enumerate(EXAMPLES.items()):
        card = visit.get(".label-card").nth(place)
        card.locator(".name").fill(name)
        card.locator(".texts").fill("\n".join(texts))


def learn(visit: Visitor) -> str:
    visit.page.click("#learn")
    return visit.wait_text("#outcome", "^Learnt")


def test_labels_beside_the_models_own_are_learnt_used_and_deleted(visit: Visitor, site: Running) -> None:
    visit.example()
    before = visit.labels()
    write_labels(visit)
    card = visit.get(".label-card").first
    card.locator(".description").fill("ease after worry")
    card.locator(".pick-turn").select_option("11")
    assert "I'll take him to my place" in card.locator(".picked").inner_text()
    with visit.page.expect_request("**/v1/adapt") as sent:
        told = learn(visit)
    asked = json.loads(sent.value.post_data or "")
    assert asked["labels"] == "extend" and asked["descriptions"] == {"relief": "ease after worry"}
    picked = asked["examples"][-1]["turns"]
    assert len(picked) == 13 and [turn.get("label") for turn in picked].count("relief") == 1  # in its conversation
    adapted = site.http.get("/v1/models").json()["models"][1]["adapted"]
    for name, expected in adapted["tags"].items():
        low, high = (f"{100 * end:.0f} %" for end in expected["recall_interval"])
        share = f"{100 * expected['recall']:.0f} %"
        assert f"Expect {share} of \u201c{name}\u201d to be found (between {low} and {high}, 19 times in 20)." in told
    visit.page.keyboard.press("Escape")
    visit.wait("#turns .felt", 13)
    assert visit.labels() == before  # tags stand beside them
    assert visit.get("#model-name").inner_text() == "shipped-relief-sarcasm"
    visit.use("shipped")
    visit.page.click("#open-labels")
    assert visit.get(".label-card .name").first.input_value() == "relief"  # as it was left
    visit.page.keyboard.press("Escape")
    visit.use("shipped-relief-sarcasm")
    visit.page.click("#open-models")
    assert "Learnt relief, sarcasm." in visit.get("#models-dialog").inner_text()
    assert visit.get("[aria-label='Delete shipped']").count() == 0
    visit.page.click("[aria-label='Delete shipped-relief-sarcasm']")
    visit.page.click("#ask-dialog .main")
    visit.wait("[aria-label='Delete shipped-relief-sarcasm']", 0)
    visit.page.keyboard.press("Escape")
    visit.wait_text("#turns li:nth-child(12) .felt .label", f"{before[11]}$")
    assert visit.labels() == before
    assert len(site.http.get("/v1/models").json()["models"]) == 1


def test_labels_in_place_of_the_models(visit: Visitor) -> None:
    visit.example()
    write_labels(visit)
    visit.page.check("[name=mode][value=replace]")
    visit.page.fill("#lesson-name", "two moods!")
    told = learn(visit)
    assert "guessing would give 50 %" in told
    assert visit.get("#model-name").inner_text() == "two-moods"
    assert set(visit.labels()) <= {"relief", "sarcasm"}


def test_what_lacks_is_said(visit: Visitor) -> None:
    visit.page.click("#open-labels")
    visit.page.click("#learn")
    visit.wait_text("#outcome", "Name a label")
    visit.get(".label-card .name").first.fill("relief")
    visit.page.click("#learn")
    visit.wait_text("#outcome", "an example, or a description")
    visit.page.click("text=Another label")
    assert visit.page.evaluate("document.activeElement.className") == "name"


def test_a_name_of_another_models_is_not_taken(visit: Visitor) -> None:
    visit.wait("#open-models:enabled")
    visit.within("store.js", "m.state.models.push({...m.state.models[0], name: 'relief'})")
    assert visit.within("lesson.js", "m.freshName('relief')") == "relief-2"


def test_expectations_in_words(visit: Visitor) -> None:
    words = "expectation({method: 'x', examples: {a: 4, b: 5}, chance: 0.55, "
    sure = f"m.{words}tags: {{}}, accuracy: 0.8, interval: [0.7, 0.88]}})"
    told = visit.within("words.js", sure)
    assert told == (
        "Learnt from 9 examples of 2 labels. Of turns like these examples, expect it to get about "
        "80 % (between 70 % and 88 %, 19 times in 20) right; guessing would give 55 %."
    )
    wide = f"m.{words}tags: {{}}, accuracy: 0.25, interval: [0.05, 0.6]}})"
    assert "wide range" in visit.within("words.js", wide)
    tags = "{a: {recall: 0.25, recall_interval: [0.05, 0.6]}, b: {recall: null, recall_interval: [0, 1]}}"
    told = visit.within("words.js", f"m.{words}tags: {tags}, accuracy: null, interval: null}})")
    assert told == (
        "Learnt from 9 examples of 2 labels. Expect 25 % of \u201ca\u201d to be found (between 5 % and 60 %, "
        "19 times in 20). It will miss more than it finds; more examples help. How much of \u201cb\u201d will be "
        "found can't be estimated from one example: add a few more."
    )
