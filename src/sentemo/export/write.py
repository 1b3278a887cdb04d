"""A model to a folder of ONNX graphs."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

import torch
from torch import Tensor, nn

from sentemo import __version__
from sentemo.artifacts.manifest import check_free, write_manifest
from sentemo.artifacts.pretrained import card
from sentemo.artifacts.weights import write_weights
from sentemo.encoders.pieces import Pieces
from sentemo.encoders.reader import DialogueReader
from sentemo.encoders.sentence import SentenceEncoder
from sentemo.errors import MissingExtra, UsageError
from sentemo.export.folder import CONFIG, DIALOGUES, FORMAT, HEADS, NETWORK, TOKENIZER, UTTERANCES, Exported
from sentemo.export.graphs import Joint, Pooled, Scores
from sentemo.export.linear8 import with_8_bits
from sentemo.files import cannot_write, staged_folder
from sentemo.model import SentEmoContext
from sentemo.network.alone import Alone
from sentemo.network.decision import Decision

Bits = Literal["int8", "float32"]
OPSET = 23  # the first that has Attention
ANY = torch.export.Dim.DYNAMIC


@dataclass(frozen=True)
class Part:
    """A module with inputs to trace it by, named, and the axes whose sizes may vary."""

    module: nn.Module
    inputs: dict[str, Tensor]
    varying: tuple[tuple[int, ...], ...]


def as_bits(name: str) -> Bits:
    """Check the name of a precision."""
    for bits in get_args(Bits):
        if bits == name:
            return bits  # type: ignore[no-any-return]
    raise UsageError(f"Graphs can't be written as {name!r}", f"Use one of: {', '.join(get_args(Bits))}")


def export(model: SentEmoContext, folder: Path, *, precision: Bits = "int8", source: str = "") -> None:
    """Write a model's graphs, tokenizer and configuration, whole or not at all.

    `source` is the SHA-256 of the manifest of the saved model. Raises `UsageError` for a model that can't be exported
    and for a folder that holds something else, `MissingExtra` where onnxscript is not installed.
    """
    check_free(folder)
    pieces, parts = _parts(model)
    with staged_folder(folder) as staged:
        for name, part in parts.items():
            write_graph(staged / name, part, precision)
        pieces.tokenizer.save(str(staged / TOKENIZER))
        if model.heads:
            heads = {f"{name}.{key}": t for name, h in model.heads.items() for key, t in h.head.state_dict().items()}
            write_weights(staged / HEADS, heads, "float32")
        (staged / CONFIG).write_text(_config(model, pieces, precision, source).to_text(), encoding="utf-8")
        (staged / "README.md").write_text(card(model), encoding="utf-8")
        write_manifest(staged)


def write_graph(path: Path, part: Part, precision: Bits) -> None:
    """Trace a module and write its graph, without the notes that tracing leaves of places in source files."""
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
                raise MissingExtra("onnxscript", "export") from error
            raise
    proto = cast("torch.onnx.ONNXProgram", program).model_proto
    for noted in (proto.graph, *proto.graph.node, *proto.graph.value_info, *proto.graph.initializer):
        noted.ClearField("metadata_props")
        noted.ClearField("doc_string")
    with cannot_write(path):
        path.write_bytes(proto.SerializeToString(deterministic=True))


def _parts(model: SentEmoContext) -> tuple[Pieces, dict[str, Part]]:
    encoder = model.encoder
    if isinstance(encoder, DialogueReader):
        reader = encoder
        alone: nn.Module = Alone(reader.module)
    elif isinstance(encoder, SentenceEncoder):
        reader, normalize = _as_reader(encoder)
        alone = Pooled(reader.module, encoder.identity.layers, normalize)
    else:
        raise UsageError(f"The encoder {encoder.identity.name} has no graph", "Export a model that reads with a BERT")
    numbers, lengths, causal = torch.ones(3, 7, dtype=torch.long), torch.tensor([7, 3, 2]), torch.tensor(False)
    parts = {UTTERANCES: Part(alone, {"tokens": numbers, "lengths": lengths}, ((0, 1), (0,)))}
    if isinstance(encoder, DialogueReader):
        states = torch.randn(3, 9, reader.module.shape.width)
        turns, speakers = torch.tensor([[0, 0, 0, 1, 1, 1, 2, 2, -1]] * 3), torch.zeros(3, 4, dtype=torch.long)
        inputs = {"states": states, "turns": turns, "speakers": speakers, "causal": causal}
        parts[DIALOGUES] = Part(Joint(reader.module), inputs, ((0, 1), (0, 1), (0, 1), ()))
    inputs = {
        "utterances": torch.randn(3, 7, model.network.shape.embedding_dim),
        "speakers": numbers,
        "lengths": lengths,
        "first_turn": torch.zeros(3, dtype=torch.long),
        "causal": causal,
    }
    parts[NETWORK] = Part(Scores(model.network, model.adapted), inputs, ((0, 1), (0, 1), (0,), (0,), ()))
    return reader.pieces, parts


def _as_reader(encoder: SentenceEncoder) -> tuple[DialogueReader, bool]:
    """A frozen BERT as a reader that reads every utterance alone, and whether its embedding is of length 1."""
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


def _config(model: SentEmoContext, pieces: Pieces, precision: Bits, source: str) -> Exported:
    adapted = model.adapted
    outputs = model.network.shape.labels if adapted is None or adapted.shape.extends else adapted.shape.labels
    own = adapted is None or adapted.shape.extends
    decision = model.decision if model.decision is not None and own else Decision(outputs)
    reader = model.encoder.module.shape if isinstance(model.encoder, DialogueReader) else None
    return Exported(
        format=FORMAT,
        sentemo=__version__,
        precision=precision,
        source=source,
        labels=list(model.labels.names),
        neutral=model.labels.neutral,
        max_tokens=pieces.max_tokens,
        width=model.network.shape.embedding_dim,
        features=model.network.shape.embedding_dim + model.network.shape.space_dim,
        heads={name: [list(each.labels.names), each.labels.neutral] for name, each in model.heads.items()},
        reader_reach=None if reader is None else reader.reach,
        network_reach=model.network.shape.reach,
        prior=decision.prior.tolist(),
        temperature=decision.temperature.item(),
        label_of=list(model.label_of),
        threshold=adapted.threshold.item() if adapted is not None and adapted.shape.extends else None,
        facts=dict(model.facts),
    )


@contextmanager
def _quiet(loggers: Sequence[str] = ("torch.onnx", "torch.export", "onnxscript")) -> Iterator[None]:
    """Keep the exporter's remarks on its own insides off the user's screen."""
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
