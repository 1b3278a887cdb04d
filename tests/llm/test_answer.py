from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentemo.corpora.registry import get_corpus
from sentemo.llm.answer import read_answer
from sentemo.types import ABSTENTION, LabelSet

SEVEN = get_corpus("dailydialog").labels
ANY = {*SEVEN.names, ABSTENTION}


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("happiness", "happiness"),
        (" Happiness.\n", "happiness"),
        ("The label is **SADNESS**, not anger.", "sadness"),
        ("no emotion", "neutral"),
        ("No-Emotion", "neutral"),
        ("no\n emotion", "neutral"),
        ("'neutral'", "neutral"),
        ("It is not anger but fear", "anger"),  # the first named, as the paper reads it
        ("unhappiness", ABSTENTION),
        ("happy", ABSTENTION),
        ("fearless", ABSTENTION),
        ("joy", ABSTENTION),
        ("emotion", ABSTENTION),
        ("", ABSTENTION),
        ("I can't help with that.", ABSTENTION),
        ('{"label": "fear"}', "fear"),
        ('{"why": "no anger here", "label": "Surprise"}', "surprise"),
        ('```json\n{"label": "no emotion"}\n```', "neutral"),
        ('{"label": "bliss", "other": "anger"}', ABSTENTION),
        ('{"label": ""} anger', ABSTENTION),
        ('{"label": ["anger"]}', "anger"),
        ('{"emotion": "anger"}', "anger"),
        ('{"label": "disgust', "disgust"),
        ('{"label": "disg', ABSTENTION),
        ("<think>anger? no, rather fear</think> sadness", "sadness"),
        ("<think>anger? no, rather fear", ABSTENTION),
        ("anger? no, rather fear</think> sadness", "sadness"),  # the tag that opens is in the prompt
        ("<think>anger <think>no, fear</think> or disgust</think> sadness", "sadness"),
        ("<Thinking>anger</Thinking>\n<thought>fear</thought> sadness", "sadness"),
        ("<reasoning>not anger</reasoning>happiness", "happiness"),
        ("[THINK]anger[/THINK]fear", "fear"),
        (
            "<|channel|>analysis<|message|>anger?<|end|><|start|>assistant<|channel|>final<|message|>fear<|return|>",
            "fear",
        ),
        ("<|channel|>analysis<|message|>anger?<|end|>", ABSTENTION),
        ('{"label": null, "why": "no anger"}', ABSTENTION),
        ('{"why": "anger is out"} {"label": "fear"}', "fear"),
        ('{"a": {"label": "anger"}} then {"label": "fear"}', "fear"),
        ('{not json} {"label": "fear"}', "fear"),
        ('{"label": 3} anger', ABSTENTION),
    ],
)
def test_replies(reply: str, label: str) -> None:
    assert read_answer(reply, SEVEN) == label


def test_labels_of_several_words_and_none_neutral() -> None:
    labels = LabelSet(("at ease", "ease", "ill_at_ease", "c++"))
    assert read_answer("She is ill at ease.", labels) == "ill_at_ease"
    assert read_answer("AT EASE", labels) == "at ease"
    assert read_answer("c++", labels) == "c++"
    assert read_answer("neutral", labels) == ABSTENTION


@given(st.text(max_size=300))
def test_never_a_label_outside_the_set(reply: str) -> None:
    assert read_answer(reply, SEVEN) in ANY
    assert read_answer(json.dumps({"label": reply}), SEVEN) in ANY


def test_300_malformed_replies() -> None:
    rng = random.Random(0)
    good, letters = json.dumps({"label": "anger", "why": "he shouts"}), '{}[]":,\\ labelangerfear<>/\n\x00é😀'
    replies = [
        "[" * 10_000,
        "{" * 10_000,
        '{"label": ' + "9" * 9_000 + "}",
        "\ud800",
        "\0" * 99,
        "<think>" * 3000,
        '{"a":' * 5000,
    ]
    replies += ["".join(rng.choices(letters, k=rng.randint(0, 400))) for _ in range(150)]
    replies += [
        good[: rng.randint(0, len(good))] + "".join(rng.choices("}]\"'x", k=rng.randint(0, 5))) for _ in range(143)
    ]
    assert len(replies) == 300
    assert {read_answer(reply, SEVEN) for reply in replies} <= {*SEVEN.names, ABSTENTION}
