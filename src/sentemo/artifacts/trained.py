"""Save and load the torch modules of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn

from sentemo.artifacts.config import BEFORE, CONFIG, Config, parse, read_config
from sentemo.artifacts.hub import find
from sentemo.artifacts.manifest import AGAIN, check_manifest
from sentemo.artifacts.weights import Array, Precision, read_weights, write_weights
from sentemo.encoders.encoder import Encoder, EncoderIdentity
from sentemo.encoders.reader import KIND, TOKENIZER, AnyEncoder, DialogueReader
from sentemo.encoders.sentence import load_encoder
from sentemo.errors import BadModel, UsageError
from sentemo.files import sha256_of
from sentemo.heads import points_of
from sentemo.inference.modules import Modules, modules_of
from sentemo.inference.runner import Architecture, Runner
from sentemo.network.network import Network
from sentemo.network.reader import Reader

WEIGHTS = "model.safetensors"


def write_modules(runner: Runner, folder: Path, precision: Precision, carry_encoder: bool) -> None:
    """Write weights and tokenizer, and optionally the files of a frozen encoder."""
    own = modules_of(runner)
    tensors = {
        prefix + name: tensor.detach().cpu().numpy()
        for prefix, module in own.trained.items()
        for name, tensor in module.state_dict().items()
    }
    write_weights(folder / WEIGHTS, tensors, precision)
    if isinstance(own.encoder, DialogueReader):
        own.encoder.tokenizer.save(str(folder / TOKENIZER))
    elif carry_encoder:
        _save_encoder(own.encoder, folder / "encoder")


def read_modules(
    folder: Path, config: Config, known: Architecture, encoder: Encoder | None, key: str
) -> tuple[Modules, Config, Mapping[str, Array] | None]:
    """Read the torch modules; in format 4, also the other arrays, which were stored with the weights.

    Raises `BadModel` if the encoder is not the one it was trained with.
    """
    if known.reader is not None and encoder is not None:
        raise UsageError(f"The model in {folder} has an encoder of its own", "Load it without another")
    source = folder / WEIGHTS
    arrays = read_weights(source)
    if known.network.layers > len(arrays):
        raise BadModel(f"{source} does not fit its configuration: layers are missing", AGAIN)
    runner = Modules(_encoder(folder, config, known, encoder), _network(known), key)
    for prefix, module in runner.trained.items():
        load_strictly(module, _taken(arrays, prefix), source)
    runner.network.eval()
    if config.format == BEFORE:
        return runner, *_upgraded(config, arrays, runner, source)
    if arrays:
        raise BadModel(f"{source} contains an unknown tensor {min(arrays)}", AGAIN)
    return runner, config, None


def trained_reader(name: str) -> DialogueReader:
    """Return the reader of a saved model, with its network, to go on training from; 8-bit weights are widened.

    Raises `UsageError` if it has a frozen encoder.
    """
    folder = find(name)
    check_manifest(folder)
    config = read_config(folder / CONFIG)
    _, known = parse(config, folder / CONFIG)
    if known.reader is None:
        raise UsageError(f"The model {name} has a frozen encoder", "Start from one whose encoder was tuned: default")
    runner, *_ = read_modules(folder, config, known, None, "")
    found = runner.encoder
    if not isinstance(found, DialogueReader):
        raise TypeError("a model with a reader has one")
    digest = sha256_of(folder / WEIGHTS)
    identity = EncoderIdentity(KIND, f"the model {Path(name).name}", digest, (), known.encoder.dimension)
    return DialogueReader(found.tokenizer, found.module, identity, runner.network)


def _network(known: Architecture) -> Network:
    """Make the network without allocating its tensors, so that absurd sizes cost nothing."""
    try:
        with torch.device("meta"):
            return Network(known.network)
    except (TypeError, ValueError, RuntimeError, ArithmeticError) as error:
        raise BadModel(f"The checkpoint's sizes make no network ({error})", AGAIN) from error


def _encoder(folder: Path, config: Config, known: Architecture, given: Encoder | None) -> AnyEncoder:
    identity = known.encoder
    if known.reader is not None:
        return _reader(folder, known)
    try:
        name = str(folder / "encoder") if config.carries_encoder else identity.name
        found = given or load_encoder(name, identity.layers)
    except UsageError as error:
        raise BadModel(f"The checkpoint's encoder can't be loaded: {error.cause}", AGAIN) from error
    if found.identity.key != identity.key:
        raise BadModel(
            f"The model in {folder} was trained on embeddings of {identity.name} ({identity.sha256[:12]}), "
            f"not of {found.identity.name} ({found.identity.sha256[:12]})",
            "Give the encoder that it names, or train again with yours",
        )
    return found


def _reader(folder: Path, known: Architecture) -> DialogueReader:
    shape = known.reader
    try:
        if shape is None:
            raise ValueError("it has none")
        with torch.device("meta"):
            module = Reader(shape)
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        if tokenizer.get_vocab_size() > shape.vocabulary:
            raise ValueError("its tokenizer knows more words than its reader")
        return DialogueReader(tokenizer, module, known.encoder)
    except Exception as error:  # tokenizers raises plain Exception
        raise BadModel(f"The checkpoint's reader can't be made ({error})", AGAIN) from error


def _save_encoder(encoder: Encoder, folder: Path) -> None:
    from sentemo.encoders.sentence import SentenceEncoder

    if not isinstance(encoder, SentenceEncoder):
        raise UsageError(f"The encoder {encoder.identity.name} can't be carried", "Save with carry_encoder=False")
    encoder.save(folder)


def load_strictly(module: nn.Module, arrays: Mapping[str, Array], source: Path) -> None:
    """Fill a module: no tensor may be missing or left over, and shapes and types must match."""
    wanted = module.state_dict()
    odd = sorted(wanted.keys() ^ arrays.keys())
    if odd:
        raise BadModel(f"{source} does not fit its configuration: {odd[0]} is missing or unknown", AGAIN)
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    for name, tensor in tensors.items():
        if tensor.shape != wanted[name].shape or tensor.dtype != wanted[name].dtype:
            raise BadModel(f"{source}: {name} has another shape or type than its configuration says", AGAIN)
    module.load_state_dict(tensors, assign=True)


def _taken(arrays: dict[str, Array], prefix: str) -> dict[str, Array]:
    """Remove and return the arrays under a prefix."""
    return {name.removeprefix(prefix): arrays.pop(name) for name in [*arrays] if name.startswith(prefix)}


@torch.inference_mode()
def _upgraded(
    config: Config, arrays: dict[str, Array], runner: Modules, source: Path
) -> tuple[Config, Mapping[str, Array]]:
    """Convert what format 4 stored with the weights to the current format."""
    try:
        if config.decision is not None:
            prior, temperature = arrays.pop("decision.prior"), arrays.pop("decision.temperature")
            config = replace(config, decision={"prior": prior.tolist(), "temperature": float(temperature)})
        if config.neighbours:
            features = arrays["neighbours.features"] = arrays.pop("neighbours.points")
            points = points_of(features, runner.network.shape.space_dim)
            arrays["neighbours.scores"] = runner.network.head(torch.from_numpy(points)).numpy()
        if config.adapted is not None:
            numbers: dict[str, Any] = {name: float(arrays.pop(f"adapted.{name}")) for name in ("scale", "threshold")}
            config = replace(config, adapted=config.adapted | numbers)
            width = arrays["adapted.examples"].shape[1]
            arrays.setdefault("adapted.weight", arrays["adapted.examples"][:0].reshape(0, width))
            arrays.setdefault("adapted.bias", arrays["adapted.examples"][:0, 0])
    except (KeyError, ValueError, TypeError, IndexError, RuntimeError) as error:
        raise BadModel(f"{source} does not fit its configuration ({error})", AGAIN) from error
    return config, arrays
