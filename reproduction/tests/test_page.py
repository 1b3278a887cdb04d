from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduction.page.page import render_page, write_page
from reproduction.page.page_data import page_data
from sentemo.errors import BadInput, BadModel, SentemoError
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction, Utterance

LABELS = LabelSet(("calm", "joy", "rage"), "calm")
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onError=alert(1)>",
    "<!-- <script> ]]> & &lt; &amp;",
    "one\u2028two\u2029three",
    "${title} $data {{data}} \\u003c \\",
    "\u202eesrever \x00\x1b tab\t",
    "a\r\nb",
)


class Reader(HTMLParser):
    """What a browser would see: elements, and the texts of scripts, styles and titles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[self.inside][-1] += data

    def policy(self) -> str:
        return next(str(a["content"]) for tag, a in self.elements if tag == "meta" and "http-equiv" in a)


def predicted(talk: Conversation, rng: np.random.Generator) -> Prediction:
    """Predict at random; the label is the most probable one."""
    rows = rng.dirichlet([0.5] * len(LABELS), size=len(talk)).tolist()
    return Prediction(talk.id, tuple(turn_of(dict(zip(LABELS.names, row, strict=True))) for row in rows))


def turn_of(shares: dict[str, float]) -> TurnPrediction:
    best = max(shares, key=lambda name: shares[name])
    return TurnPrediction("", "", best, shares[best], shares)


def split(count: int = 30, seed: int = 0) -> tuple[list[Conversation], list[Prediction], list[Prediction]]:
    """Make dialogues of one to three speakers, some turns unlabelled, all texts hostile."""
    rng = np.random.default_rng(seed)
    talks = [
        Conversation(
            HOSTILE[place % len(HOSTILE)],
            tuple(
                Utterance(f"{HOSTILE[turn % len(HOSTILE)]} {place}-{turn}", speaker, label)
                for turn in range(int(rng.integers(1, 9)))
                for speaker in [["", "", ""], ["Ann", "<b>Bob", "Ann"], ["Ann", "Bob", "Cleo"]][place % 3][turn % 3 :][
                    :1
                ]
                for label in [None if rng.random() < 0.2 else LABELS.names[int(rng.integers(3))]]
            ),
        )
        for place in range(count)
    ]
    return talks, [predicted(talk, rng) for talk in talks], [predicted(talk, rng) for talk in talks]


def page_of(talks: Any, contextual: Any, isolated: Any, *, title: str = "T", notes: Sequence[str] = ()) -> str:
    return render_page(page_data(talks, contextual, isolated, LABELS), title=title, notes=notes)


def island(page: str) -> dict[str, Any]:
    """Read the data as the page's own script does."""
    reader = Reader(page)
    place = [a.get("type") for tag, a in reader.elements if tag == "script"].index("application/json")
    data: dict[str, Any] = json.loads(reader.texts["script"][place])
    return data


def test_the_file_holds_every_turn_as_it_was(tmp_path: Path) -> None:
    talks, contextual, isolated = split()
    write_page(tmp_path / "p.html", talks, contextual, isolated, LABELS, title="T", notes=["n"])
    data = island((tmp_path / "p.html").read_bytes().decode())
    assert data["labels"] == list(LABELS.names) and data["neutral"] == 0
    for talk, alone, together, (id, names, rows) in zip(talks, isolated, contextual, data["talks"], strict=True):
        assert id == talk.id
        for turn, one, both, (speaker, text, *rest) in zip(talk, alone, together, rows, strict=True):
            assert (text, names[speaker]) == (turn.text, turn.speaker)
            assert bool(rest) == (turn.label is not None)
            if not rest:
                continue
            gold, label, lone, shares, lone_shares = rest
            assert [LABELS.names[place] for place in (gold, label, lone)] == [turn.label, both.label, one.label]
            assert shares == pytest.approx([1000 * both.probabilities[name] for name in LABELS.names], abs=0.5)
            assert lone_shares == pytest.approx([1000 * one.probabilities[name] for name in LABELS.names], abs=0.5)
        assert [row[0] for row in rows] == talk.speaker_numbers()


