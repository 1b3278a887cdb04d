from __future__ import annotations

import json
import os
import pickle
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from sentemo.artifacts.hub import SHIPPED, find
from sentemo.artifacts.manifest import write_manifest
from sentemo.artifacts.weights import read_weights
from sentemo.encoders.hashing import HashingEncoder
from sentemo.encoders.sentence import SentenceEncoder
from sentemo.errors import BadModel, UsageError
from sentemo.judgement import Rule
from sentemo.model import SentEmoContext
from tests.dialogues import template_dialogues
from tests.encoders.readers import tiny_reader

from .models import arrays_of, fingerprint_of, random_model

TALKS = template_dialogues(3)


@pytest.mark.parametrize("sizes", [{}, {"layers": 0}, {"keep_own": False, "space_dim": 16, "paper_classifier": True}])
@pytest.mark.parametrize("heads", [True, False])
def test_what_is_saved_is_loaded_bit_by_bit(tmp_path: Path, sizes: dict[str, int], heads: bool) -> None:
    model = random_model(heads=heads, **sizes)
    model.save_pretrained(tmp_path / "model")
    again = SentEmoContext.from_pretrained(tmp_path / "model")
    assert fingerprint_of(again) == fingerprint_of(model)
    assert (again.labels, again.facts, again.runner.network.shape) == (
        model.labels,
        model.facts,
        model.runner.network.shape,
    )
    assert (again.prototypes is not None, again.neighbours is not None) == (heads, heads)
    assert not again.runner.network.training
    assert again.predict(TALKS) == model.predict(TALKS)
    again.save_pretrained(tmp_path / "again")
    for path in (tmp_path / "model").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
    assert all(parameter.requires_grad for parameter in again.runner.network.parameters())


def test_loading_draws_no_random_number(tmp_path: Path) -> None:
    random_model().save_pretrained(tmp_path / "model")
    before = torch.get_rng_state()
    SentEmoContext.from_pretrained(tmp_path / "model")
    assert torch.equal(torch.get_rng_state(), before)


def tuned_model() -> SentEmoContext:
    model = random_model(encoder=tiny_reader(vocabulary=2000, width=64))
    model.decision = Rule((0.1, -1.0, -0.5, 0.0), 1.5)
    return model


def test_a_tuned_encoder_lies_inside(tmp_path: Path) -> None:
    model = tuned_model()
    model.save_pretrained(tmp_path / "model", carry_encoder=True)
    again = SentEmoContext.from_pretrained(tmp_path / "model")
    assert fingerprint_of(again) == fingerprint_of(model)
    assert again.predict(TALKS) == model.predict(TALKS)
    model.decision = None
    assert again.predict(TALKS) != model.predict(TALKS)
    again.save_pretrained(tmp_path / "again")
    for path in (tmp_path / "model").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
    with pytest.raises(UsageError, match="has an encoder of its own"):
        SentEmoContext.from_pretrained(tmp_path / "model", encoder=HashingEncoder(64))


def test_a_temperature_that_turns_scores_over_is_refused(tmp_path: Path) -> None:
    model = tuned_model()
    model.decision = Rule((0.0,) * 4, -1.0)
    model.save_pretrained(tmp_path / "model")
    with pytest.raises(BadModel, match="an invalid decision"):
        SentEmoContext.from_pretrained(tmp_path / "model")


def test_large_matrices_in_8_bits(tmp_path: Path) -> None:
    model = tuned_model()
    model.save_pretrained(tmp_path / "int8", precision="int8")
    model.save_pretrained(tmp_path / "whole")
    sizes = [(tmp_path / name / "model.safetensors").stat().st_size for name in ("int8", "whole")]
    assert sizes[0] < 0.4 * sizes[1]
    again = arrays_of(SentEmoContext.from_pretrained(tmp_path / "int8"))
    for name, array in arrays_of(model).items():
        if array.ndim == 2 and array.size >= 2**14:
            step = np.abs(array).max(1, keepdims=True) / 127
            assert (np.abs(again[name] - array) <= 0.501 * step).all() and not np.array_equal(again[name], array)
        else:
            np.testing.assert_allclose(again[name], array, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [{"width": 32}, {"layers": -1}, {"layers": 10**9}, {"max_tokens": 0}, {"max_tokens": 17}, {"heads": 3}, {"odd": 1}],
)
def test_a_reader_of_impossible_sizes_is_refused(tmp_path: Path, change: dict[str, int]) -> None:
    tuned_model().save_pretrained(tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    config["reader"] |= change
    (tmp_path / "model" / "config.json").write_text(json.dumps(config))
    write_manifest(tmp_path / "model")
    with pytest.raises(BadModel):
        SentEmoContext.from_pretrained(tmp_path / "model")


def test_scales_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"a": np.zeros((3, 4), np.int8), "a.scale": np.ones(2, np.float32)}, path)
    with pytest.raises(BadModel, match="scales of a have another shape"):
        read_weights(path)
    save_file({"a": np.zeros((3, 4), np.int8)}, path)
    with pytest.raises(BadModel, match="not a valid"):
        read_weights(path)


