"""What we write and answer, by Label Studio's own checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sentemo
from sentemo.formats import write_label_studio
from sentemo.formats.label_studio import Interface
from sentemo.types import Conversation

interfaces = pytest.importorskip(
    "label_studio_sdk.label_interface", reason="label-studio-sdk is not installed: make integrations"
)
TALK = Conversation.of(("Ann", "I got the job!!"), ("Bob", "No way, congrats!"), id="a")
CHOICES = """<View><Text name="shown" value="$body"/><Choices name="mood" toName="shown">
<Choice value="neutral"/><Choice value="happiness"/></Choices></View>"""


def test_the_interface_the_tasks_and_the_predictions_are_valid(tmp_path: Path) -> None:
    model = sentemo.load("static")
    write_label_studio([TALK], tmp_path / "tasks.json", model)
    theirs = interfaces.LabelInterface((tmp_path / "tasks.xml").read_text())
    theirs.validate()
    assert theirs.get_control("emotion").labels == [*model.labels]
    (task,) = json.loads((tmp_path / "tasks.json").read_text())
    assert theirs.validate_task({"data": task["data"]})
    assert theirs.validate_prediction(task["predictions"][0], return_errors=True) == []


def test_choices_are_valid() -> None:
    theirs, ours = interfaces.LabelInterface(CHOICES), Interface.parse(CHOICES)
    assert theirs.get_control("mood").labels == [*ours.labels]
    passage = ours.read({"id": 1, "data": {"body": "Happy birthday, I love you!"}})
    assert passage is not None
    answer = ours.answer(sentemo.load("static").predict(passage.conversation), passage.places)
    assert answer["result"] and theirs.validate_prediction(answer, return_errors=True) == []
