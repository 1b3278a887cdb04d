"""A model to and from a folder: configuration, weights, card, manifest."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import torch
from tokenizers import Tokenizer
from torch import Tensor

from sentemo.artifacts.card import model_card
from sentemo.artifacts.config import config_text, parse, parse_heads, read_config
from sentemo.artifacts.find import find
from sentemo.artifacts.hub import is_repository, upload
from sentemo.artifacts.manifest import AGAIN, check_free, check_manifest, write_manifest
from sentemo.artifacts.parts import ModelParts, OtherLabels
from sentemo.artifacts.weights import Precision, load_strictly, read_weights, write_weights
from sentemo.encoders.encoder import Encoder, load_encoder
from sentemo.encoders.identity import EncoderIdentity
from sentemo.encoders.reader import TOKENIZER, DialogueReader
from sentemo.errors import BadModel, UsageError
from sentemo.files import staged_folder
from sentemo.network.adapted import Adapted, AdaptedShape, Method
from sentemo.network.decision import Decision
from sentemo.network.heads import Neighbours, Prototypes
from sentemo.network.label_head import LabelHead
from sentemo.network.network import Network
from sentemo.network.reader import Reader, ReaderShape
from sentemo.network.shape import NetworkShape
from sentemo.types import LabelSet

if TYPE_CHECKING:
    from torch import nn

TEXTS = "examples.json"


def save(model: ModelParts, folder: Path, *, precision: Precision, carry_encoder: bool) -> None:
    """Write a model; a folder that is there and holds anything but a model is left alone."""
    check_free(folder)
    with staged_folder(folder) as staged:
        write_weights(staged / "model.safetensors", _tensors(model), precision)
        (staged / "config.json").write_text(config_text(model, carry_encoder), encoding="utf-8")
        (staged / "README.md").write_text(card(model), encoding="utf-8")
        if model.adapted is not None:
            (staged / TEXTS).write_text(json.dumps(model.texts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if isinstance(model.encoder, DialogueReader):
            model.encoder.tokenizer.save(str(staged / TOKENIZER))
        elif carry_encoder:
            _save_encoder(model.encoder, staged / "encoder")
        write_manifest(staged)


def load(name: str | Path, *, revision: str | None, encoder: Encoder | None) -> ModelParts:
    """Find a model by folder, hub id or the word `default`, check it whole, and load it strictly."""
    folder = find(name, revision)
    check_manifest(folder)
    config = read_config(folder / "config.json")
    labels, shape, identity = parse(config)
    if config["reader"] is not None:
        if encoder is not None:
            raise UsageError(f"The model in {folder} has an encoder of its own", "Load it without another")
        encoder = _build_reader(folder, config["reader"], identity)
    encoder = encoder or _find_encoder(folder, config, identity)
    if encoder.identity.key != identity.key:
        raise BadModel(
            f"The model in {folder} was trained on embeddings of {identity.name} ({identity.sha256[:12]}), "
            f"not of {encoder.identity.name} ({encoder.identity.sha256[:12]})",
            "Give the encoder that it names, or train again with yours",
        )
    source = folder / "model.safetensors"
    tensors = read_weights(source)
    if shape.layers > len(tensors):
        raise BadModel(f"{source} does not fit its configuration: layers are missing", AGAIN)
    model = _build(encoder, shape, labels, config)
    if model.adapted is not None:
        model.texts = _read_texts(folder / TEXTS, model.adapted.shape.stored)
    modules = model.modules()
    _check_prefixes(tensors, modules, source)
    for prefix, part in modules.items():
        load_strictly(part, _under(tensors, prefix), source)
    if model.decision is not None and model.decision.temperature <= 0:
        raise BadModel(f"{source} divides scores by {model.decision.temperature.item()}", AGAIN)
    for kept, n_labels in _kept_labels(model):
        if len(kept) and not 0 <= kept.min() <= kept.max() < n_labels:
            raise BadModel(f"{source} keeps examples of labels that it doesn't have", AGAIN)
    return model


def push(model: ModelParts, repository: str, *, private: bool, message: str) -> str:
    """Save to a temporary folder and upload it."""
    if not is_repository(repository):
        raise UsageError(f"{repository!r} is no hub id", "Write owner/name")
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "model"
        save(model, saved, precision="float32", carry_encoder=False)
        return upload(saved, repository, private=private, message=message)


def _build(encoder: Encoder, shape: NetworkShape, labels: LabelSet, config: Mapping[str, Any]) -> ModelParts:
    """Make the parts without memory for their tensors, so that absurd sizes cost nothing."""
    try:
        with torch.device("meta"):
            outputs = shape.labels
            prototypes = Prototypes(outputs, shape.space_dim) if config["prototypes"] else None
            stored = config["neighbours"]
            neighbours = Neighbours(stored, shape.embedding_dim + shape.space_dim, outputs) if stored else None
            decision = Decision(outputs) if config["decision"] else None
            adapted = _adapted(config["adapted"], shape)
            facts, label_of = config["facts"], tuple(config["label_of"])
            heads = {
                name: OtherLabels(own, LabelHead(len(own), shape.embedding_dim + shape.space_dim))
                for name, own in parse_heads(config).items()
            }
            return ModelParts(
                encoder,
                Network(shape),
                labels,
                prototypes,
                neighbours,
                facts,
                decision,
                adapted,
                label_of,
                heads=heads,
            )
    except (TypeError, ValueError, RuntimeError, ArithmeticError) as error:
        raise BadModel(f"The checkpoint's sizes make no network ({error})", AGAIN) from error


def _adapted(record: Mapping[str, Any] | None, shape: NetworkShape) -> Adapted | None:
    if record is None:
        return None
    adapted = AdaptedShape(**record)
    if adapted.features != shape.embedding_dim + shape.space_dim or adapted.method not in get_args(Method):
        raise ValueError("the few-shot labels don't fit the network")
    return Adapted(adapted)


def _kept_labels(model: ModelParts) -> Iterator[tuple[Tensor, int]]:
    """The labels of stored examples, and how many labels there are."""
    if model.neighbours is not None:
        yield model.neighbours.labels, model.neighbours.n_labels
    if model.adapted is not None:
        yield model.adapted.gold, model.adapted.shape.labels


def _read_texts(path: Path, stored: int) -> tuple[str, ...]:
    try:
        texts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path} is missing or damaged", AGAIN) from error
    if not isinstance(texts, list) or len(texts) != stored or not all(isinstance(text, str) for text in texts):
        raise BadModel(f"{path} doesn't hold the texts of {stored} examples", AGAIN)
    return tuple(texts)


def _tensors(model: ModelParts) -> dict[str, Tensor]:
    return {
        prefix + name: tensor for prefix, part in model.modules().items() for name, tensor in part.state_dict().items()
    }


def _under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _check_prefixes(tensors: Mapping[str, Tensor], parts: Mapping[str, nn.Module], source: Path) -> None:
    for name in tensors:
        if not name.startswith(tuple(parts)):
            raise BadModel(f"{source} holds an unknown tensor {name}", AGAIN)


def _build_reader(folder: Path, record: Mapping[str, Any], identity: EncoderIdentity) -> DialogueReader:
    """Make the encoder that a model carries, without memory for its tensors."""
    known = [field.name for field in fields(ReaderShape)]
    if sorted(record) != sorted(known) or any(type(size) is not int or size < 0 for size in record.values()):
        raise BadModel("The checkpoint's configuration has unknown, missing or mistyped sizes of its reader", AGAIN)
    shape = ReaderShape(**record)
    if shape.width != identity.dimension or not 0 < shape.max_tokens <= shape.places or not shape.layers < 1000:
        raise BadModel("The checkpoint's sizes of its reader don't fit each other", AGAIN)
    try:
        with torch.device("meta"):
            module = Reader(shape)
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        if tokenizer.get_vocab_size() > shape.vocabulary:
            raise ValueError("its tokenizer knows more words than its reader")
        return DialogueReader(tokenizer, module, identity)
    except Exception as error:  # tokenizers raises plain Exception
        raise BadModel(f"The checkpoint's reader can't be made ({error})", AGAIN) from error


def _find_encoder(folder: Path, config: Mapping[str, Any], identity: EncoderIdentity) -> Encoder:
    name = str(folder / "encoder") if config["carries_encoder"] else identity.name
    try:
        return load_encoder(name, identity.layers)
    except UsageError as error:
        raise BadModel(f"The checkpoint's encoder can't be had: {error.cause}", AGAIN) from error


def _save_encoder(encoder: Encoder, folder: Path) -> None:
    from sentemo.encoders.sentence import SentenceEncoder

    if not isinstance(encoder, SentenceEncoder):
        raise UsageError(f"The encoder {encoder.identity.name} can't be carried", "Save with carry_encoder=False")
    encoder.save(folder)


def card(model: ModelParts) -> str:
    """Write a model's card."""
    return model_card(
        labels=model.labels.names,
        encoder=model.encoder.identity.name,
        tuned=isinstance(model.encoder, DialogueReader),
        parameters=sum(p.numel() for part in model.modules().values() for p in part.parameters()),
        facts=model.facts,
    )