@pytest.mark.evidence("models.pickle")
def test_files_may_be_read_by_others_and_hold_no_pickle(tmp_path: Path) -> None:
    random_model().save_pretrained(tmp_path / "deep" / "model")
    folder = tmp_path / "deep" / "model"
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "config.json",
        "heads.safetensors",
        "manifest.json",
        "model.safetensors",
    ]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    card = (folder / "README.md").read_text()
    assert "library_name: sentemo" in card and "| anger | 12.3 |" in card and "neutral, anger" in card


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    random_model().save_pretrained(tmp_path / "model")
    with pytest.raises(BadModel, match=r"embeddings of hashing-16 .* not of hashing-8"):
        SentEmoContext.from_pretrained(tmp_path / "model", encoder=HashingEncoder(8))
    mine = HashingEncoder(16)
    assert SentEmoContext.from_pretrained(tmp_path / "model", encoder=mine).runner.encoder is mine


def test_an_encoder_may_be_carried_inside(tmp_path: Path, tiny_roberta: Path) -> None:
    encoder = SentenceEncoder.load(str(tiny_roberta), (1,))
    model = random_model(encoder=encoder)
    model.save_pretrained(tmp_path / "model", carry_encoder=True)
    tiny_roberta.rename(tiny_roberta.with_name("away"))
    try:
        again = SentEmoContext.from_pretrained(tmp_path / "model")
    finally:
        tiny_roberta.with_name("away").rename(tiny_roberta)
    assert again.predict(TALKS) == model.predict(TALKS)
    again.save_pretrained(tmp_path / "again", carry_encoder=True)
    assert SentEmoContext.from_pretrained(tmp_path / "again").predict(TALKS) == model.predict(TALKS)
    (tmp_path / "model" / "encoder" / "tokenizer.json").write_text("{}")
    with pytest.raises(BadModel, match=r"tokenizer.json is not the file that was saved"):
        SentEmoContext.from_pretrained(tmp_path / "model")


