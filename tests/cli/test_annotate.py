"""`sentemo annotate`, with answers on stdin as somebody would type them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sentemo.cli.question import Reply
from sentemo.encoders.hashing import HashingEncoder
from sentemo.formats.examples import read_examples
from sentemo.formats.jsonl import write_jsonl
from sentemo.model import SentEmoContext
from sentemo.types import Conversation
from tests.artifacts.models import random_model
from tests.cli.conftest import Command, Result
from tests.dialogues import template_dialogues

Annotate = Callable[..., Result]


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "small"
    random_model(encoder=HashingEncoder(64)).save_pretrained(folder)
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


@pytest.fixture
def annotate(sentemo: Command, model_dir: Path, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Annotate:
    """Give a function that runs the command on a small chat, with the given lines typed."""
    chat = tmp_path / "chat.jsonl"
    write_jsonl(template_dialogues(8), chat)

    def run(typed: str, *words: str, labels: str = "relief,sarcasm") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), encoding="utf-8"))
        return sentemo("annotate", chat, "--labels", labels, "--out", out, "--model", model_dir, *words)

    return run


def given(out: Path) -> list[str]:
    return [json.loads(line)["label"] for line in out.read_text(encoding="utf-8").splitlines()]


def test_keeps_what_is_answered_by_number_name_and_first_letters(annotate: Annotate, out: Path) -> None:
    result = annotate("1\nsarcasm\nREL\ns\n\nq\n")
    assert result.code == 0 and not result.out
    assert given(out) == ["relief", "sarcasm", "relief"]
    assert f"Next: sentemo adapt --examples {out}" in result.err
    assert "guess: " not in result.err and max(map(len, result.err.splitlines()[:-2])) <= 80


def test_the_end_of_the_input_stops(annotate: Annotate, out: Path) -> None:
    assert annotate("1\n2").code == 0  # the last line has no end
    assert given(out) == ["relief", "sarcasm"]
    assert "No answers yet" not in annotate("").err


def test_nothing_answered_leaves_no_file(annotate: Annotate, out: Path) -> None:
    result = annotate("q\n")
    assert result.code == 0 and "No answers yet" in result.err and not out.exists()


def test_goes_on_where_it_stopped(annotate: Annotate, out: Path) -> None:
    annotate("1\n2\n+pride\n")
    result = annotate("g\npri\n1\n", labels="relief")
    assert "Answers so far: 3." in result.err and result.err.count("guess: ") == 1
    assert given(out) == ["relief", "sarcasm", "pride", "pride", "relief"]
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    texts = [line["turns"][line["turn"] - 1]["text"] for line in lines]
    assert len({*texts}) == 5


def test_all_texts_are_asked_for_once(annotate: Annotate, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentemo.adaptation.labelling.EVERY", 1000)
    result = annotate("1\n2\n" * 40)
    texts = {turn.text.casefold() for talk in template_dialogues(8) for turn in talk}
    assert "Every utterance is answered or skipped" in result.err
    assert len(given(out)) == len(texts)


def test_undo_asks_again(annotate: Annotate, out: Path) -> None:
    result = annotate("u\n1\n2\nu\n1\n")
    assert "Nothing to undo" in result.err and "Once more" in result.err
    assert given(out) == ["relief", "relief"]
    annotate("u\nu\n2\n")  # those of an earlier session too
    assert given(out) == ["sarcasm"]


def test_undo_leaves_answers_about_another_file(annotate: Annotate, out: Path) -> None:
    out.write_text('{"turns": ["elsewhere"], "turn": 1, "label": "pride"}\n', encoding="utf-8")
    result = annotate("u\n1\n")
    assert "Nothing to undo" in result.err and "guess: " not in result.err
    assert given(out) == ["pride", "relief"]


def test_a_torn_line_is_told_and_dropped(annotate: Annotate, out: Path) -> None:
    annotate("1\n2\n")
    out.write_bytes(out.read_bytes()[:-9])
    result = annotate("1\n")
    assert "is incomplete" in result.err and "Answers so far: 1." in result.err
    assert given(out) == ["relief", "relief"]


def test_other_damage_is_an_error_with_its_line(annotate: Annotate, out: Path) -> None:
    annotate("1\n2\n")
    out.write_text(out.read_text(encoding="utf-8").replace('"turn": ', '"turn": 9'), encoding="utf-8")
    result = annotate("1\n")
    assert result.code == 3 and f"{out}:1: " in result.err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("xyz", "No label starts with 'xyz'"),
        ("4", "No label 4"),
        ("0", "No label 0"),
        ("re", "could be relief or regret"),
        ("+", "after the +"),
        ("+q", "is a command"),
        ("?", "Enter skips"),
    ],
)
def test_what_is_unclear_is_asked_again(annotate: Annotate, out: Path, typed: str, said: str) -> None:
    result = annotate(f"{typed}\nreg\n", labels="relief,regret,sarcasm")
    assert said in result.err and given(out) == ["regret"]


def test_a_name_comes_before_a_number(annotate: Annotate, out: Path) -> None:
    annotate("1\n3\n+RELIEF\n", labels="5,3,1,relief")
    assert given(out) == ["1", "3", "relief"]


def test_a_new_label_can_be_the_first(annotate: Annotate, out: Path) -> None:
    assert annotate("+mild relief\n1\n", labels="").code == 0
    assert given(out) == ["mild relief", "mild relief"]


def test_tells_how_well_it_goes(annotate: Annotate, out: Path) -> None:
    result = annotate("1\n2\n" * 6, "--json")
    assert "5 answers: " in result.err and "right on those left out (5: " in result.err
    summary = json.loads(result.out)
    assert (summary["answers"], summary["new"], summary["labels"]) == (12, 12, {"relief": 6, "sarcasm": 6})
    assert [point["answers"] for point in summary["curve"]] == [5, 10]
    assert all(0 <= point["accuracy"] <= 1 for point in summary["curve"])
    assert "12 answers: " in annotate("").err  # measured anew when it goes on


def test_a_model_learns_from_the_file(annotate: Annotate, out: Path, model_dir: Path) -> None:
    annotate("1\n2\n1\n2\n+pride\n")
    adapted = SentEmoContext.from_pretrained(model_dir).adapt(read_examples(out))
    assert set(adapted.labels.names) == {"relief", "sarcasm", "pride"}
    assert adapted.predict(Conversation.of("I love Rome")).turns[0].label in adapted.labels.names


def test_more_than_can_be_learnt_is_not_taken(annotate: Annotate, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentemo.adaptation.labelling.MAX_PER_LABEL", 2)
    result = annotate("1\n1\n1\n2\n")
    assert "the most that `sentemo adapt` takes" in result.err and given(out) == ["relief", "relief", "sarcasm"]


def test_ctrl_c_loses_nothing(annotate: Annotate, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replies = iter([Reply("label", "relief"), Reply("label", "sarcasm")])

    def interrupted(*_: object) -> Reply:
        if reply := next(replies, None):
            return reply
        raise KeyboardInterrupt

    monkeypatch.setattr("sentemo.cli.annotate.understand", interrupted)
    result = annotate("1\n2\n3\n")
    assert result.code == 130 and given(out) == ["relief", "sarcasm"] and "of them new: 2." in result.err


def test_what_cannot_be_meant_is_refused(annotate: Annotate, sentemo: Command, tmp_path: Path) -> None:
    chat = tmp_path / "chat.jsonl"
    assert sentemo("annotate", "-", "--out", "a.jsonl").code == 2
    assert sentemo("annotate", chat, "--out", chat).code == 2
    assert sentemo("annotate", chat, "--out", tmp_path / "answers.txt").code == 2
    assert sentemo("annotate", tmp_path / "none.jsonl", "--out", tmp_path / "a.jsonl").code == 3
    assert sentemo("annotate", chat, "--out", tmp_path / "none" / "a.jsonl").code == 1
    assert annotate("", labels="relief,q").code == 2


def test_signs_that_steer_a_terminal_are_not_printed(
    sentemo: Command, annotate: Annotate, tmp_path: Path, out: Path, model_dir: Path
) -> None:
    chat = tmp_path / "odd.jsonl"
    turns = [{"speaker": "I\u001bda", "text": "red \u001b[31m [bold]alert[/bold]\nsecond line"}]
    chat.write_text(json.dumps({"turns": turns}), encoding="utf-8")
    annotate("")  # stdin is empty from here on
    result = sentemo("annotate", chat, "--out", out, "--model", model_dir)
    assert "\u001b[31m" not in result.err and "[bold]alert[/bold] second line" in result.err


def test_a_sample_is_random_and_the_same_for_everybody(annotate: Annotate, out: Path) -> None:
    result = annotate("1\n2\n1\n", "--sample", "3", "--seed", "7", "--describe", "pride=glad of oneself")
    assert "0 of 3: " in result.err and "2 of 3: " in result.err and "pride: glad of oneself" in result.err
    assert "Every utterance is answered or skipped" in result.err
    first = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    out.unlink()
    annotate("2\n", "--sample", "3", "--seed", "7")
    annotate("2\n2\n", "--sample", "3", "--seed", "7")  # resumes
    again = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(a["turns"], a["turn"]) for a in first] == [(b["turns"], b["turn"]) for b in again]
