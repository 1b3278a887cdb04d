"""Save and load a model: configuration, weights, graphs, card, manifest. No torch if there are graphs.

`model.safetensors` contains the weights of encoder and network, used by torch or by graphs, which refer to it;
`heads.safetensors` contains the heads that are computed from their features.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from sentemo.artifacts.card import model_card
from sentemo.artifacts.config import (
    CONFIG,
    Config,
    as_record,
    describe,
    parse,
    parse_adapted,
    parse_heads,
    parse_rule,
    read_config,
)
from sentemo.artifacts.hub import find, is_repository, upload
from sentemo.artifacts.manifest import AGAIN, check_free, check_manifest, write_manifest
from sentemo.artifacts.parts import ModelParts
from sentemo.artifacts.tags import read_tags, write_tags
from sentemo.artifacts.weights import Array, Precision, count_numbers, read_weights, write_weights
from sentemo.encoders.pieces import Pieces
from sentemo.errors import BadModel, MissingExtra, UsageError
from sentemo.files import staged_folder
from sentemo.heads import Adapted, Method, Neighbours, OtherLabels, Prototypes, arrays_of
from sentemo.inference.graphs import Graphs, GraphsRecord
from sentemo.inference.runner import Architecture, Runner
from sentemo.types import LabelSet

if TYPE_CHECKING:
    from sentemo.encoders.encoder import Encoder

WEIGHTS, HEADS, TEXTS, TOKENIZER = (
    "model.safetensors",
    "heads.safetensors",
    "examples.json",
    "tokenizer.json",
)
EngineName = Literal["auto", "onnx", "torch"]
WriteGraphs = Callable[[Path], GraphsRecord]
"""Writes graphs next to the weights in a folder."""


def save(
    model: ModelParts,
    folder: Path,
    *,
    precision: Precision,
    carry_encoder: bool,
    write_graphs: WriteGraphs | None = None,
) -> None:
    """Write a model atomically; an existing folder that contains anything but a model is left untouched."""
    check_free(folder)
    with staged_folder(folder) as staged:
        graphs = None
        if isinstance(model.runner, Graphs):
            graphs = _copy(model.runner, staged)
        else:
            from sentemo.artifacts.trained import write_modules

            write_modules(model.runner, staged, precision, carry_encoder)
            graphs = write_graphs(staged) if write_graphs is not None else None
        write_weights(staged / HEADS, heads_of(model), precision)
        config = describe(model, carries_encoder=carry_encoder, graphs=graphs)
        (staged / CONFIG).write_text(config.to_text(), encoding="utf-8")
        (staged / "README.md").write_text(card(model), encoding="utf-8")
        if model.adapted is not None:
            (staged / TEXTS).write_text(json.dumps(model.texts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if model.tags is not None:
            write_tags(staged, model.tags)
        write_manifest(staged)


def _copy(runner: Graphs, folder: Path) -> GraphsRecord:
    for path in [runner.folder / WEIGHTS, runner.folder / TOKENIZER, *runner.folder.glob("*.onnx")]:
        shutil.copyfile(path, folder / path.name)
    return runner.record


def load(
    name: str | Path,
    *,
    revision: str | None = None,
    encoder: Encoder | None = None,
    engine: EngineName = "auto",
    threads: int = 1,
) -> ModelParts:
    """Find a model by folder, hub id or shipped name, verify all of it, and load it strictly.

    It runs its graphs if it has any, unless torch is requested or an encoder is given.
    """
    folder = find(name, revision)
    sums = check_manifest(folder)
    config = read_config(folder / CONFIG)
    labels, known = parse(config, folder / CONFIG)
    if engine == "onnx" and config.graphs is None:
        raise UsageError(f"The model in {folder} has no graphs", f"Write them with: sentemo export {name} --out DIR")
    if config.graphs is not None and engine != "torch" and encoder is None:
        return _assembled(_graphs(folder, config, known, threads, sums), config, None, labels, folder)
    try:
        from sentemo.artifacts import trained
    except ImportError as error:
        if error.name is None or error.name.split(".")[0] != "torch":
            raise
        raise MissingExtra(f"torch, which the model in {folder} needs,", "train") from error
    return _assembled(*trained.read_modules(folder, config, known, encoder, sums[WEIGHTS]), labels, folder)


def _graphs(folder: Path, config: Config, known: Architecture, threads: int, sums: Mapping[str, str]) -> Graphs:
    record = as_record(config.graphs or {}, GraphsRecord, folder / CONFIG)
    if record.max_tokens < 1:
        raise BadModel(f"{folder / CONFIG} has invalid sizes", AGAIN)
    key = ",".join(sums[name] for name in sums if name == WEIGHTS or name.endswith(".onnx"))
    tokenizer = Pieces.read(folder / TOKENIZER, record.max_tokens)
    found = Graphs(folder, known, tokenizer, record, count_numbers(folder / WEIGHTS), key, threads)
    found.check()
    return found


def heads_of(model: ModelParts) -> dict[str, Array]:
    """Return the arrays of the heads by name."""
    named: dict[str, object] = {f"heads.{name}": other for name, other in model.heads.items()}
    named |= {"prototypes": model.prototypes, "neighbours": model.neighbours, "adapted": model.adapted}
    return {
        f"{prefix}.{name}": array
        for prefix, head in named.items()
        if head is not None
        for name, array in arrays_of(head).items()
    }


def _shapes(config: Config, known: Architecture, others: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    outputs, features, stored = known.network.labels, known.features, config.neighbours
    shapes: dict[str, tuple[int, ...]] = {}
    if config.prototypes:
        shapes["prototypes.points"] = (outputs, known.network.space_dim)
    if stored:
        kept = {"features": (stored, features), "labels": (stored,), "scores": (stored, outputs)}
        shapes |= {f"neighbours.{name}": shape for name, shape in kept.items()}
    if config.adapted:
        of = config.adapted
        rows = 0 if of["method"] == "neighbours" else of["labels"]
        shapes |= {"adapted.examples": (of["stored"], features), "adapted.gold": (of["stored"],)}
        shapes |= {"adapted.weight": (rows, features), "adapted.bias": (rows,)}
    for name, size in others.items():
        shapes |= {f"heads.{name}.weight": (size, features)}
        shapes |= {f"heads.{name}.{part}": (size,) for part in ("bias", "threshold")}
    return shapes


def _assembled(
    runner: Runner, config: Config, arrays: Mapping[str, Array] | None, labels: LabelSet, folder: Path
) -> ModelParts:
    """Combine the heads with the runner; in format 4, the heads were read with the weights."""
    path, known = folder / CONFIG, runner.architecture
    others = parse_heads(config, path)
    shapes = _shapes(config, known, {name: len(each) for name, each in others.items()})
    if arrays is None:
        arrays = read_weights(folder / HEADS, shapes)
    elif {name: array.shape for name, array in arrays.items()} != shapes:
        raise BadModel(f"{folder / WEIGHTS} does not fit its configuration", AGAIN)
    adapted = _adapted(config, arrays, path)
    model = ModelParts(
        runner,
        labels,
        prototypes=Prototypes(**_under(arrays, "prototypes.")) if config.prototypes else None,
        neighbours=Neighbours(**_under(arrays, "neighbours.")) if config.neighbours else None,
        facts=config.facts,
        decision=parse_rule(config.decision, known.network.labels, path),
        adapted=adapted,
        label_of=tuple(config.label_of),
        texts=_read_texts(folder / TEXTS, len(adapted.gold)) if adapted else (),
        heads={name: OtherLabels(own, **_under(arrays, f"heads.{name}.")) for name, own in others.items()},
        tags=read_tags(folder, known.features, len(others.get("shades", ()))),
    )
    for kept, n_labels in (
        *([(model.neighbours.labels, known.network.labels)] if model.neighbours else []),
        *([(adapted.gold, adapted.labels)] if adapted else []),
    ):
        if kept.dtype.kind != "i" or (len(kept) and not 0 <= kept.min() <= kept.max() < n_labels):
            raise BadModel(f"{folder} keeps examples of labels that it doesn't have", AGAIN)
    return model


def _adapted(config: Config, arrays: Mapping[str, Array], path: Path) -> Adapted | None:
    record = parse_adapted(config.adapted, path)
    if record is None:
        return None
    given = _under(arrays, "adapted.") | {"scale": record.scale, "threshold": record.threshold}
    return Adapted(cast(Method, record.method), record.labels, record.extends, **given)


def _under(arrays: Mapping[str, Array], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _read_texts(path: Path, stored: int) -> tuple[str, ...]:
    try:
        texts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path} is missing or damaged", AGAIN) from error
    if not isinstance(texts, list) or len(texts) != stored or not all(isinstance(text, str) for text in texts):
        raise BadModel(f"{path} doesn't hold the texts of {stored} examples", AGAIN)
    return tuple(texts)


def push(model: ModelParts, repository: str, *, private: bool, message: str) -> str:
    """Save to a temporary folder and upload it."""
    if not is_repository(repository):
        raise UsageError(f"{repository!r} is not a hub id", "Write owner/name")
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "model"
        save(model, saved, precision="float32", carry_encoder=False)
        return upload(saved, repository, private=private, message=message)


def card(model: ModelParts) -> str:
    """Return a model's card."""
    known = model.runner.architecture
    return model_card(
        labels=model.labels.names,
        encoder=known.encoder.name,
        tuned=known.reader is not None,
        parameters=model.runner.parameters,
        facts=model.facts,
    )
