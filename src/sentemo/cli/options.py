"""Options that several commands share."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from sentemo import types
from sentemo.cli.screen import tell
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.artifacts.pretrained import EngineName
    from sentemo.artifacts.weights import Precision
    from sentemo.encoders.encoder import Encoder
    from sentemo.encoders.reader import AnyEncoder
    from sentemo.loading import Model as LoadedModel
    from sentemo.training.mixture import MappedCorpus
    from sentemo.training.recipe import Recipe
    from sentemo.types import Conversation, LabelSet

Model = Annotated[
    str, typer.Option("--model", "-m", help="A model's folder, a hub id, default, or static (rough and fast).")
]
Format = Annotated[
    str,
    typer.Option(
        help="auto, jsonl, json, csv, parquet, xlsx, text (lines of `Name: what they said`), whatsapp, log (other "
        "chats as text), subtitles, signal, html (Telegram), slack, convokit or label-studio."
    ),
]
Columns = Annotated[str, typer.Option(help="A table's columns: text=body,speaker=agent,conversation=ticket.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Head = Annotated[str, typer.Option(help="How points become labels: classifier, prototypes or neighbours.")]
Causal = Annotated[bool, typer.Option("--causal", help="Label each turn without looking at later turns.")]
Sensitivity = Annotated[
    float,
    typer.Option(min=-5, max=5, help="Above 0 finds more emotions, below 0 fewer: subtracted from neutral's log-odds."),
]
Data = Annotated[Path, typer.Option("--data", "-d", help="Folder of the corpus, in its published layout.")]
Map = Annotated[
    str, typer.Option("--map", help="Protocol map: score on the labels of seven, ekman, polarity, or a TOML file.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", "-s", help="Override a recipe's setting: schedule.epochs=3. Repeatable.")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Encode again; keep no embeddings on disk.")]
Threads = Annotated[int, typer.Option(help="CPU threads; 0: one for graphs, torch's default for torch.")]
CORPUS_HELP = (
    "everyday, dailydialog, goemotions, emorynlp, meld, iemocap, empathetic, xed, brighter, or files (your own "
    "labelled files)."
)


def as_head(name: str) -> types.Head:
    """Check the name of a head."""
    for head in get_args(types.Head):
        if head == name:
            return head  # type: ignore[no-any-return]
    raise UsageError(f"Unknown head {name!r}", f"Use one of: {', '.join(get_args(types.Head))}")


def as_precision(name: str) -> Precision:
    """Check the name of a precision."""
    from sentemo.artifacts.weights import Precision

    for precision in get_args(Precision):
        if precision == name:
            return precision  # type: ignore[no-any-return]
    raise UsageError(f"Weights can't be saved as {name!r}", f"Use one of: {', '.join(get_args(Precision))}")


def as_engine(name: str) -> EngineName:
    """Check the name of an engine."""
    from sentemo.artifacts.pretrained import EngineName

    for engine in get_args(EngineName):
        if engine == name:
            return engine  # type: ignore[no-any-return]
    raise UsageError(f"Unknown engine {name!r}", f"Use one of: {', '.join(get_args(EngineName))}")


def read_split(corpus: str, data: Path, split: str) -> tuple[LabelSet, list[Conversation]]:
    """Read one split of a published corpus, or of the user's files (DIR/SPLIT.jsonl and so on, or the file itself)."""
    from sentemo.corpora.labelled import labelled_files
    from sentemo.corpora.registry import get_corpus

    if corpus != "files":
        known = get_corpus(corpus)
        return known.labels, known.read(data, split)
    if data.is_dir():
        found = sorted(data.glob(f"{split}.*"))
        if len(found) != 1:
            raise UsageError(f"{data} contains {len(found)} files named {split}.*", "Put one there, or name a file")
        data = found[0]
    return labelled_files(data)


def protocol_under(label_map: str, protocol: str, usual: str) -> str:
    """Return the protocol that --map and --protocol select together, by default `usual`."""
    if protocol == "map" and not label_map:
        raise UsageError("The protocol map needs a map", "Add --map seven")
    if label_map and protocol not in (usual, "map"):
        raise UsageError(f"--map can't be combined with --protocol {protocol}", "Leave out --protocol")
    return "map" if label_map else protocol


def read_recipe(name: str, overrides: list[str] | None) -> Recipe:
    """Read a recipe and apply --set."""
    from sentemo.training.recipe import Recipe

    pairs = {}
    for text in overrides or []:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set {text} has no value", "Write --set section.setting=value")
        pairs[key.strip()] = value.strip()
    return Recipe.load(name, pairs)


def places(names: list[str], given: list[str]) -> dict[str, Path]:
    """Read where each corpus is, from `DIR` for one corpus or `NAME=DIR` for each of several."""
    if len(names) == 1 and len(given) == 1 and not given[0].startswith(f"{names[0]}="):
        return {names[0]: Path(given[0])}
    found = {}
    for text in given:
        name, equals, folder = text.partition("=")
        if not equals or name not in names:
            raise UsageError(f"--data {text} belongs to none of: {', '.join(names)}", "Write --data NAME=DIR for each")
        found[name] = Path(folder)
    missing = [name for name in names if name not in found]
    if missing:
        raise UsageError(f"No folder was given for {', '.join(missing)}", f"Add --data {missing[0]}=DIR")
    return found


def read_mixture(
    names: list[str], places: dict[str, Path], label_map: str, split: str = "train"
) -> tuple[LabelSet, list[MappedCorpus]]:
    """Read a split of several corpora under a label map."""
    from sentemo.corpora.label_map import LabelMap
    from sentemo.corpora.registry import get_corpus
    from sentemo.training.mixture import MappedCorpus

    chosen = LabelMap.load(label_map)
    found = []
    for name in names:
        corpus = get_corpus(name)
        found.append(
            MappedCorpus(
                name,
                corpus.read(places[name], split),
                chosen.of(name, corpus.labels),
                votes=corpus.several == "votes",
                own_labels=corpus.labels if corpus.several == "all" else None,
            )
        )
    return chosen.labels, found


def read_encoder(recipe: Recipe, no_cache: bool) -> AnyEncoder:
    """Load a recipe's encoder, wrapped in the cache unless that is disabled."""
    from sentemo.encoders.reader import DialogueReader
    from sentemo.training.fitting import choose_encoder

    encoder = choose_encoder(recipe.encoder)
    return encoder if isinstance(encoder, DialogueReader) else cached(encoder, no_cache)


def cached(encoder: Encoder, no_cache: bool) -> Encoder:
    """Wrap a frozen encoder in the cache, unless that is disabled or its folder can't be written."""
    from sentemo.encoders.cache import CachedEncoder, default_cache_folder

    if no_cache:
        return encoder
    folder = default_cache_folder()
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        tell(f"Embeddings are not cached: {folder} can't be written ({error.strerror}); set SENTEMO_CACHE to another.")
        return encoder
    return CachedEncoder(encoder, folder)


def with_cache(model: LoadedModel, no_cache: bool) -> LoadedModel:
    """Wrap the frozen encoder of a model that runs with torch in the cache."""
    from sentemo.model import SentEmoContext

    if isinstance(model, SentEmoContext) and model.form == "torch":
        from sentemo.encoders.reader import DialogueReader
        from sentemo.inference.modules import modules_of

        runner = modules_of(model.runner)
        if not isinstance(runner.encoder, DialogueReader):
            runner.encoder = cached(runner.encoder, no_cache)
    return model


def use_threads(threads: int) -> None:
    """Set the number of CPU threads, if one is given."""
    if threads:
        import torch

        torch.set_num_threads(threads)
