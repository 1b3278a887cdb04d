"""An exported model is served like any other, as far as labelling goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dialogues import template_dialogues
from sentemo.export.onnx_model import OnnxModel
from sentemo.serve.models import load_models
from sentemo.serve.service import Service
from serve.served import MODEL, Running, running
from serve.test_labelling import asked, assert_same

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")
TALKS = template_dialogues(12)
TALK = {"turns": [{"text": "hi"}]}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from sentemo.export.write import export

    folder = tmp_path_factory.mktemp("exported") / "fast"
    export(MODEL, folder, precision="float32", source="0" * 64)
    return folder


@pytest.fixture(scope="module")
def server(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    models = load_models([str(exported)], None)
    with running(Service(models, tmp_path_factory.mktemp("adapted"))) as started:
        yield started


@pytest.mark.parametrize("causal", [False, True])
def test_it_labels(server: Running, exported: Path, causal: bool) -> None:
    body = {"conversations": asked(TALKS), "causal": causal, "points": True}
    reply = server.http.post("/v1/predict", json=body).json()
    assert reply["model"] == "fast"
    assert_same(reply["conversations"], OnnxModel.from_pretrained(exported, causal=causal).predict(TALKS))


def test_it_is_described(server: Running) -> None:
    card = server.http.get("/v1/model").json()
    assert card["labels"] == list(MODEL.labels.names) and card["map"] == {}
    assert card["parameters"] is None and "float32" in card["encoder"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/explain", {"conversation": TALK}),
        ("/v1/explain", {"conversation": TALK, "causal": True}),
        ("/v1/adapt", {"name": "mine", "descriptions": {"relief": "ease after worry", "awe": "wonder"}}),
    ],
)
def test_what_it_cant_do_is_told(server: Running, path: str, body: dict[str, object]) -> None:
    reply = server.http.post(path, json=body)
    assert reply.status_code == 422 and reply.json()["error"]["where"] == "model"


def test_it_has_no_live_talks(server: Running) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(server.url.replace("http", "ws") + "/v1/live", proxy=None):
        pass
    assert refused.value.response.status_code == 422
    assert json.loads(refused.value.response.body or b"{}")["error"]["where"] == "model"
