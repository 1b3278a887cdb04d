"""Language models in `predict`, `evaluate` and `compare`, against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.llm.servers import Answer, Served, last_turn, says, serving
from tests.llm.tiny import save_tiny_llm

WORDS = {"furious": "anger", "hate": "anger", "love": "happiness", "glad": "Happiness", "miss": "sadness"}
WORDS |= {"cried": "sad"}  # none of the labels


def by_words(body: dict[str, Any], _: int) -> Answer:
    """Label by a word of the asked turn, now and then with none of the labels."""
    text = last_turn(body).rpartition("express")[2].rpartition("<turn>")[2]
    return says(next((label for word, label in WORDS.items() if word in text), "no emotion"))


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("SENTEMO_CACHE", str(tmp_path / "cache"))
    with serving(by_words) as found:
        yield found


def test_labels_a_file(sentemo: Command, served: Served, tmp_path: Path) -> None:
    talk = {"id": "x", "turns": [{"speaker": "Ann", "text": "I love it"}, {"speaker": "Bob", "text": "I cried"}]}
    (tmp_path / "talks.jsonl").write_text(json.dumps(talk))
    result = sentemo("predict", "--model", f"llm:tiny@{served.url}", tmp_path / "talks.jsonl", "--price", "1,2")
    assert result.code == 0
    turns = json.loads(result.out)["turns"]
    assert [turn["label"] for turn in turns] == ["happiness", None]
    assert turns[0]["score"] == 1 and "2 requests (0 from the cache" in result.err and "cost" in result.err


def test_labels_of_ones_own_with_their_meaning(sentemo: Command, served: Served, tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("Ann: I love it\n")
    words = ("predict", "-m", f"llm:tiny@{served.url}", tmp_path / "talk.txt", "--labels", "happiness,relief,neutral")
    result = sentemo(*words, "--define", "relief=ease after worry")
    assert result.code == 0
    assert "- relief: ease after worry" in last_turn(served.requests[0])
    assert sentemo(*words, "--define", "relief").code == 2


def test_evaluates_last_utterances_and_again_for_free(sentemo: Command, served: Served, corpus_dir: Path) -> None:
    words = ("evaluate", f"llm:tiny@{served.url}#last", "dailydialog", "-d", corpus_dir, "--resamples", "20")
    last = ("--protocol", "last-utterance", "--json", "--sample", "10")
    report = json.loads(sentemo(*words, *last).out)
    assert report["protocol"] == "last-utterance" and report["n"] == 10 == report["llm"]["spent"]["requests"]
    assert report["split"] == "validation, 10 of 25 dialogues (seed 0)" and report["model"] == "tiny, prompt last"
    asked = len(served.requests)
    again = json.loads(sentemo(*words, *last).out)
    assert len(served.requests) == asked and again["llm"]["spent"]["cached"] == 10
    again["llm"] = report["llm"]
    assert again == report
    text = sentemo(*words, "--protocol", "standard", "--sample", "3").out
    assert "Protocol: **standard**" in text and "## What it took" in text


def test_a_preset_runs_ten_times(sentemo: Command, served: Served, corpus_dir: Path) -> None:
    words = ("evaluate", f"llm:llama2-7b@{served.url}", "dailydialog", "-d", corpus_dir, "--resamples", "5")
    words += ("--protocol", "last-utterance")
    summary = json.loads(sentemo(*words, "--json", "--sample", "4").out)
    assert summary["runs"] == 10 and "micro_f1_no_neutral_sd" in summary and "micro_precision_no_neutral" in summary
    first = served.requests[0]
    assert first["model"] == "meta-llama/Llama-2-7b-chat-hf" and first["top_k"] == 10
    assert {request["seed"] for request in served.requests} == set(range(10))
    assert "# Evaluation of 2 runs" in sentemo(*words, "--sample", "4", "--runs", "2").out


def test_compares_labelers(sentemo: Command, served: Served, corpus_dir: Path, run_dir: Path) -> None:
    labelers = (run_dir, f"llm:tiny@{served.url}", f"llm:tiny@{served.url}#quoted", "majority", "uniform")
    words = ("compare", *labelers, "--corpus", "dailydialog", "-d", corpus_dir, "--resamples", "20")
    result = sentemo(*words, "--price", "tiny=1,2")
    assert result.code == 0
    assert f"## Lead over {run_dir}" in result.out and "| tiny, prompt quoted |" in result.out
    raw = json.loads(sentemo(*words, "--json").out)
    assert [x["model"] for x in raw["labelers"]] == [
        str(run_dir),
        "tiny, prompt defined",
        "tiny, prompt quoted",
        "majority",
        "uniform",
    ]
    assert len({x["n"] for x in raw["labelers"]}) == 1
    assert raw["labelers"][1]["effort"]["utterances"] == 25
    assert sentemo(*words, "--protocol", "standard", "--sample", "4").code == 0


def test_local_weights(sentemo: Command, corpus_dir: Path, tmp_path: Path) -> None:
    folder = save_tiny_llm(tmp_path / "tiny", chat=True)
    words = (
        "evaluate",
        f"llm:{folder}",
        "dailydialog",
        "-d",
        corpus_dir,
        "--sample",
        "5",
        "--resamples",
        "5",
        "--json",
    )
    words += ("--protocol", "last-utterance")
    scored = json.loads(sentemo(*words, "--set", "score=true").out)
    assert scored["abstained"] == 0 and "ece" in scored
    generated = json.loads(sentemo(*words, "--set", "max_tokens=4").out)
    assert generated["n"] == 5 and generated["llm"]["spent"]["completion_tokens"] > 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("tiny@http://127.0.0.1:9/v1", "--protocol", "triplet"), 2, "'triplet' doesn't work"),
        (("tiny@http://127.0.0.1:9/v1#nothing",), 2, "Unknown prompt"),
        (("tiny@http://127.0.0.1:9/v1", "--set", "temprature=1"), 2, "is not a setting"),
        (("tiny@http://127.0.0.1:9/v1", "--key-env", "NOT_SET_ANYWHERE"), 2, "NOT_SET_ANYWHERE is not set"),
        (("tiny@http://127.0.0.1:9/v1", "--sample", "9999"), 2, "can't be drawn"),
        (("tiny@http://127.0.0.1:9/v1", "--price", "cheap"), 2, "per million"),
        (("tiny@http://127.0.0.1:9/v1", "--set", "retries=0"), 1, "could not be reached"),
        (("tiny@127.0.0.1:9",), 4, "write MODEL@http://HOST:PORT/v1"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    sentemo: Command, corpus_dir: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    result = sentemo("evaluate", f"llm:{words[0]}", "dailydialog", "-d", corpus_dir, *words[1:])
    assert result.code == code and said in " ".join(result.err.split()) and not result.out


def test_a_labeler_stands_in_a_comparison_once(sentemo: Command, corpus_dir: Path) -> None:
    assert sentemo("compare", "uniform", "uniform", "-c", "dailydialog", "-d", corpus_dir).code == 2


def test_options_of_the_others_are_refused(sentemo: Command, corpus_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("Ann: I love it\n")
    llm = "llm:tiny@http://127.0.0.1:9/v1"
    for words in (("--causal",), ("--engine", "torch"), ("--sensitivity", "1"), ("--fit-shares",)):
        refused = sentemo("predict", tmp_path / "talk.txt", "-m", llm, *words)
        assert refused.code == 2 and "not for language models" in refused.err
    for words in (("--price", "1,2"), ("--define", "joy=delight"), ("--set", "top_k=3")):
        refused = sentemo("predict", tmp_path / "talk.txt", "-m", "static", *words)
        assert refused.code == 2 and "llm:MODEL@URL" in refused.err
    assert sentemo("evaluate", llm, "dailydialog", "-d", corpus_dir, "--seeds", "2").code == 2
    assert sentemo("evaluate", "static", "dailydialog", "-d", corpus_dir, "--runs", "2").code == 2


def test_the_old_command_says_what_it_is_called_now(sentemo: Command) -> None:
    for name, said in (("label", "sentemo predict"), ("evaluate", "sentemo evaluate")):
        old = sentemo("llm", name, "tiny@http://127.0.0.1:9/v1", "chat.jsonl", "--json")
        assert old.code == 2 and said in old.err
