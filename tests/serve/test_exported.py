"""Exported and static models are served like any other, as far as labelling goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sentemo.export.folder import beside
from sentemo.export.onnx_model import OnnxModel
from sentemo.export.static_model import StaticModel
from sentemo.files import sha256_of
from sentemo.serve.models import load_models
from sentemo.serve.service import Service
from tests.artifacts.models import random_model
from tests.dialogues import template_dialogues
from tests.encoders.readers import tiny_reader
from tests.export.statics import save_random_static
from tests.serve.served import MODEL, Running, running
from tests.serve.test_labelling import asked, assert_same

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
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a model that has beside it what passes for its exported form, and answers otherwise."""
    from sentemo.export.write import export

    folder = tmp_path_factory.mktemp("whole") / "whole"
    MODEL.save_pretrained(folder)
    other = random_model(seed=1, encoder=tiny_reader())
    export(other, beside(folder), precision="float32", source=sha256_of(folder / "manifest.json"))
    return folder


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_random_static(tmp_path_factory.mktemp("static") / "table")


@pytest.fixture(scope="module")
def server(exported: Path, whole: Path, static: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    models = load_models([str(exported), str(whole), str(static)], None)
    with running(Service(models, tmp_path_factory.mktemp("adapted"))) as started:
        yield started


@pytest.mark.parametrize("causal", [False, True])
def test_it_labels(server: Running, exported: Path, causal: bool) -> None:
    body = {"conversations": asked(TALKS), "causal": causal, "points": True}
    reply = server.http.post("/v1/predict", json=body).json()
    assert reply["model"] == "fast"
    assert_same(reply["conversations"], OnnxModel.from_pretrained(exported, causal=causal).predict(TALKS))


@pytest.mark.parametrize("causal", [False, True])
def test_a_static_model_labels(server: Running, static: Path, causal: bool) -> None:
    body = {"conversations": asked(TALKS), "causal": causal, "points": True, "model": "table"}
    reply = server.http.post("/v1/predict", json=body).json()
    assert_same(reply["conversations"], StaticModel.from_pretrained(static, causal=causal).predict(TALKS))


@pytest.mark.parametrize("causal", [False, True])
def test_the_exported_form_beside_a_model_labels_in_its_place(server: Running, whole: Path, causal: bool) -> None:
    body = {"conversations": asked(TALKS), "causal": causal, "model": "whole"}
    reply = server.http.post("/v1/predict", json=body).json()["conversations"]
    faster = OnnxModel.from_pretrained(beside(whole), causal=causal)
    assert_same(reply, faster.predict(TALKS))
    placed = server.http.post("/v1/predict", json=body | {"points": True}).json()["conversations"]
    assert all(turn["point"] for talk in placed for turn in talk["turns"])
    assert_same(placed, replace(MODEL, causal=causal).predict(TALKS))
    assert [talk["turns"][0]["label"] for talk in placed] != [talk["turns"][0]["label"] for talk in reply]
    explained = server.http.post("/v1/explain", json={"conversation": TALK, "causal": causal, "model": "whole"})
    assert explained.status_code == 200


@pytest.mark.parametrize(
    ("model", "encoder"), [("fast", "its own, exported in float32"), ("table", "its own, a table")]
)
def test_it_is_described(server: Running, model: str, encoder: str) -> None:
    card = server.http.get("/v1/model", params={"name": model}).json()
    assert card["labels"] == list(MODEL.labels.names) and card["map"] == {}
    assert card["parameters"] is None and card["encoder"].startswith(encoder)


@pytest.mark.parametrize("model", ["fast", "table"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/explain", {"conversation": TALK}),
        ("/v1/explain", {"conversation": TALK, "causal": True}),
        ("/v1/adapt", {"name": "mine", "descriptions": {"relief": "ease after worry", "awe": "wonder"}}),
    ],
)
def test_what_it_cant_do_is_told(server: Running, path: str, body: dict[str, object], model: str) -> None:
    which = {"base": model} if path == "/v1/adapt" else {"model": model}
    reply = server.http.post(path, json=body | which)
    assert reply.status_code == 422 and reply.json()["error"]["where"] == "model"


def test_it_has_no_live_talks(server: Running) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(server.url.replace("http", "ws") + "/v1/live", proxy=None):
        pass
    assert refused.value.response.status_code == 422
    assert json.loads(refused.value.response.body or b"{}")["error"]["where"] == "model"
