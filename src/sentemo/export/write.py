"""Write a model's parts as ONNX graphs to its folder."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from sentemo.artifacts.parts import ModelParts
from sentemo.artifacts.pretrained import TOKENIZER, WEIGHTS, WriteGraphs, save
from sentemo.artifacts.weights import Precision
from sentemo.encoders.pieces import Pieces
from sentemo.encoders.reader import DialogueReader
from sentemo.encoders.sentence import SentenceEncoder
from sentemo.errors import MissingExtra, UsageError
from sentemo.export.linear8 import with_8_bits
from sentemo.export.shared_weights import Stored, share, stored_arrays
from sentemo.files import cannot_write
from sentemo.inference.graphs import GraphsRecord
from sentemo.inference.modules import Modules, modules_of
from sentemo.inference.runner import Part
from sentemo.network.network import Network
from sentemo.network.parts import Pooled
from sentemo.network.reader import Reader

OPSET = 23  # the first that has Attention
ANY = torch.export.Dim.DYNAMIC


@dataclass(frozen=True)
class Traced:
    """A module with named example inputs for tracing, and the axes whose sizes may vary."""

    module: nn.Module
    inputs: dict[str, Tensor]
    varying: tuple[tuple[int, ...], ...]


def export(model: ModelParts, folder: Path, *, precision: Precision = "int8") -> None:
    """Write a model that runs without torch, atomically: its weights, and graphs that refer to them.

    Raises `UsageError` if the model can't be exported or the folder contains something else, and `MissingExtra` if
    onnxscript is not installed.
    """
    save(model, folder, precision=precision, carry_encoder=False, write_graphs=writer(model, precision))


def writer(model: ModelParts, precision: Precision) -> WriteGraphs:
    """Return the function that writes a model's graphs; raise `UsageError` if it can't be exported."""
    return partial(_write, *_parts(modules_of(model.runner)), precision)


def can_export(model: ModelParts) -> bool:
    """Return whether a model can be exported, that is, its encoder is a BERT."""
    try:
        writer(model, "int8")
    except UsageError:
        return False
    return True


def _write(pieces: Pieces, parts: Mapping[Part, Traced], precision: Precision, folder: Path) -> GraphsRecord:
    known = stored_arrays(folder / WEIGHTS)
    for name, part in parts.items():
        write_graph(folder / f"{name}.onnx", part, precision, known)
    pieces.tokenizer.save(str(folder / TOKENIZER))
    return GraphsRecord(precision, pieces.max_tokens)


def write_graph(path: Path, part: Traced, precision: Precision, known: dict[bytes, Stored]) -> None:
    """Trace a module and write its graph, without the source locations that tracing records."""
    module = (with_8_bits(part.module) if precision == "int8" else part.module).eval()
    shapes = {name: dict.fromkeys(axes, ANY) for name, axes in zip(part.inputs, part.varying, strict=True)}
    with _quiet(), torch.no_grad():
        try:
            program = torch.onnx.export(
                module,
                kwargs=part.inputs,
                input_names=list(part.inputs),
                dynamic_shapes=shapes,
                opset_version=OPSET,
                dynamo=True,
                verbose=False,
            )
        except (ImportError, torch.onnx.OnnxExporterError) as error:
            if isinstance(error, ImportError) or isinstance(error.__cause__, ImportError):
                raise MissingExtra("onnxscript", "train") from error
            raise
    proto = cast("torch.onnx.ONNXProgram", program).model_proto
    for noted in (proto.graph, *proto.graph.node, *proto.graph.value_info, *proto.graph.initializer):
        noted.ClearField("metadata_props")
        noted.ClearField("doc_string")
    share(proto.graph, known, WEIGHTS)
    with cannot_write(path):
        path.write_bytes(proto.SerializeToString(deterministic=True))


def _parts(runner: Modules) -> tuple[Pieces, dict[Part, Traced]]:
    encoder, network = runner.encoder, runner.network
    if isinstance(encoder, DialogueReader):
        return encoder.pieces, _reader_parts(runner, encoder.module) | _network_parts(runner, network)
    if isinstance(frozen := getattr(encoder, "encoder", encoder), SentenceEncoder):  # perhaps behind a cache
        reader, normalize = _as_reader(frozen)
        module = Pooled(reader.module, frozen.identity.layers, normalize)
        parts: dict[Part, Traced] = {"utterances": _utterances(module)}
        return reader.pieces, parts | _network_parts(runner, network)
    raise UsageError(f"The encoder {encoder.identity.name} has no graph", "Export a model that reads with a BERT")


def _utterances(module: nn.Module) -> Traced:
    inputs = {"tokens": torch.ones(3, 7, dtype=torch.long), "lengths": torch.tensor([7, 3, 2])}
    return Traced(module, inputs, ((0, 1), (0,)))


def _reader_parts(runner: Modules, reader: Reader) -> dict[Part, Traced]:
    shape = reader.shape
    upper, at_head = shape.layers - shape.alone, shape.width // shape.heads
    states, speakers = torch.randn(3, 9, shape.width), torch.zeros(3, 4, dtype=torch.long)
    turns = torch.tensor([[0, 0, 0, 1, 1, 1, 2, 2, -1]] * 3)
    whole = {"states": states, "turns": turns, "speakers": speakers, "causal": torch.tensor(False)}
    parts: dict[Part, Traced] = {
        "utterances": _utterances(runner.parts["utterances"]),
        "dialogues": Traced(runner.parts["dialogues"], whole, ((0, 1), (0, 1), (0, 1), ())),
    }
    if upper:
        newest = {
            "states": states[0, :5],
            "speaker": torch.tensor(1),
            "back": torch.tensor([1, 1, 1, 0, 0, 0, 0, 0]),
            "past": torch.randn(upper, 2, shape.heads, 3, at_head),
        }
        parts["reader-turn"] = Traced(runner.parts["reader-turn"], newest, ((0,), (), (0,), (3,)))
    return parts


def _network_parts(runner: Modules, network: Network) -> dict[Part, Traced]:
    shape = network.shape
    whole = {
        "utterances": torch.randn(3, 7, shape.embedding_dim),
        "speakers": torch.ones(3, 7, dtype=torch.long),
        "lengths": torch.tensor([7, 3, 2]),
        "first_turn": torch.zeros(3, dtype=torch.long),
        "causal": torch.tensor(False),
    }
    newest = {
        "utterance": torch.randn(shape.embedding_dim),
        "speaker": torch.tensor(1),
        "place": torch.tensor(3),
        "back": torch.tensor([3, 2, 1, 0]),
        "same": torch.tensor([0, 1, 0, 1]),
        "past": torch.randn(shape.layers, 2, shape.heads, 3, shape.context_dim // shape.heads),
    }
    return {
        "network": Traced(runner.parts["network"], whole, ((0, 1), (0, 1), (0,), (0,), ())),
        "network-turn": Traced(runner.parts["network-turn"], newest, ((), (), (), (0,), (0,), (3,))),
    }


def _as_reader(encoder: SentenceEncoder) -> tuple[DialogueReader, bool]:
    """Return a frozen BERT as a reader of single utterances, and whether its embeddings have length 1."""
    kinds = [type(module).__name__ for module in encoder.model]
    pooling = cast(Any, encoder.model[1]).get_config_dict() if len(kinds) > 1 else {}
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]) or not _means(pooling):
        step = "Export a model whose encoder is a BERT with mean pooling, such as all-MiniLM-L6-v2"
        raise UsageError(f"The encoder {encoder.identity.name} can't become a graph ({', '.join(kinds)})", step)
    most = int(encoder.model.max_seq_length or 512)
    reader = DialogueReader.start_from(encoder.folder, encoder.identity.name, alone=10**6, window=0, max_tokens=most)
    return reader, kinds[-1] == "Normalize"


def _means(pooling: dict[str, Any]) -> bool:
    chosen = [name for name, value in pooling.items() if name.startswith("pooling_mode") and value not in (False, "")]
    return chosen == ["pooling_mode_mean_tokens"] or pooling.get("pooling_mode") == "mean"


@contextmanager
def _quiet(loggers: Sequence[str] = ("torch.onnx", "torch.export", "onnxscript")) -> Iterator[None]:
    """Silence the exporter's log messages about its internals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [logging.getLogger(name) for name in loggers]
        levels = [logger.level for logger in found]
        for logger in found:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(found, levels, strict=True):
                logger.setLevel(level)
