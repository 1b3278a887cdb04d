"""`/v1/adapt`: new models are served at once, kept, replaced and removed; the operator's stay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sentemo.errors import BadModel, UsageError
from sentemo.serve.models import load_models
from sentemo.types import Conversation
from tests.dialogues import template_dialogues
from tests.serve.served import MODEL, running, service

TALKS = template_dialogues(10)


def examples(talks: Sequence[Conversation]) -> list[dict[str, Any]]:
    return [{"turns": [{"speaker": t.speaker, "text": t.text, "label": t.label} for t in talk]} for talk in talks]


@pytest.mark.slow
def test_a_new_model_is_served_kept_replaced_and_removed(tmp_path: Path) -> None:
    MODEL.save_pretrained(tmp_path / "base")
    folder, base = tmp_path / "adapted", f"first={tmp_path / 'base'}"
    asked = {"name": "mine", "examples": examples(template_dialogues(12, seed=3))}
    talk = {"conversations": [{"turns": [{"text": turn.text} for turn in TALKS[0]]}], "model": "mine", "points": True}
    with running(service(adapted=folder)) as started:
        reply = started.http.post("/v1/adapt", json=asked).json()
        assert reply["model"]["name"] == "mine" and reply["model"]["adapted"]["method"] in reply["told"]
        assert set(reply["model"]["map"]) == set(reply["model"]["labels"])
        assert reply["model"] in started.http.get("/v1/models").json()["models"]
        before = started.http.post("/v1/predict", json=talk).json()
        again = started.http.post("/v1/adapt", json=asked | {"labels": "replace", "descriptions": {"odd": "strange"}})
        assert again.json()["model"]["labels"] == ["anger", "happiness", "neutral", "odd", "sadness"]
        assert started.http.post("/v1/predict", json=talk).json() != before
        started.http.post("/v1/adapt", json=asked)
    models = load_models([base], folder)
    assert [each.name for each in models] == ["first", "mine"] and models.find("mine").removable
    assert models.find("mine").model.runner is models.find("first").model.runner  # in memory once
    with running(service(adapted=folder)) as started:
        started.service.models.put(models.find("mine"))
        assert started.http.post("/v1/predict", json=talk).json() == before
        assert started.http.delete("/v1/models/mine").status_code == 204
        assert started.http.delete("/v1/models/mine").status_code == 404
        assert started.http.post("/v1/predict", json=talk).status_code == 404
    assert not list(folder.iterdir())


def test_it_is_the_operators_choice() -> None:
    with running(service()) as started:
        assert started.http.get("/v1/models").json()["adaptable"] is False
        reply = started.http.post("/v1/adapt", json={"name": "mine", "descriptions": {"a": "b", "c": "d"}})
        assert reply.status_code == 403 and "--adapted" in reply.json()["error"]["next_step"]


@pytest.mark.evidence("server.limits")
def test_as_many_adapted_models_as_may_be_and_one_more(tmp_path: Path) -> None:
    asked = {"descriptions": {"relief": "ease after worry", "pride": "being proud"}}
    with running(service(adapted=tmp_path, adapted_models=2)) as started:
        folder = tmp_path / "gone"
        started.http.post("/v1/adapt", json={"name": "gone"} | asked).raise_for_status()
        folder.rename(tmp_path.parent / "taken")  # by hand
        assert started.http.delete("/v1/models/gone").status_code == 204
        statuses = [started.http.post("/v1/adapt", json={"name": name} | asked).status_code for name in "abcb"]
    assert statuses == [200, 200, 403, 200]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_folder_that_cant_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    asked = {"name": "mine", "descriptions": {"relief": "ease after worry", "pride": "being proud"}}
    with running(service(adapted=tmp_path / "file")) as started:
        assert started.http.post("/v1/adapt", json=asked).status_code == 507
        assert started.http.get("/health").status_code == 200


NEW = [{"turns": [{"text": text, "label": "relief"}]} for text in ("phew", "finally", "hooray")]
BACKGROUND = [{"turns": [{"text": text}]} for text in ("oh no", "see you at nine", "the train is late again")]


def test_tags_stand_beside_the_labels(tmp_path: Path) -> None:
    told = {"turns": [{"text": "oh no", "label": "relief", "not": True}]}
    with running(service(adapted=tmp_path)) as started:
        asked = {"name": "more", "labels": "tags", "examples": [*NEW, told], "background": BACKGROUND}
        reply = started.http.post("/v1/adapt", json=asked).json()
        model = reply["model"]
        assert model["labels"] == [*MODEL.labels.names] and model["tags"] == ["relief"] and reply["changes"] == []
        assert model["adapted"]["tags"]["relief"]["examples"] == 3
        before, after = (started.predict("phew", "oh no", model=name).json() for name in ("first", "more"))
        (one,), (other,) = before["conversations"], after["conversations"]
        assert [turn | {"tags": {}} for turn in other["turns"]] == one["turns"]
        assert [list(turn["tags"]) for turn in other["turns"]] == [["relief"], []]
        low = started.predict("phew", model="more", tag_sensitivity={"relief": -5.0}).json()
        assert low["conversations"][0]["turns"][0]["tags"].get("relief", 0) < other["turns"][0]["tags"]["relief"]
        assert started.predict("phew", model="more", tag_sensitivity={"joy": 1.0}).status_code == 404


def test_a_preview_keeps_nothing(tmp_path: Path) -> None:
    talk = {"turns": [{"text": "phew"}, {"text": "oh no"}]}
    with running(service(adapted=tmp_path)) as started:
        asked = {"name": "more", "labels": "tags", "examples": NEW, "background": BACKGROUND, "preview": [talk]}
        reply = started.http.post("/v1/adapt", json=asked).json()
        assert (0, 0) in [(each["conversation"], each["turn"]) for each in reply["changes"]]
        assert all(each["after"]["tags"] and not each["before"]["tags"] for each in reply["changes"])
        assert "more" not in [each["name"] for each in started.http.get("/v1/models").json()["models"]]
    assert not list(tmp_path.iterdir())


def test_operators_models_by_name(tmp_path: Path) -> None:
    MODEL.save_pretrained(tmp_path / "one")
    models = load_models([f"a={tmp_path / 'one'}", str(tmp_path / "one")], None)
    assert [each.name for each in models] == ["a", "one"] and models.default == "a"
    assert np.array_equal(models.find("a").model.prototypes.points, MODEL.prototypes.points)
    for specs in ([f"../a={tmp_path / 'one'}"], [f"a={tmp_path / 'one'}"] * 2, [f"={tmp_path / 'one'}"]):
        with pytest.raises(UsageError):
            load_models(specs, None)
    with pytest.raises(BadModel):
        load_models([f"a={tmp_path / 'none'}"], None)
