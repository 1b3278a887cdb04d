"""The paper's Table 5: how large the models are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reproduction.exhibit import Exhibit
from reproduction.measured import NOT_HERE
from reproduction.tables.published import PublishedRow, published

if TYPE_CHECKING:
    from torch import Tensor, nn

    from sentemo.artifacts.parts import ModelParts
    from sentemo.encoders.reader import AnyEncoder

COLUMNS = ("model", "source", "seq. length", "tokens", "dimensions", "size", "parameters", "trained", "Tr. layers")
FIELDS = ("sequence_length", "tokens", "dimensions", "size", "parameters", "trained", "layers")
NOTES = (
    "Computed from the models themselves: `parameters` counts all of them, the frozen encoder's included, `trained` "
    "those that training moves; sizes are in millions of bytes, the encoder included; `Tr. layers` counts the "
    "encoder's, the context's and the classifier's. How many tokens a model was trained on can't be computed.",
    "The paper prints 6 layers for SentEmoContext, as many as its sentence encoder has by itself.",
)


@dataclass(frozen=True)
class Description:
    """How large a model is, or why that can't be said."""

    system: str
    """The published name, for the row to stand below the published one."""
    parameters: int = 0
    """All of them."""
    trained: int = 0
    """Those that training moves; the encoder is frozen."""
    size_bytes: int = 0
    """Of the encoder's files and the saved network's, or its tensors where it is not saved."""
    layers: int = 0
    """Transformer encoder layers."""
    dimensions: int = 0
    """E, dimension of an utterance embedding."""
    sequence_length: int | None = None
    """Tokens of an utterance that are read; None where there is no limit."""
    why_not: str = ""


def describe_encoder(encoder: AnyEncoder, system: str = "") -> Description:
    """Measure a frozen encoder, through a cache if need be; one that is no Transformer has no parameters here."""
    from sentemo.encoders.cache import CachedEncoder
    from sentemo.encoders.sentence import NOT_SAVED, SentenceEncoder

    if isinstance(encoder, CachedEncoder):
        return describe_encoder(encoder.encoder, system)
    name, dimensions = system or encoder.identity.name, encoder.identity.dimension
    if not isinstance(encoder, SentenceEncoder):
        return Description(name, dimensions=dimensions)
    transformer: Any = encoder.model[0]
    return Description(
        name,
        parameters=_count(encoder.model.parameters()),
        size_bytes=_bytes_in(encoder.folder, NOT_SAVED),
        layers=int(transformer.auto_model.config.num_hidden_layers),
        dimensions=dimensions,
        sequence_length=encoder.model.max_seq_length,
    )


def describe_model(model: ModelParts, system: str = "SentEmoContext", folder: Path | None = None) -> Description:
    """Measure encoder and network together; `folder` is where the model was saved, if it was."""
    from sentemo.artifacts.pretrained import heads_of
    from sentemo.inference.modules import modules_of
    from sentemo.network.layer import EncoderLayer

    runner = modules_of(model.runner)
    encoder = describe_encoder(runner.encoder)
    trained = _count(runner.network.parameters())
    own = (
        sum(map(_bytes_of, runner.trained.values())) + sum(array.nbytes for array in heads_of(model).values())
        if folder is None
        else _bytes_in(folder)
    )
    is_carried = folder is not None and (folder / "encoder").is_dir()
    return replace(
        encoder,
        system=system,
        parameters=encoder.parameters + trained,
        trained=trained,
        size_bytes=own if is_carried else own + encoder.size_bytes,
        layers=encoder.layers + sum(isinstance(part, EncoderLayer) for part in runner.network.modules()),
    )


def table5(entries: Sequence[Description]) -> Exhibit:
    """Lay out each published row with those computed of the same model below it, then the rest of the entries.

    An entry is of a published model whose name it begins with. A published model without an entry was not run.
    """
    known = published("table-5")
    rows: list[tuple[str, ...]] = []
    left = list(entries)
    for row in known:
        own = [entry for entry in left if entry.system.casefold().startswith(row.model.casefold())]
        left = [entry for entry in left if entry not in own]
        rows += [_published(row), *map(_computed, own or [Description(row.model, why_not=NOT_HERE)])]
    return Exhibit(
        name="table-5",
        title="Table 5. Sizes of the models",
        columns=COLUMNS,
        rows=(*rows, *map(_computed, left)),
        data={"published": [row.to_json("") for row in known], "computed": [asdict(entry) for entry in entries]},
        notes=NOTES,
    )


def _published(row: PublishedRow) -> tuple[str, ...]:
    printed = {name: figure.printed for name, figure in row.figures.items()} | {"trained": "–"}
    return (row.model, "published", *(printed[name] for name in FIELDS))


def _computed(entry: Description) -> tuple[str, ...]:
    if entry.why_not:
        return (entry.system, f"not run: {entry.why_not}", *["–"] * len(FIELDS))
    length = "no limit" if entry.sequence_length is None else str(entry.sequence_length)
    millions = (_millions(entry.parameters), _millions(entry.trained))
    sizes = (length, "–", str(entry.dimensions), _megabytes(entry.size_bytes), *millions, str(entry.layers))
    return (entry.system, "computed here", *sizes)


def _millions(count: int) -> str:
    return f"{count / 1e6:.1f}M" if count >= 100_000 else f"{count:,}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def _count(parameters: Iterable[Tensor]) -> int:
    return sum(parameter.numel() for parameter in parameters)


def _bytes_of(module: nn.Module) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in module.state_dict().values())


def _bytes_in(folder: Path, skipped: Sequence[str] = ()) -> int:
    """Add up the files of a folder, but for those that an encoder's `save` leaves out."""
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
        and not any(fnmatch(part, pattern) for part in path.relative_to(folder).parts for pattern in skipped)
    )
