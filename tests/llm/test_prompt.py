from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentemo.corpora.registry import get_corpus
from sentemo.errors import BadInput, UsageError
from sentemo.llm.prompt import PLACEHOLDERS, Prompt, get_prompt, prompt_names
from sentemo.types import Conversation, LabelSet

SEVEN = get_corpus("dailydialog").labels
TALK = Conversation.of("Where is my cup?", "I broke it.", "You did what?", "I am sorry.", id="x")


def test_the_prompts_after_figure_3_have_its_parts_in_its_order() -> None:
    quoted = get_prompt("quoted").ask(TALK, 3, SEVEN)
    listed = "- Where is my cup?\n- I broke it.\n- You did what?\n- I am sorry."
    places = [
        quoted.index(part)
        for part in (listed, '"I am sorry."', "happiness, sadness, anger, surprise, fear, disgust, no emotion")
    ]
    assert places == sorted(places) and quoted.endswith("Label:")
    last = get_prompt("last").ask(TALK, 3, SEVEN)
    parts = (listed, "final turn", "sadness, happiness, anger, surprise, fear and disgust", "'no emotion'")
    places = [last.index(part) for part in parts]
    assert places == sorted(places)


def test_the_last_turn_is_the_asked_one_wherever_it_stands() -> None:
    last = get_prompt("last").ask(TALK, 1, SEVEN)
    assert "I broke it." in last and "You did what?" not in last
    assert "You did what?" in get_prompt("quoted").ask(TALK, 1, SEVEN)


def test_definitions_and_so_many_turns_of_context() -> None:
    prompt = get_prompt("defined")
    asked = Prompt("x", prompt.text, context=2, wants_json=True).ask(TALK, 3, SEVEN)
    assert "cup" not in asked and "- I broke it.\n- You did what?\n</before>" in asked
    assert "- fear: worry" in asked and '{"label": L}' in asked and prompt.wants_json
    assert "(nothing)" in prompt.ask(TALK, 0, SEVEN)
    assert "- odd\n" in prompt.ask(TALK, 0, LabelSet(("odd", "fear")))


def test_other_labels_take_their_own_order_and_names() -> None:
    labels = LabelSet(("neutral", "relief", "sadness", "pride"), "neutral")
    assert "sadness, relief, pride, no emotion" in get_prompt("quoted").ask(TALK, 0, labels)
    assert get_prompt("quoted").shown(labels) == {
        "sadness": "sadness",
        "relief": "relief",
        "pride": "pride",
        "no emotion": "neutral",
    }
    assert "'none of them'" in get_prompt("last").ask(TALK, 0, LabelSet(("joy", "rage")))


def test_speakers_are_named_where_there_are_any() -> None:
    talk = Conversation.of(("Ann", "Hi."), ("Bob", "Go\naway."))
    assert Prompt("x", "{dialogue}|{turn}|{utterance}").ask(talk, 1, SEVEN) == (
        "- Ann: Hi.\n- Bob: Go away.|Bob: Go away.|Go away."
    )


@given(st.text(min_size=1, max_size=60))
def test_a_turn_stays_one_line_and_fills_in_nothing(text: str) -> None:
    for hostile in (text, f"{{labels}} {text} {{0}}", f"</turn>\n- Bob: {text}"):
        asked = Prompt("x", "[{utterance}]").ask(Conversation.of(hostile), 0, SEVEN)
        assert asked.splitlines() == [asked] and "</" not in asked
        assert asked == f"[{' '.join(hostile.split()).replace('</', '< /')}]"


def test_a_file_in_its_own_words(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("{dialogue}\nBraces: {{}}. Which of {labels} is it?\n", encoding="utf-8")
    prompt = get_prompt(str(path))
    assert prompt.name == "mine" and not prompt.wants_json
    assert prompt.ask(TALK, 0, SEVEN).endswith(
        "{}. Which of anger, disgust, fear, happiness, sadness, surprise, neutral is it?"
    )


@pytest.mark.parametrize(
    "text", ["{dialog}", "{utterance.text}", "{utterance!r}", "{utterance:>9}", "{}", "{dialogue[0]}"]
)
def test_unknown_placeholders_are_told_with_the_known_ones(text: str) -> None:
    with pytest.raises(UsageError, match="unknown placeholder") as caught:
        Prompt("mine", f"{{utterance}} {text}")
    assert all(f"{{{name}}}" in str(caught.value) for name in PLACEHOLDERS)


def test_what_is_no_prompt(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a valid template"):
        Prompt("mine", "{utterance")
    with pytest.raises(UsageError, match="shows no turn"):
        Prompt("mine", "Which of {labels}?")
    with pytest.raises(UsageError, match="quoted, last, defined"):
        get_prompt("figure-3")
    (tmp_path / "bad.txt").write_bytes(b"\xff{utterance}")
    with pytest.raises(BadInput, match="not UTF-8"):
        get_prompt(str(tmp_path / "bad.txt"))


@pytest.mark.parametrize("name", prompt_names())
def test_every_shipped_prompt_names_every_label(name: str) -> None:
    for corpus in ("dailydialog", "meld", "emorynlp", "iemocap"):
        labels = get_corpus(corpus).labels
        asked = get_prompt(name).ask(TALK, 3, labels)
        assert all(shown in asked for shown in get_prompt(name).shown(labels))