def test_counts_equal_a_naive_count() -> None:
    talks, contextual, isolated = split(60)
    expected = [[0, 0, 0, 0] for _ in LABELS.names]
    for talk, together, alone in zip(talks, contextual, isolated, strict=True):
        for turn, both, one in zip(talk, together, alone, strict=True):
            if turn.label is None:
                continue
            row = expected[LABELS.index(turn.label)]
            if both.label == turn.label and one.label == turn.label:
                row[0] += 1
            elif both.label == turn.label:
                row[1] += 1
            elif one.label == turn.label:
                row[2] += 1
            else:
                row[3] += 1
    assert page_data(talks, contextual, isolated, LABELS)["counts"] == expected
    assert all(min(column) > 0 for column in zip(*expected, strict=True))


def test_no_text_becomes_an_element() -> None:
    plain = Reader(page_of(*split(1), title="T", notes=["n"]))
    talks, contextual, isolated = split()
    page = page_of(talks, contextual, isolated, title=HOSTILE[0], notes=[HOSTILE[1]])
    reader = Reader(page)
    assert [tag for tag, _ in reader.elements] == [tag for tag, _ in plain.elements]
    assert reader.texts["title"] == reader.texts["h1"] == [HOSTILE[0]]
    assert HOSTILE[1] in reader.texts["li"]
    assert "\u2028" not in page and "\u2029" not in page and page.count("</script") == 2


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_comes_back(text: str) -> None:
    talk = Conversation(text, (Utterance(text, text, "joy"),))
    shares = turn_of({"calm": 0.0, "joy": 1.0, "rage": 0.0})
    page = page_of([talk], [Prediction("", (shares,))], [Prediction("", (shares,))], title=text)
    assert island(page)["talks"] == [[text, [text], [[0, text, 1, 1, 1, [0, 1000, 0], [0, 1000, 0]]]]]


def test_the_policy_allows_the_two_blocks_and_nothing_else() -> None:
    reader = Reader(page_of(*split(2)))
    blocks = {"style-src": reader.texts["style"][0], "script-src": reader.texts["script"][1]}
    allowed = {
        name: f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for name, text in blocks.items()
    }
    given_policy = dict(part.strip().split(" ", 1) for part in reader.policy().split(";"))
    assert given_policy == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"} | allowed
    assert len(reader.texts["style"]) == 1 and len(reader.texts["script"]) == 2
    for tag, attributes in reader.elements:
        assert not {"src", "srcset", "style", "action"} & attributes.keys(), tag
        assert not any(name.startswith("on") for name in attributes), tag
        assert str(attributes.get("href", "#")).startswith("#")


