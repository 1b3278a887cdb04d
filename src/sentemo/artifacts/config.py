"""A model's configuration: sizes, labels and encoder as JSON, validated on reading. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from sentemo import __version__
from sentemo.artifacts.manifest import AGAIN
from sentemo.artifacts.parts import ModelParts
from sentemo.encoders.encoder import EncoderIdentity
from sentemo.errors import BadInput, BadModel
from sentemo.heads import Adapted, Method
from sentemo.inference.graphs import GraphsRecord
from sentemo.inference.runner import Architecture
from sentemo.judgement import Rule
from sentemo.network.shape import NetworkShape, ReaderShape
from sentemo.types import LabelSet

Record = TypeVar("Record")


def read_object(path: Path) -> dict[str, Any]:
    """Read a file with one JSON object; raise `BadModel` for anything else."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path} is missing or damaged", AGAIN) from error
    if not isinstance(record, dict):
        raise BadModel(f"{path} is damaged", AGAIN)
    return record


def as_record(record: Mapping[str, Any], kind: type[Record], path: Path) -> Record:
    """Convert a JSON object to a dataclass; raise `BadModel` for unknown, missing or mistyped entries."""
    types = get_type_hints(kind)
    if record.keys() != {field.name for field in fields(kind)} or not all(  # type: ignore[arg-type]
        _is(record[name], wanted) for name, wanted in types.items()
    ):
        raise BadModel(f"{path} has unknown, missing or mistyped entries", AGAIN)
    return kind(**record)


def _is(value: Any, kind: Any) -> bool:
    """Return whether a value read from JSON has the annotated type, including a list's entries."""
    if isinstance(kind, UnionType):
        return any(_is(value, each) for each in get_args(kind))
    if get_origin(kind) is list:
        [entry] = get_args(kind)
        return isinstance(value, list) and all(_is(each, entry) for each in value)
    if kind is float:
        return type(value) in (int, float) and abs(value) < float("inf")
    return isinstance(value, dict) if get_origin(kind) is dict else type(value) is kind


CONFIG = "config.json"
FORMAT, BEFORE = 5, 4
OTHER = "sentemo-"
"""Prefix of the format of static models, and of the exports of earlier versions."""
Shape = TypeVar("Shape", NetworkShape, ReaderShape)


@dataclass(frozen=True)
class RuleRecord:
    """How the classifier's scores become probabilities (`judgement.Rule`)."""

    prior: list[float]
    temperature: float


@dataclass(frozen=True)
class AdaptedRecord:
    """The metadata of labels learnt from a few examples (`heads.Adapted`), besides the arrays."""

    method: str
    labels: int
    extends: bool
    stored: int
    """The number of stored examples."""
    scale: float
    threshold: float


@dataclass(frozen=True)
class Config:
    """The metadata of a model, besides its weights."""

    format: int
    sentemo: str
    """The package version that wrote it."""
    labels: list[str]
    neutral: str | None
    encoder: dict[str, Any]
    carries_encoder: bool
    reader: dict[str, Any] | None
    shape: dict[str, Any]
    prototypes: bool
    neighbours: int
    """The number of stored examples of the labels."""
    decision: dict[str, Any] | None
    adapted: dict[str, Any] | None
    label_of: list[int]
    heads: dict[str, Any]
    """Other label sets by name: their labels, and which of them is neutral."""
    facts: dict[str, Any]
    graphs: dict[str, Any] | None
    """None if there are only weights."""

    def to_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def describe(model: ModelParts, *, carries_encoder: bool, graphs: GraphsRecord | None) -> Config:
    """Return the configuration of a model to be saved."""
    known, adapted, rule = model.runner.architecture, model.adapted, model.decision
    return Config(
        format=FORMAT,
        sentemo=__version__,
        labels=list(model.labels.names),
        neutral=model.labels.neutral,
        encoder=known.encoder.to_json(),
        carries_encoder=carries_encoder and known.reader is None,
        reader=asdict(known.reader) if known.reader else None,
        shape=asdict(known.network),
        prototypes=model.prototypes is not None,
        neighbours=len(model.neighbours.labels) if model.neighbours else 0,
        decision=asdict(RuleRecord([*rule.prior], rule.temperature)) if rule else None,
        adapted=_of_adapted(adapted) if adapted else None,
        label_of=list(model.label_of),
        heads={name: [list(each.labels.names), each.labels.neutral] for name, each in model.heads.items()},
        facts=dict(model.facts),
        graphs=asdict(graphs) if graphs else None,
    )


