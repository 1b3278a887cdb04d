"""Find turns by words, emotion and speaker, and go from one to the next."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.serve.page.visitor import Visitor


def shown(visit: Visitor) -> list[int]:
    """Return the turns that are in sight, from 0."""
    hidden = visit.get("#turns .turn").evaluate_all("(all) => all.map((each) => each.hidden)")
    return [turn for turn, gone in enumerate(hidden) if not gone]


def test_words_emotions_and_speakers_are_found(visit: Visitor) -> None:
    visit.example()
    labels = visit.labels()
    visit.page.fill("#find-text", "CAGE")
    assert shown(visit) == [8, 9]
    assert visit.get("#turns mark").all_inner_texts() == ["cage", "cage"]
    assert visit.get("#find-count").inner_text() == "2 found"
    assert visit.get("#timeline .hits").count() == 1
    visit.get("#turns .gap button").first.click()  # the eight turns before
    assert shown(visit) == list(range(10))
    visit.page.click("#find-clear")
    assert shown(visit) == list(range(13)) and visit.get("#turns mark, #turns .gap").count() == 0
    visit.page.select_option("#find-emotion", "neutral")
    assert shown(visit) == [turn for turn, label in enumerate(labels) if label == "neutral"]
    visit.page.select_option("#find-speaker", "Nora")
    assert shown(visit) == [turn for turn in range(0, 13, 2) if labels[turn] == "neutral"]
    visit.page.select_option("#find-emotion", "*emotion")
    assert shown(visit) == [turn for turn in range(0, 13, 2) if labels[turn] != "neutral"]
    visit.page.fill("#find-text", "nowhere")
    assert shown(visit) == [] and visit.get("#find-count").inner_text() == "0 found"


def test_next_and_previous_go_round(visit: Visitor) -> None:
    visit.example()
    visit.page.fill("#find-text", "cage")
    heard = []
    for key in ("Enter", "Enter", "Enter"):
        visit.page.keyboard.press(key)
        heard.append(visit.get("#find-count").inner_text())
    assert heard == ["1 of 2", "2 of 2", "1 of 2"]
    visit.page.click("#find-previous")
    expect(visit.get("#turns .turn.near .said")).to_contain_text("smells like something died")
    visit.explain(8)
    visit.page.click("#find-next")
    visit.wait_text("#panel-title", "Turn 10")  # the panel goes along


def test_an_emotion_follows_the_labels(visit: Visitor) -> None:
    visit.example()
    before = visit.labels().count("neutral")
    visit.page.select_option("#find-emotion", "neutral")
    visit.get("#sensitivity").focus()
    visit.page.keyboard.press("End")
    told = visit.get("#turns .turn .felt .label").all_text_contents()
    after = [label.removeprefix("perhaps ") for label in told]
    assert len(shown(visit)) == after.count("neutral") < before
    assert f"neutral ({after.count('neutral')})" in visit.get("#find-emotion").inner_text()
