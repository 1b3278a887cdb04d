from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.bulk.model import LoadModel
from sentemo.errors import UsageError
from sentemo.files import sha256_of
from tests.artifacts.models import random_model
from tests.dialogues import template_dialogues
from tests.encoders.readers import tiny_reader

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


def test_the_exported_form_beside_a_model_labels_in_its_place(tmp_path: Path) -> None:
    from sentemo.export.write import export

    model, folder, faster = random_model(encoder=tiny_reader()), tmp_path / "m", tmp_path / "m-onnx"
    model.save_pretrained(folder)
    assert LoadModel.named(str(folder)).name == str(folder)
    export(model, faster, precision="float32", source=sha256_of(folder / "manifest.json"))
    chosen = LoadModel.named(str(folder), causal=True)
    assert chosen.name == str(faster) and chosen.sha256 == sha256_of(faster / "manifest.json")
    labeler = chosen()
    assert type(labeler).__name__ == "OnnxModel"
    talks = template_dialogues(8)
    model.causal = True
    for ours, theirs in zip(labeler.predict(talks), model.predict(talks), strict=True):
        assert [turn.label for turn in ours] == [turn.label for turn in theirs]
    assert LoadModel.named(str(folder), head="prototypes").name == str(folder)
    with pytest.raises(UsageError, match="has no prototypes"):
        LoadModel.named(str(faster), head="prototypes")
