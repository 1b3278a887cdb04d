"""What a turn's label rests on, and what it was corrected to."""

from __future__ import annotations

import json

from tests.serve.page.visitor import Visitor
from tests.serve.served import Running


def test_a_turn_is_explained(visit: Visitor) -> None:
    visit.example()
    visit.explain(7)
    panel = visit.get("#panel")
    label, sure = visit.labels()[7], visit.bubble(7).locator(".sure").inner_text()
    assert f"{label}, {sure} sure" in (panel.text_content() or "")
    assert visit.get("#panel .shares li").count() == 7
    texts = panel.inner_text()
    assert f"speak for {label}" in texts and "Nearest examples" in texts
    assert texts.index("Nearest examples") < texts.index("Press the label that fits")  # why comes first
    assert visit.get("#panel .reasons").count() == 2
    assert any("outrageous" in words for words in visit.get("#panel .weighty li").all_inner_texts()[:2])  # or 😡
    assert "outrageous." in visit.get("#quote .word.for.strong").all_inner_texts()
    assert visit.get("#quote").inner_text() == visit.bubble(7).locator(".said").inner_text()
    assert "(0." in visit.get("#panel .reasons").last.inner_text()
    marked = visit.get("#turns .turn.helps, #turns .turn.hinders")
    assert marked.count() >= 1
    sign = "+" if "helps" in (marked.first.get_attribute("class") or "") else "\u2212"
    assert marked.first.locator(".weight").inner_text().startswith(sign)
    assert visit.bubble(7).get_attribute("aria-expanded") == "true"
    visit.page.keyboard.press("Escape")
    assert panel.is_hidden() and marked.count() == 0
    assert "outrageous" in visit.page.evaluate("document.activeElement.textContent")


def test_of_a_long_talk_the_part_around_the_turn_is_sent(visit: Visitor) -> None:
    visit.paste("\n".join(f"{'AB'[n % 2]}: I am happy about number {n}!" for n in range(40)), 40)
    visit.within("store.js", "void (m.state.limits.explained_turns = 10)")
    with visit.page.expect_request("**/v1/explain") as sent:
        visit.explain(30)
    asked = json.loads(sent.value.post_data or "")
    assert len(asked["conversation"]["turns"]) == 10
    assert asked["conversation"]["turns"][asked["turn"]]["text"].endswith("number 30!")
    marks = visit.within("store.js", "[...m.state.influences.keys()]")
    assert marks and all(25 <= turn < 35 for turn in marks)


def test_a_correction_changes_its_turn_alone_until_it_is_learnt(visit: Visitor, site: Running) -> None:
    visit.example()
    visit.bubble(10).click()
    before = visit.labels()
    assert visit.correct("sadness").startswith("Corrected. No other turn changed.")
    assert visit.labels() == [*before[:10], "sadness", *before[11:]]
    visit.page.click("#panel .changed button:has-text('Learn from it')")
    foreseen = visit.wait_text("#panel .changed", "^Learning it would change")
    visit.page.click("#panel .changed button:not(.main)")  # don't
    visit.wait_text("#panel .changed", "^Corrected")
    assert visit.get("#model-name").inner_text() == "shipped" and len(site.http.get("/v1/models").json()["models"]) == 1
    told = visit.learn()
    moved = {turn for turn, label in enumerate(visit.labels()) if label != before[turn]} - {10}
    assert ("no other turn" in foreseen) == (not moved) == ("No other turn changed" in told)
    for turn in moved:
        assert f"Turn {turn + 1}:" in foreseen and f"Turn {turn + 1}:" in told


def test_what_would_change_is_told_turn_by_turn(visit: Visitor) -> None:
    visit.paste("Ann: ok then\nBen: I am here\nAnn: ok then\nBen: the soup is ready\nAnn: ok then", 5)
    visit.bubble(0).click()
    before = visit.labels()
    visit.correct("fear")
    visit.page.click("#panel .changed button:has-text('Learn from it')")
    foreseen = visit.wait_text("#panel .changed", "^Learning it would change 2 other turns:")
    assert "Turn 3:" in foreseen and "Turn 5:" in foreseen
    visit.page.click("#panel .changed button.main")
    visit.wait_text("#panel .changed", "^Learnt")
    assert visit.labels() == ["fear", before[1], "fear", before[3], "fear"]


def test_a_learnt_correction_and_its_effect(visit: Visitor, site: Running) -> None:
    visit.example()
    visit.map()
    visit.bubble(10).click()
    before = visit.labels()
    point = visit.get("#map .point").nth(10)
    place = point.get_attribute("style")
    visit.page.evaluate("document.querySelectorAll('#map .point')[10].dataset.same = 'yes'")
    visit.correct("sadness")
    told = visit.learn()
    after = visit.labels()
    assert before[10] == "neutral" and after[10] == "sadness"
    moved = [turn for turn in range(13) if before[turn] != after[turn]]
    assert f"Turn 11: {before[10]}".replace(" ", "") in told.replace("\n", "").replace(" ", "")
    for turn in moved:
        assert f"Turn {turn + 1}:" in told
        assert f"was {before[turn]}" in visit.bubble(turn).inner_text()
    assert ("No other turn changed" in told) == (moved == [10])
    assert "add a few more" in told
    assert "yours" in visit.bubble(10).inner_text()
    assert point.get_attribute("style") == place and point.get_attribute("data-same") == "yes"  # a tag moves nothing
    assert visit.get("#panel li[data-label='sadness'] .changed").count() == 1  # beside what was pressed
    assert visit.get("#model-name").inner_text() == "shipped-corrected"
    assert [each["name"] for each in site.http.get("/v1/models").json()["models"]] == ["shipped", "shipped-corrected"]


def test_corrections_accumulate_in_one_model_and_can_be_taken_back(visit: Visitor, site: Running) -> None:
    visit.example()
    before = visit.labels()
    visit.bubble(10).click()
    visit.correct("sadness")
    visit.bubble(11).click()
    visit.page.fill("#panel .other-label input", "relief")
    visit.page.click("#panel .other-label button")
    visit.learn()
    examples = site.http.get("/v1/models").json()["models"][1]["adapted"]["examples"]
    assert examples == {"sadness": 1, "relief": 1}
    assert visit.labels()[10:12] == ["sadness", "relief"]
    visit.wait(".timeline .name", 7)  # a tag is beside the emotions
    visit.correct("relief")  # pressed again: taken back
    assert site.http.get("/v1/models").json()["models"][1]["adapted"]["examples"] == {"sadness": 1}
    visit.bubble(10).click()
    assert "Undone" in visit.correct("sadness")
    assert len(site.http.get("/v1/models").json()["models"]) == 1
    assert visit.labels() == before
