"""Graphs are served with all that a model can do, static models as far as labelling goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sentemo.loading import load
from sentemo.serve.models import load_models
from sentemo.serve.service import Service
from sentemo.static.model import StaticModel
from tests.dialogues import template_dialogues
from tests.export.small import small_graphs
from tests.serve.served import MODEL, Running, running
from tests.serve.test_labelling import asked, assert_same
from tests.static.statics import save_random_static

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")
TALKS = template_dialogues(12)
TALK = {"turns": [{"text": "hi"}]}


@pytest.fixture(scope="module")
def exported() -> Path:
    return small_graphs("float32")


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_random_static(tmp_path_factory.mktemp("static") / "table")


@pytest.fixture(scope="module")
def server(exported: Path, static: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    models = load_models([f"fast={exported}", str(static)], None)
    with running(Service(models, tmp_path_factory.mktemp("adapted"))) as started:
        yield started


@pytest.mark.parametrize("causal", [False, True])
def test_it_labels(server: Running, exported: Path, causal: bool) -> None:
    body = {"conversations": asked(TALKS), "causal": causal, "points": True}
    reply = server.http.post("/v1/predict", json=body).json()
    assert reply["model"] == "fast"
    assert_same(reply["conversations"], load(exported, causal=causal).predict(TALKS))


@pytest.mark.parametrize("causal", [False, True])
def test_a_static_model_labels(server: Running, static: Path, causal: bool) -> None:
    body = {"conversations": asked(TALKS), "causal": causal, "points": True, "model": "table"}
    reply = server.http.post("/v1/predict", json=body).json()
    assert_same(reply["conversations"], StaticModel.from_pretrained(static, causal=causal).predict(TALKS))


def test_graphs_do_all_that_a_model_does(server: Running) -> None:
    placed = server.http.post("/v1/predict", json={"conversations": asked(TALKS), "points": True}).json()
    assert all(turn["point"] for talk in placed["conversations"] for turn in talk["turns"])
    assert server.http.post("/v1/explain", json={"conversation": TALK}).json()["turns"][0]["nearest"]
    new = {"name": "mine", "descriptions": {"relief": "ease after worry", "awe": "wonder"}}
    assert server.http.post("/v1/adapt", json=new).json()["model"]["labels"] == ["awe", "relief"]
    with connect(server.url.replace("http", "ws") + "/v1/live", proxy=None) as socket:
        socket.send(json.dumps({"speaker": "Ann", "text": "hi"}))
        assert json.loads(socket.recv())["label"] in MODEL.labels
    card = server.http.get("/v1/model", params={"name": "fast"}).json()
    assert card["parameters"] > 1000 and card["encoder"] == MODEL.runner.architecture.encoder.name


def test_a_static_model_is_described(server: Running) -> None:
    card = server.http.get("/v1/model", params={"name": "table"}).json()
    assert card["labels"] == list(MODEL.labels.names) and card["map"] == {}
    assert card["parameters"] is None and card["encoder"].startswith("its own, a table")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/explain", {"conversation": TALK}),
        ("/v1/explain", {"conversation": TALK, "causal": True}),
        ("/v1/adapt", {"name": "mine", "descriptions": {"relief": "ease after worry", "awe": "wonder"}}),
    ],
)
def test_what_a_static_model_cant_do_is_told(server: Running, path: str, body: dict[str, object]) -> None:
    which = {"base": "table"} if path == "/v1/adapt" else {"model": "table"}
    reply = server.http.post(path, json=body | which)
    assert reply.status_code == 422 and reply.json()["error"]["where"] == "model"


def test_a_static_model_has_no_live_talks(server: Running) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(server.url.replace("http", "ws") + "/v1/live?model=table", proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 422
    assert json.loads(refused.value.response.body or b"{}")["error"]["where"] == "model"
