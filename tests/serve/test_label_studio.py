"""The backend, called as Label Studio calls one."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from sentemo.formats.label_studio import Interface
from tests.serve.served import MODEL, Running, running, service

DIALOGUE = Interface.usual(["Neutral", "anger", "happiness"]).xml
TEXT = """<View><Text name="shown" value="$body"/>
<Choices name="mood" toName="shown"><Choice value="relief"/><Choice value="sarcasm"/></Choices></View>"""
ROWS = [
    {"speaker": "Ann", "text": "I love it"},
    {"speaker": "Bob", "text": " "},
    {"speaker": "Bob", "text": "Get out!"},
]


def predicted(server: Running, **body: Any) -> Any:
    """Send tasks as Label Studio does, with all that it sends along."""
    told = {"project": "7.1690000000", "model_version": None, "params": {"login": None, "context": None}}
    return server.http.post("/label-studio/predict", json=told | body).json()


def test_turns_of_a_dialogue_are_annotated_by_the_labels_of_the_interface(server: Running) -> None:
    task = {"id": 3, "data": {"dialogue": ROWS}, "annotations": [], "predictions": []}
    (found,) = predicted(server, tasks=[task], label_config=DIALOGUE)["results"]
    turns = MODEL.predict([("Ann", "I love it"), ("Bob", "Get out!")]).turns
    named = {"neutral": "Neutral", "anger": "anger", "happiness": "happiness"}
    expected = [(place, turn) for place, turn in zip("02", turns, strict=True) if turn.label in named]
    assert found["model_version"] == "first"
    assert found["score"] == pytest.approx(sum(turn.score for turn in turns) / 2, abs=1e-5)
    for result, (place, turn) in zip(found["result"], expected, strict=True):
        assert (result["from_name"], result["to_name"], result["type"]) == ("emotion", "dialogue", "paragraphlabels")
        span = {"start": place, "end": place, "startOffset": 0, "endOffset": len(turn.text)}
        assert result["value"] == span | {"paragraphlabels": [named[turn.label]]}


def test_a_task_without_a_text_has_no_result(server: Running) -> None:
    tasks = [{"id": 1, "data": {"image": "x"}}, {"id": 2, "data": {"dialogue": []}}, {"id": 3}]
    found = predicted(server, tasks=tasks, label_config=DIALOGUE)["results"]
    assert [each["result"] for each in found] == [[], [], []]


def annotated(number: int, text: str, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make a task and its annotation."""
    result = [{"from_name": "mood", "to_name": "shown", "type": "choices", "value": {"choices": [label]}}]
    return {"id": number, "data": {"body": text}}, {"id": 100 + number, "result": result}


EXAMPLES = [
    annotated(number, text, label)
    for number, (text, label) in enumerate(
        [
            ("Phew, made it", "relief"),
            ("Thank God it's over", "relief"),
            ("Oh great, again", "sarcasm"),
            ("Lovely", "sarcasm"),
        ]
    )
]


def test_a_project_teaches_the_backend_and_is_answered_by_what_it_taught(server: Running) -> None:
    project = {"id": 12, "label_config": TEXT}
    for task, annotation in EXAMPLES:
        event = {"action": "ANNOTATION_CREATED", "project": project, "task": task, "annotation": annotation}
        assert server.http.post("/label-studio/webhook", json=event).status_code == 201
    started = server.http.post(
        "/label-studio/webhook", json={"action": "START_TRAINING", "project": project}, timeout=200
    )
    assert started.status_code == 201 and started.json()["result"] == {"model_version": "label-studio-12"}
    tasks = [task for task, _ in EXAMPLES]
    found = predicted(server, tasks=tasks, label_config=TEXT, project="12.1690000000")["results"]
    assert {each["result"][0]["value"]["choices"][0] for each in found} <= {"relief", "sarcasm"}
    assert found[0]["model_version"] == "label-studio-12" and found[0]["result"][0]["to_name"] == "shown"
    setup = server.http.post("/label-studio/setup", json={"project": "12.1690000000", "schema": TEXT}).json()
    assert setup == {"model_version": "label-studio-12"}
    assert server.http.delete("/v1/models/label-studio-12").status_code == 204


def test_an_export_teaches_it_and_a_removed_annotation_does_not(server: Running) -> None:
    tasks = [{**task, "annotations": [annotation]} for task, annotation in EXAMPLES]
    body = {"annotations": tasks, "project": "13.1", "label_config": TEXT}
    assert server.http.post("/label-studio/train", json=body, timeout=200).status_code == 201
    assert server.http.delete("/v1/models/label-studio-13").status_code == 204
    project = {"id": 14, "label_config": TEXT}
    for task, annotation in EXAMPLES:
        event = {"action": "ANNOTATION_CREATED", "project": project, "task": task, "annotation": annotation}
        server.http.post("/label-studio/webhook", json=event)
    gone = [{"id": annotation["id"]} for _, annotation in EXAMPLES]
    server.http.post(
        "/label-studio/webhook", json={"action": "ANNOTATIONS_DELETED", "project": project, "annotations": gone}
    )
    started = server.http.post(
        "/label-studio/webhook", json={"action": "START_TRAINING", "project": project}, timeout=200
    )
    assert started.status_code == 422 and "No turn has a label" in started.text


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("<View>", "not valid XML"),
        ("<View><Image name='i' value='$i'/></View>", "no place for emotions"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><View/>', "declares entities"),
    ],
)
def test_an_interface_that_cannot_be_used_is_refused(server: Running, config: str, said: str) -> None:
    assert said in str(predicted(server, tasks=[], label_config=config)["error"])


def test_the_key_is_the_password_of_basic_authentication() -> None:
    with running(service(key="s3cret"), key="s3cret") as locked:
        url = f"{locked.url}/label-studio/health"
        assert httpx2.get(url, auth=("anyone", "s3cret"), trust_env=False).json()["status"] == "UP"
        for auth in (None, ("anyone", "wrong")):
            assert httpx2.get(url, auth=auth, trust_env=False).status_code == 401