def test_style_and_script_reach_out_for_nothing() -> None:
    reader = Reader(page_of(*split(1)))
    style, script = reader.texts["style"][0], reader.texts["script"][1]
    assert not re.search(r"url\(|@import|https?:", style + script)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|\bFunction\(", script)
    assert {f"c{place}" for place in range(7)} <= set(re.findall(r"\.(c\d) ", style)) and "COLOURS = 7;" in script


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_page(tmp_path / name, *split(), LABELS, title="T", notes=["n"])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_page_stays_small() -> None:
    talks, contextual, isolated = split(1)
    texts = sum(len(turn.text.encode()) for turn in talks[0])
    grown = len(page_of(talks * 500, contextual * 500, isolated * 500)) - len(page_of(talks, contextual, isolated))
    assert grown < 499 * (2 * texts + 60 * len(talks[0]) + 60)
    assert len(page_of(talks, contextual, isolated)) < 40_000


def test_misfits_are_refused_and_leave_no_file(tmp_path: Path) -> None:
    talks, contextual, isolated = split(3)
    short = [Prediction("", isolated[0].turns[1:]), *isolated[1:]]
    foreign = [Conversation("", (Utterance("x", "", "glee"),))]
    blank = [Conversation("", (Utterance("x"),))]
    one = [Prediction("", (turn_of({"calm": 1.0, "joy": 0.0, "rage": 0.0}),))]
    partial = [Prediction("", (turn_of({"calm": 1.0}),))]
    beyond = [Prediction("", (TurnPrediction("", "", "calm", 1.0, {"calm": 1.0, "joy": float("nan"), "rage": 0.0}),))]
    known = [Conversation("", (Utterance("x", "", "joy"),))]
    half = [Conversation("", (Utterance("x \ud800", "", "joy"),))]
    cases: list[tuple[type[SentemoError], str, Any, Any, Any]] = [
        (BadModel, "3 conversations got 2 predictions", talks, contextual[:2], isolated),
        (BadModel, "3 conversations got 4 predictions", talks, contextual, [*isolated, isolated[0]]),
        (BadModel, "turns, its prediction", talks, contextual, short),
        (BadInput, "'glee'", foreign, one, one),
        (BadInput, "no utterance to score", blank, one, one),
        (BadModel, "no probability", known, one, partial),
        (BadModel, "no probability", known, beyond, one),
        (BadInput, "lone surrogate", half, one, one),
    ]
    for kind, message, *given_input in cases:
        with pytest.raises(kind, match=message):
            write_page(tmp_path / "p.html", *given_input, LABELS, title="T", notes=[])
    with pytest.raises(SentemoError, match="can't be written"):
        write_page(tmp_path / "none" / "p.html", talks, contextual, isolated, LABELS, title="T", notes=[])
    assert not list(tmp_path.iterdir())


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """Open a tab; `tab.said` collects console messages, errors and dialogs."""
    page = browser.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("dialog", lambda dialog: page.said.append(dialog.message))
    page.on("request", lambda request: page.said.append(request.url) if "p.html" not in request.url else None)
    yield page
    page.close()


def test_a_browser_filters_sorts_links_and_unfolds(tab: Any, tmp_path: Path) -> None:
    talks, contextual, isolated = split(60)
    write_page(tmp_path / "p.html", talks, contextual, isolated, LABELS, title=HOSTILE[0], notes=[HOSTILE[1]])
    counts = page_data(talks, contextual, isolated, LABELS)["counts"]
    tab.goto((tmp_path / "p.html").as_uri())
    assert tab.locator("article").count() == 25
    pairs = [
        (turn.label, both, one)
        for rows in zip(talks, contextual, isolated, strict=True)
        for turn, both, one in zip(*rows, strict=True)
        if turn.label is not None
    ]
    assert tab.locator("#views b").all_text_contents()[-2:] == [
        str(sum(both.label != one.label for _, both, one in pairs)),
        str(sum(both.label != gold and round(both.score, 3) >= 0.8 for gold, both, _ in pairs)),
    ]
    tab.locator("#more").press("Enter")
    assert tab.locator("article").count() == 50 and tab.evaluate("document.activeElement.className") == "talk"
    assert [text.strip() for text in tab.locator(".text").all_text_contents()[: len(talks[0])]] == [
        turn.text.strip() for turn in talks[0]
    ]
    tab.locator("#labels tr").nth(2).locator("a").nth(3).click()  # rage, hurt
    assert tab.url.endswith("#view=hurt&gold=rage")
    assert tab.locator("#status").inner_text().startswith(f"{counts[2][2]} of ")
    marked = tab.locator(".turn.match")
    assert 0 < marked.count() == tab.locator(".turn.match.hurt").count()
    for _ in range(3):
        marked.first.locator("summary").press("Enter")
        tab.wait_for_timeout(50)
    assert marked.first.locator(".chart").count() == 2
    assert tab.locator(".context details").count() == 0 < tab.locator(".context").count()
    tab.locator("select[name=order]").select_option("hurt")
    tab.wait_for_url("**/p.html#view=hurt&gold=rage&order=hurt")
    hurt = [each.locator(".turn.match").count() for each in tab.locator("article").all()]
    assert hurt == sorted(hurt, reverse=True)
    tab.go_back()
    assert tab.url.endswith("#view=hurt&gold=rage")
    tab.locator("input[type=search]").fill("ONERROR")
    tab.wait_for_url("**text=ONERROR")
    assert {text.lower() for text in tab.locator("mark").all_text_contents()} == {"onerror"}
    assert tab.locator("mark").first.inner_text() == "onError"
    tab.goto((tmp_path / "p.html").as_uri() + "#view=nonsense&gold=glee&talk=4")
    tab.reload()
    assert tab.locator("article").count() == 1
    assert tab.said == []