def _of_adapted(of: Adapted) -> dict[str, Any]:
    return asdict(AdaptedRecord(of.method, of.labels, of.extends, len(of.gold), of.scale, of.threshold))


def read_config(path: Path) -> Config:
    """Read a configuration; raise `BadModel` unless it is complete and of this format or the previous one."""
    record = read_object(path)
    if str(record.get("format")).startswith(OTHER):
        raise BadModel(
            f"The model in {path.parent} is static, or was exported before 0.3, and can only label",
            "Use the model that it was made from",
        )
    if record.get("format") not in (FORMAT, BEFORE):
        raise BadModel(f"{path} has a format that this version doesn't support", "Install a newer sentemo")
    return as_record(_upgraded(record) if record["format"] == BEFORE else record, Config, path)


def _upgraded(record: Mapping[str, Any]) -> dict[str, Any]:
    """Convert format 4, in which the decision and few-shot labels were stored with the weights."""
    known = {**record, "graphs": None, "decision": {} if record.get("decision") else None}
    if isinstance(adapted := record.get("adapted"), dict):
        kept = {name: value for name, value in adapted.items() if name != "features"}
        known["adapted"] = kept | {"scale": 1.0, "threshold": 0.0}
    return known


def parse(config: Config, path: Path) -> tuple[LabelSet, Architecture]:
    """Return labels, encoder and sizes; raise `BadModel` if they are inconsistent."""
    try:
        labels = LabelSet(tuple(config.labels), config.neutral)
    except BadInput as error:
        raise BadModel(f"The labels in {path} are damaged ({error})", AGAIN) from error
    shape, identity = _shape(config.shape, NetworkShape, path), EncoderIdentity.from_json(config.encoder)
    reader = None if config.reader is None else _shape(config.reader, ReaderShape, path)
    if not _outputs_fit(config, shape.labels, len(labels)) or shape.embedding_dim != identity.dimension:
        raise BadModel(f"The sizes in {path} don't fit its labels or encoder", AGAIN)
    if reader and not (
        reader.width == identity.dimension and 0 < reader.max_tokens <= reader.places and reader.layers < 1000
    ):
        raise BadModel(f"The sizes of the reader in {path} don't fit each other", AGAIN)
    return labels, Architecture(identity, reader, shape)


def parse_heads(config: Config, path: Path) -> dict[str, LabelSet]:
    """Return the model's additional label sets; raise `BadModel` if they are damaged."""
    try:
        found = {name: LabelSet(tuple(names), neutral) for name, (names, neutral) in config.heads.items()}
    except (TypeError, ValueError, BadInput) as error:
        raise BadModel(f"The label sets in {path} are damaged ({error})", AGAIN) from error
    if not all(name.isidentifier() and all(type(label) is str for label in set.names) for name, set in found.items()):
        raise BadModel(f"The label sets in {path} are not words", AGAIN)
    return found


def parse_rule(record: Mapping[str, Any] | None, outputs: int, path: Path) -> Rule | None:
    """Return the rule; raise `BadModel` if it is invalid."""
    if record is None:
        return None
    found = as_record(record, RuleRecord, path)
    if found.temperature <= 0 or len(found.prior) != outputs:
        raise BadModel(f"{path} has an invalid decision", AGAIN)
    return Rule(tuple(found.prior), found.temperature)


def parse_adapted(record: Mapping[str, Any] | None, path: Path) -> AdaptedRecord | None:
    """Return the record of few-shot labels; raise `BadModel` if it is invalid."""
    if record is None:
        return None
    found = as_record(record, AdaptedRecord, path)
    if found.method not in get_args(Method) or found.labels < 1 or found.stored < 0:
        raise BadModel(f"{path} has invalid few-shot labels", AGAIN)
    return found


def _outputs_fit(config: Config, network: int, labels: int) -> bool:
    """Return whether each label has an output, and each output a label."""
    if config.adapted is not None:
        if type(config.adapted.get("labels")) is not int or type(config.adapted.get("extends")) is not bool:
            return False
        network = config.adapted["labels"] + (network if config.adapted["extends"] else 0)
    if not config.label_of:
        return network == labels
    return len(config.label_of) == network and {*config.label_of} == {*range(labels)}


def _shape(record: Mapping[str, Any], kind: type[Shape], path: Path) -> Shape:
    found = as_record(record, kind, path)
    if any(value < 0 for value in asdict(found).values()):
        raise BadModel(f"{path} has sizes below 0", AGAIN)
    return found
