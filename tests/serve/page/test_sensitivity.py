"""The slider labels what is shown anew, in the browser, as the server would."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from sentemo.model import SentEmoContext
from sentemo.shares import sensitive, with_sensitivity
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction
from tests.serve.page.test_downloads import save
from tests.serve.page.visitor import Visitor

SAID = ("I got the job!", "No way... really?", "I was so afraid that they would say no.", "Well done.", "Thank you!")
CHAT = "\n".join(f"{'Ann' if place % 2 == 0 else 'Ben'}: {text}" for place, text in enumerate(SAID))
TALK = Conversation.of(*(("Ann" if place % 2 == 0 else "Ben", text) for place, text in enumerate(SAID)))


def move(visit: Visitor, steps: int) -> None:
    """Move the slider with arrow keys."""
    visit.get("#sensitivity").focus()
    for _ in range(abs(steps)):
        visit.page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")


def test_labels_follow_at_once_and_the_server_is_not_asked(visit: Visitor, shipped: SentEmoContext) -> None:
    visit.paste(CHAT, len(SAID))
    visit.map()
    visit.page.wait_for_load_state("networkidle")
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    before = visit.get("#timeline .ridge").evaluate_all("(all) => all.map((each) => each.getAttribute('d'))")
    for steps, sensitivity in ((15, 1.5), (-35, -2.0)):
        move(visit, steps)
        told = sensitive(shipped, sensitivity).predict(TALK)
        assert visit.labels() == [turn.label for turn in told]
        assert visit.get("#turns .sure").all_inner_texts() == [
            visit.within("words.js", f"m.percent({turn.score})") for turn in told
        ]
        tones = visit.get("#map .point").evaluate_all("(all) => all.map((each) => each.classList[1])")
        assert tones == [f"tone-{turn.label}" for turn in told]
    after = visit.get("#timeline .ridge").evaluate_all("(all) => all.map((each) => each.getAttribute('d'))")
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert asked == []


def test_it_is_a_slider_that_says_where_it_stands(visit: Visitor) -> None:
    visit.paste(CHAT, len(SAID))
    slider = visit.page.get_by_role("slider", name="Sensitivity")
    reset = visit.page.get_by_role("button", name="Set the sensitivity back to 0")
    assert slider.get_attribute("aria-valuetext") == "0, as calibrated" and reset.count() == 0
    plain = visit.labels()
    move(visit, 7)
    assert slider.get_attribute("aria-valuetext") == "+0.7, more emotions"
    assert visit.get("#sensitivity-value").inner_text() == "+0.7"
    visit.wait_text("#status", r"^Sensitivity \+0\.7: \d of 5 turns with an emotion")
    visit.page.keyboard.press("Home")
    assert slider.get_attribute("aria-valuetext") == "\u22122.0, fewer emotions"
    reset.click()
    assert slider.input_value() == "0" and visit.labels() == plain and reset.count() == 0
    assert visit.page.evaluate("document.activeElement.id") == "sensitivity"


def test_it_stays_until_the_tab_is_closed(visit: Visitor) -> None:
    visit.paste(CHAT, len(SAID))
    move(visit, 12)
    visit.page.reload()
    visit.paste(CHAT, len(SAID))
    assert visit.get("#sensitivity").input_value() == "1.2"
    visit.page.click("#sensitivity-reset")
    assert visit.page.evaluate("sessionStorage.length") == 0
    visit.page.evaluate("sessionStorage.setItem('sentemo-sensitivity', 'much')")
    visit.page.reload()
    visit.paste(CHAT, len(SAID))
    assert visit.get("#sensitivity").input_value() == "0"


def test_live_turns_have_it_too(visit: Visitor, shipped: SentEmoContext) -> None:
    visit.page.click("#go-live")
    move(visit, 15)
    for place, text in enumerate(SAID, 1):
        visit.page.fill("#say", text)
        visit.page.keyboard.press("Enter")
        visit.wait("#turns .felt .sure", place)
    live = shipped.live()
    turns = tuple(live.add(turn.speaker, turn.text) for turn in TALK)
    told = with_sensitivity([Prediction("", turns)], shipped.labels, 1.5)[0]
    assert visit.labels() == [turn.label for turn in told]


def test_downloads_say_it(visit: Visitor, tmp_path: Path) -> None:
    visit.paste(CHAT, len(SAID))
    assert "sensitivity" not in save(visit, "#as-json", tmp_path).read_text(encoding="utf-8")
    assert "sensitivity" not in save(visit, "#as-csv", tmp_path).read_text(encoding="utf-8-sig")
    move(visit, -13)
    talk = json.loads(save(visit, "#as-json", tmp_path).read_text(encoding="utf-8"))
    assert talk["sensitivity"] == -1.3
    assert [turn["label"] for turn in talk["turns"]] == visit.labels()
    for turn in talk["turns"]:
        assert turn["score"] == max(turn["probabilities"].values()) == turn["probabilities"][turn["label"]]
        assert sum(turn["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    rows = list(csv.DictReader(io.StringIO(save(visit, "#as-csv", tmp_path).read_text(encoding="utf-8-sig"))))
    assert [row["label"] for row in rows] == visit.labels() and {row["sensitivity"] for row in rows} == {"-1.3"}


def test_reasons_say_which_label_they_are_of(visit: Visitor) -> None:
    visit.example()
    before = visit.labels()
    visit.get("#sensitivity").focus()
    visit.page.keyboard.press("End")
    moved = next(turn for turn, label in enumerate(visit.labels()) if label != before[turn])
    visit.explain(moved)
    note = visit.get("#explained-note")
    assert f"At sensitivity 0 this turn is {before[moved]};" in note.inner_text()
    assert f"speak for {before[moved]}" in visit.get("#panel").inner_text()
    assert visit.labels()[moved] in visit.get("#verdict").inner_text()
    visit.page.click("#sensitivity-reset")
    assert note.is_hidden() and before[moved] in visit.get("#verdict").inner_text()


def test_without_a_neutral_label_there_is_none(visit: Visitor) -> None:
    visit.paste(CHAT, len(SAID))
    before = visit.labels()
    move(visit, -20)
    assert visit.get("#sensitivity-box").is_visible()
    visit.within("store.js", "void (m.model().neutral = null, m.changed('models'), m.changed('readings'))")
    assert visit.get("#sensitivity-box").is_hidden() and visit.labels() == before
    assert "sensitivity" not in visit.within("store.js", "import('/page/csv.js').then((c) => c.asCsv(m.state.talks))")


@pytest.mark.parametrize("sensitivity", [-2, -0.1, 0.3, 2])
def test_the_browser_weighs_as_the_package_does(visit: Visitor, sensitivity: float) -> None:
    shares = {"neutral": 0.5, "anger": 0.3, "__proto__": 0.15, "joy": 0.05}
    turn = TurnPrediction("", "", "neutral", 0.5, shares)
    told = with_sensitivity([Prediction("", (turn,))], LabelSet(tuple(shares), "neutral"), sensitivity)[0].turns[0]
    reading = json.dumps({"label": "neutral", "score": 0.5, "probabilities": shares})
    weighed = f"m.weighed(JSON.parse({json.dumps(reading)}), 'neutral', {sensitivity})"
    found = json.loads(visit.within("weigh.js", f"JSON.stringify({weighed})"))
    assert found["label"] == told.label and found["score"] == found["probabilities"][told.label]
    assert found["probabilities"] == pytest.approx(dict(told.probabilities), abs=1e-6)
