"""Tasks of Label Studio, in and out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sentemo
from sentemo.errors import BadInput
from sentemo.formats import read_conversations, write_label_studio
from sentemo.formats.label_studio import Interface
from sentemo.types import Conversation, Prediction, TurnPrediction

TALKS = [
    Conversation.of(("Ann", "I got the job!!"), ("Bob", "No way, congrats!"), id="a"),
    Conversation.of("Happy birthday, I love you!", id="b"),
]


def annotation(*labels: tuple[int, str], cancelled: bool = False) -> dict[str, Any]:
    """Make an annotation of the turns of a dialogue."""
    results = [
        {
            "from_name": "emotion",
            "to_name": "dialogue",
            "type": "paragraphlabels",
            "value": {"start": str(place), "end": str(place), "paragraphlabels": [label]},
        }
        for place, label in labels
    ]
    return {"result": results, "was_cancelled": cancelled}


def test_what_is_written_is_read_again_with_the_labels_that_were_confirmed(tmp_path: Path) -> None:
    model = sentemo.load("static")
    assert write_label_studio(TALKS, tmp_path / "tasks.json", model) == 2
    assert Interface.parse((tmp_path / "tasks.xml").read_text()) == Interface.usual(model.labels)
    tasks = json.loads((tmp_path / "tasks.json").read_text())
    for task in tasks:  # somebody confirms every label
        task["annotations"] = [{"result": task["predictions"][0]["result"]}]
    (tmp_path / "export.json").write_text(json.dumps(tasks))
    read = [*read_conversations(tmp_path / "export.json", "label-studio")]
    for talk, found, prediction in zip(TALKS, read, model.predict(TALKS), strict=True):
        assert [(turn.speaker, turn.text) for turn in found] == [(turn.speaker, turn.text) for turn in talk]
        assert [turn.label for turn in found] == [turn.label for turn in prediction]


def test_the_newest_annotation_counts_that_was_not_cancelled(tmp_path: Path) -> None:
    rows = [{"author": "Ann", "text": "hi"}, {"author": "Bob", "text": ""}, {"author": "Ann", "text": "oh no"}]
    given = [annotation((0, "joy")), annotation((0, "calm"), (2, "fear")), annotation((0, "rage"), cancelled=True)]
    export = [{"id": 4, "data": {"topic": "x", "talk": rows}, "annotations": given}]
    (tmp_path / "export.json").write_text(json.dumps(export))
    (found,) = read_conversations(tmp_path / "export.json", "label-studio")
    assert [(turn.speaker, turn.text, turn.label) for turn in found] == [
        ("Ann", "hi", "calm"),
        ("Ann", "oh no", "fear"),
    ]


def test_texts_with_choices(tmp_path: Path) -> None:
    choice = {"from_name": "mood", "type": "choices", "value": {"choices": ["relief"]}}
    export = [
        {"id": 1, "data": {"text": "Phew"}, "annotations": [{"result": [choice]}]},
        {"id": 2, "data": {"image": "x"}},
    ]
    (tmp_path / "export.json").write_text(json.dumps(export))
    (found,) = read_conversations(tmp_path / "export.json", "label-studio")
    assert [(turn.text, turn.label) for turn in found] == [("Phew", "relief")]


@pytest.mark.parametrize("content", ["{", "3", '{"id": 1}', "[3]", "[" * 100_000], ids=lambda text: text[:9])
def test_what_is_no_export_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "export.json").write_text(content)
    with pytest.raises(BadInput, match="Export the project as JSON"):
        list(read_conversations(tmp_path / "export.json", "label-studio"))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "dialogue", "text", "result", "value", "annotations"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["id", "data", "annotations"]), ANYTHING))
def test_a_task_of_any_form_is_read_or_holds_nothing(task: dict[str, Any]) -> None:
    for interface in (Interface.usual(["joy"]), Interface("mood", "shown", "text", ("joy",), False)):
        passage = interface.read(task)
        assert passage is None or len(passage.places) == len(passage.conversation)


def test_labels_are_spelt_as_the_interface_does_and_unknown_ones_left_out() -> None:
    interface = Interface.usual(["Happiness", "joy & <more>"])
    assert Interface.parse(interface.xml).labels == ("Happiness", "joy & <more>")
    turns = [TurnPrediction("", text, label, 0.5, {}) for text, label in (("a", "happiness"), ("bc", "rage"))]
    answer = interface.answer(Prediction("", tuple(turns)), [1, 4])
    assert [result["value"]["paragraphlabels"] for result in answer["result"]] == [["Happiness"]]
    assert answer["result"][0]["value"]["start"] == "1" and answer["score"] == 0.5


def test_a_turn_is_told_by_its_surest_tag_that_the_interface_has() -> None:
    interface = Interface.usual(["rage", "Leaving", "late"])
    plain = TurnPrediction("", "Bye!", "rage", 0.7, {"rage": 0.7, "joy": 0.3})
    tagged = replace(plain, tags={"tired": 0.9, "leaving": 0.8, "late": 0.6})
    results = interface.answer(Prediction("", (tagged, plain)), [0, 1])["result"]
    said = [(each["value"]["paragraphlabels"], each["score"]) for each in results]
    assert said == [(["Leaving"], 0.8), (["rage"], 0.7)]
