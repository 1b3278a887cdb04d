"""Every mutation of a saved model must be refused with BadModel, and nothing else."""

from __future__ import annotations

import json
import pickle
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentemo.artifacts.manifest import write_manifest
from sentemo.errors import BadModel
from sentemo.model import SentEmoContext
from tests.evidence.plugin import Evidence

from .models import random_model

FILES = ("model.safetensors", "heads.safetensors", "config.json", "README.md", "manifest.json")
WEIGHTS = FILES[:2]
Mutation = Callable[[Path, Path, random.Random], None]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two models that differ in every file."""
    folder = tmp_path_factory.mktemp("models")
    for seed in (0, 1):
        random_model(seed).save_pretrained(folder / str(seed))
    return folder / "0", folder / "1"


def flip(model: Path, other: Path, rng: random.Random) -> None:
    path = model / rng.choice(FILES)
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def cut(model: Path, other: Path, rng: random.Random) -> None:
    path = model / rng.choice(FILES)
    path.write_bytes(path.read_bytes()[: rng.randrange(path.stat().st_size - 1)])


def lengthen(model: Path, other: Path, rng: random.Random) -> None:
    path = model / rng.choice(FILES)
    path.write_bytes(path.read_bytes() + rng.randbytes(rng.randint(1, 9)))


def swap(model: Path, other: Path, rng: random.Random) -> None:
    name = rng.choice(FILES)
    shutil.copy(other / name, model / name)


def swap_inside(model: Path, other: Path, rng: random.Random) -> None:
    one, two = rng.sample(FILES, 2)
    content = (model / one).read_bytes()
    (model / one).write_bytes((model / two).read_bytes())
    (model / two).write_bytes(content)


def add(model: Path, other: Path, rng: random.Random) -> None:
    path = model / rng.choice(("pytorch_model.bin", "model.pkl", "encoder/modules.json", "model.safetensors.bak"))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pickle.dumps(Path("a pickle")))


def link(model: Path, other: Path, rng: random.Random) -> None:
    path = model / rng.choice(FILES)
    away = model.parent / f"away-{path.name}"
    path.rename(away)
    path.symlink_to(rng.choice((away, away.name, "/dev/zero", "nowhere")))


def link_beside(model: Path, other: Path, rng: random.Random) -> None:
    (model / rng.choice(("encoder", "more"))).symlink_to(rng.choice((other, model, "/")))


def remove(model: Path, other: Path, rng: random.Random) -> None:
    (model / rng.choice(FILES)).unlink()


def make_folder(model: Path, other: Path, rng: random.Random) -> None:
    path = model / rng.choice(FILES)
    path.unlink()
    path.mkdir()


def edit_manifest(model: Path, other: Path, rng: random.Random) -> None:
    path = model / "manifest.json"
    manifest = json.loads(path.read_text())
    sums = manifest["sha256"]
    name = rng.choice(sorted(sums))
    edits: list[Any] = [
        {"sha256": {key: value for key, value in sums.items() if key != name}},
        {"sha256": sums | {name: "0" * 64}},
        {"sha256": sums | {name: sums[name].upper()}},
        {"sha256": sums | {"../other/config.json": "0" * 64}},
        {"sha256": sums | {"/etc/hostname": "0" * 64}},
        {"sha256": sums | {"more.bin": sums[name]}},
        {"sha256": {}},
        {"sha256": list(sums)},
        {"md5": sums},
        [manifest],
        None,
        3,
    ]
    path.write_text(json.dumps(rng.choice(edits)))


def config_edits(config: dict[str, Any]) -> list[Any]:
    """Edits that make a configuration wrong, whatever its manifest says."""
    shape, encoder = config["shape"], config["encoder"]
    right = [
        ("sentemo", "x"),
        ("neutral", None),
        ("graphs", None),
        ("decision", None),
        ("adapted", None),
        ("reader", None),
    ]
    wrong = [(key, value) for key in config for value in (None, "x", 3.5, [3]) if (key, value) not in right]
    return [
        *({key: value for key, value in config.items() if key != left_out} for left_out in config),
        *(config | {key: value} for key, value in wrong),
        *(config | {"shape": {key: value for key, value in shape.items() if key != out}} for out in shape),
        *(config | {"shape": shape | {key: value}} for key in shape for value in (None, "x", -1, [1], float("nan"))),
        *(config | {"shape": shape | {key: shape[key] + 1}} for key in shape if type(shape[key]) is int),
        config | {"shape": shape | {"keep_own": not shape["keep_own"]}},
        config | {"shape": shape | {"paper_classifier": not shape["paper_classifier"]}},
        config | {"shape": shape | {"dropout": 7.0}},
        config | {"shape": shape | {"context_dim": shape["context_dim"] * 2, "heads": 0}},
        config | {"shape": shape | {"more": 1}},
        *({**config, "encoder": {key: value for key, value in encoder.items() if key != out}} for out in encoder),
        config | {"encoder": encoder | {"sha256": "0" * 64}},
        config | {"encoder": encoder | {"kind": "other"}},
        config | {"encoder": encoder | {"layers": [1]}},
        config | {"encoder": encoder | {"dimension": 24}},
        config | {"encoder": encoder | {"name": "hashing-24"}},
        config | {"encoder": encoder | {"name": "hashing-x"}},
        config | {"encoder": encoder | {"name": "no-such-encoder"}},
        config | {"carries_encoder": True},
        config | {"labels": config["labels"][:-1]},
        config | {"labels": [*config["labels"], "more"]},
        config | {"labels": config["labels"][:1] * 4},
        config | {"labels": [1, 2, 3, 4]},
        config | {"labels": [[], [], [], []]},
        config | {"neutral": "absent"},
        config | {"prototypes": False},
        config | {"neighbours": 0},
        config | {"neighbours": 5},
        config | {"neighbours": -5},
        config | {"format": 1},
        config | {"format": 4.5},
        config | {"heads": {"own": ["joy"]}},
        config | {"heads": {"own": [["joy", "joy"], None]}},
        config | {"heads": {"own": [["joy"], None]}},
        config | {"reader": {}},
        config | {"reader": []},
        config | {"decision": True},
        config | {"pickle": "model.bin"},
        [config],
        "config",
        None,
    ]


def edit_header(model: Path, other: Path, rng: random.Random) -> None:
    """Edit the header of weights and the manifest with it."""
    path = model / rng.choice(WEIGHTS)
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    name = rng.choice(sorted(key for key in header if key != "__metadata__" and header[key]["dtype"] == "F32"))
    entry = header[name]
    start, stop = entry["data_offsets"]
    edits: list[Any] = [
        *({**header, name: entry | {"dtype": kind}} for kind in ("F64", "I32", "BF16", "F8_E4M3", "Q4", "", None, 3)),
        {**header, name: entry | {"shape": [*entry["shape"], 2]}},
        {**header, name: entry | {"shape": [-1]}},
        {**header, name: entry | {"shape": [2**63, 2**63]}},
        {**header, name: entry | {"shape": [*entry["shape"][::-1], 1]}},
        {**header, name: entry | {"data_offsets": [start + 4, stop]}},
        {**header, name: entry | {"data_offsets": [start, stop + 10**12]}},
        {**header, name: entry | {"data_offsets": [stop, start]}},
        {key: value for key, value in header.items() if key != name},
        {(key + "x" if key == name else key): value for key, value in header.items()},
        {("__reduce__" if key == name else key): value for key, value in header.items()},
        {},
        [],
    ]
    new = json.dumps(rng.choice(edits)).encode()
    length = rng.choice([len(new)] * 8 + [0, 2**63, len(new) - 1, len(content)])
    path.write_bytes(length.to_bytes(8, "little") + new + content[8 + size :])
    write_manifest(model)


def spoil_numbers(model: Path, other: Path, rng: random.Random) -> None:
    path = model / rng.choice(WEIGHTS)
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    floats = [entry["data_offsets"] for entry in header.values() if entry.get("dtype") == "F32"]
    start, stop = rng.choice(floats)
    place = 8 + size + rng.randrange(start, stop, 4)
    content[place : place + 4] = rng.choice((b"\x00\x00\xc0\x7f", b"\x00\x00\x80\x7f", b"\x00\x00\x80\xff"))
    path.write_bytes(content)
    write_manifest(model)


KINDS: dict[Mutation, int] = {
    flip: 60,
    cut: 30,
    lengthen: 10,
    swap: 8,
    swap_inside: 12,
    add: 8,
    link: 16,
    link_beside: 6,
    remove: 8,
    make_folder: 8,
    edit_manifest: 30,
    edit_header: 60,
    spoil_numbers: 8,
}


@pytest.mark.evidence("models.mutations")
@pytest.mark.parametrize(("kind", "count"), KINDS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_mutation_is_refused(
    saved: tuple[Path, Path], tmp_path: Path, kind: Mutation, count: int, evidence: Evidence
) -> None:
    count *= evidence.scale(1, 19)
    for seed in range(count):
        work = tmp_path / str(seed)
        for source, name in zip(saved, ("model", "other"), strict=True):
            shutil.copytree(source, work / name)
        kind(work / "model", work / "other", random.Random(seed))
        with pytest.raises(BadModel) as caught:
            SentEmoContext.from_pretrained(work / "model")
        assert caught.value.exit_code == 4 and len(str(caught.value)) < 1000
        shutil.rmtree(work)
    evidence.count(count, "mutations")


@pytest.mark.evidence("models.mutations")
def test_every_wrong_configuration_is_refused_though_its_manifest_fits(
    saved: tuple[Path, Path], tmp_path: Path
) -> None:
    shutil.copytree(saved[0], tmp_path / "model")
    path = tmp_path / "model" / "config.json"
    config = json.loads(path.read_text())
    for edit in (edit for edit in config_edits(config) if edit != config):
        path.write_text(json.dumps(edit))
        write_manifest(path.parent)
        try:
            with pytest.raises(BadModel):
                SentEmoContext.from_pretrained(path.parent)
        except BaseException as error:
            error.add_note(f"the edit: {json.dumps(edit)}")
            raise
    path.write_text(json.dumps(config))
    write_manifest(path.parent)
    SentEmoContext.from_pretrained(path.parent)


def test_the_models_that_are_mutated_are_sound(saved: tuple[Path, Path]) -> None:
    for seed, folder in enumerate(saved):
        write_manifest(folder)  # as the edits above do
        assert SentEmoContext.from_pretrained(folder).facts["seed"] == seed


def test_hidden_files_of_a_hub_or_a_system_do_no_harm(saved: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.copytree(saved[0], tmp_path / "model")
    (tmp_path / "model" / ".cache").mkdir()
    (tmp_path / "model" / ".cache" / "download.lock").write_text("")
    (tmp_path / "model" / ".gitattributes").write_text("*.safetensors filter=lfs")
    assert SentEmoContext.from_pretrained(tmp_path / "model").facts["seed"] == 0