def test_the_packaged_encoder_may_be_carried_inside(tmp_path: Path, minilm: SentenceEncoder) -> None:
    model = random_model(encoder=minilm)
    model.save_pretrained(tmp_path / "model", carry_encoder=True)
    again = SentEmoContext.from_pretrained(tmp_path / "model")
    assert (
        isinstance(again.runner.encoder, SentenceEncoder)
        and again.runner.encoder.folder == tmp_path / "model" / "encoder"
    )
    for ours, theirs in zip(again.embed(TALKS), model.embed(TALKS), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_a_hashing_encoder_can_not_be_carried(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be carried"):
        random_model().save_pretrained(tmp_path / "model", carry_encoder=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("inside", ["notes.txt", ".git/HEAD", "manifest.json", "more/notes.txt"])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, inside: str) -> None:
    (tmp_path / inside).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / inside).write_text('{"name": "a web page"}')
    with pytest.raises(UsageError, match="contains something else"):
        random_model().save_pretrained(tmp_path)
    assert (tmp_path / inside).read_text() == '{"name": "a web page"}'


@pytest.mark.parametrize("inside", ["notes.txt", ".git/HEAD"])
def test_a_model_with_something_beside_it_is_left_alone(tmp_path: Path, inside: str) -> None:
    random_model(0).save_pretrained(tmp_path / "model")
    extra = tmp_path / "model" / inside
    extra.parent.mkdir(exist_ok=True)
    extra.write_text("mine")
    with pytest.raises(UsageError, match="contains something else"):
        random_model(1).save_pretrained(tmp_path / "model")
    assert extra.read_text() == "mine"


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("mine")
    with pytest.raises(UsageError, match="contains something else"):
        random_model().save_pretrained(tmp_path / "model")
    assert (tmp_path / "model").read_text() == "mine"


def test_an_empty_folder_a_model_and_a_link_to_one_are_replaced(tmp_path: Path) -> None:
    folder, link = tmp_path / "model", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    for seed, target in enumerate((folder, folder, link)):
        random_model(seed).save_pretrained(target)
        assert SentEmoContext.from_pretrained(folder).facts["seed"] == seed
    assert link.is_symlink() and sorted(path.name for path in tmp_path.iterdir()) == ["link", "model"]


def test_models_are_found(tmp_path: Path) -> None:
    run = tmp_path / "run"
    random_model().save_pretrained(run / "model")
    assert find(run) == run / "model" == find(str(run / "model"))
    assert find("default") == SHIPPED
    for name in (tmp_path / "nowhere", "no model!", str(tmp_path / "run" / "model" / "config.json")):
        with pytest.raises(BadModel, match="was not found"):
            find(name)
    with pytest.raises(BadModel, match="no manifest"):
        SentEmoContext.from_pretrained(tmp_path)


def test_absurd_sizes_are_refused_before_they_take_memory(tmp_path: Path) -> None:
    from sentemo.artifacts.manifest import write_manifest

    random_model().save_pretrained(tmp_path / "model")
    path = tmp_path / "model" / "config.json"
    config = json.loads(path.read_text())
    for name in ("context_dim", "space_dim", "layers", "window", "heads"):
        path.write_text(json.dumps(config | {"shape": config["shape"] | {name: 10**9}}))
        write_manifest(path.parent)
        with pytest.raises(BadModel):
            SentEmoContext.from_pretrained(path.parent)
    path.write_text(json.dumps(config | {"neighbours": 10**12}))
    write_manifest(path.parent)
    with pytest.raises(BadModel):
        SentEmoContext.from_pretrained(path.parent)


UNPICKLED: list[str] = []
sys.addaudithook(lambda event, args: UNPICKLED.append(str(args)) if event == "pickle.find_class" else None)


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


@pytest.mark.evidence("models.pickle")
def test_loading_unpickles_nothing(tmp_path: Path, tiny_roberta: Path) -> None:
    pickle.loads(pickle.dumps(Path("x")))
    assert UNPICKLED  # the hook hears
    random_model(encoder=SentenceEncoder.load(str(tiny_roberta))).save_pretrained(tmp_path / "a", carry_encoder=True)
    random_model().save_pretrained(tmp_path / "b")
    UNPICKLED.clear()
    for name in "ab":
        SentEmoContext.from_pretrained(tmp_path / name).predict(TALKS)
    (tmp_path / "b" / "pytorch_model.bin").write_bytes(pickle.dumps(Harmful()))
    with pytest.raises(BadModel, match=r"pytorch_model.bin, which is not in its manifest"):
        SentEmoContext.from_pretrained(tmp_path / "b")
    assert UNPICKLED == []


def test_what_format_4_kept_among_the_weights_is_read(tmp_path: Path) -> None:
    """A model as version 0.2 wrote it: everything in one file of weights, the decision and few-shot labels too."""
    model = tuned_model().adapt({"a": ["I love Rome", "I hate Rome"], "b": ["oh, I see", "tell me more"]})
    model.save_pretrained(tmp_path / "model")
    folder, arrays = tmp_path / "model", arrays_of(model)
    del arrays["neighbours.scores"]
    arrays["neighbours.points"] = arrays.pop("neighbours.features")
    assert model.decision is not None and model.adapted is not None
    arrays |= {"decision.prior": np.array(model.decision.prior, np.float32), "decision.temperature": np.float32(1.5)}
    arrays |= {f"adapted.{name}": np.float32(getattr(model.adapted, name)) for name in ("scale", "threshold")}
    save_file({name: np.array(array, order="C") for name, array in arrays.items()}, folder / "model.safetensors")
    (folder / "heads.safetensors").unlink()
    config = json.loads((folder / "config.json").read_text())
    del config["graphs"], config["adapted"]["scale"], config["adapted"]["threshold"]
    config |= {"format": 4, "decision": True}
    config["adapted"]["features"] = model.runner.architecture.features
    (folder / "config.json").write_text(json.dumps(config))
    write_manifest(folder)
    again = SentEmoContext.from_pretrained(folder)
    assert again.adaptation == model.adaptation and again.texts == model.texts
    for one, other in zip(again.predict(TALKS), model.predict(TALKS), strict=True):
        for ours, theirs in zip(one, other, strict=True):
            assert ours.score == pytest.approx(theirs.score, abs=1e-5)
    assert again.neighbours is not None and model.neighbours is not None
    np.testing.assert_allclose(again.neighbours.scores, model.neighbours.scores, rtol=1e-3, atol=1e-3)
