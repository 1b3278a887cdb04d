"""Options that several commands share."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from sentemo import types
from sentemo.cli.screen import tell
from sentemo.corpora.corpus import SplitNotFound
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.artifacts.weights import Precision
    from sentemo.encoders.encoder import Encoder
    from sentemo.training.fit import Source
    from sentemo.training.recipe import Recipe
    from sentemo.types import Conversation, LabelSet

Model = Annotated[
    str, typer.Option("--model", "-m", help="A model's folder, a hub id, default, or static (rough and fast).")
]
Format = Annotated[
    str,
    typer.Option(
        help="auto, jsonl, csv, parquet, text (lines of `Name: what they said`), whatsapp, slack or convokit (exports, "
        "zipped or not)."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Head = Annotated[str, typer.Option(help="What turns points into labels: classifier, prototypes or neighbours.")]
Causal = Annotated[bool, typer.Option("--causal", help="Read as it comes: no later turn matters to a label.")]
Data = Annotated[Path, typer.Option("--data", "-d", help="Where the corpus lies, in its published layout.")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", "-s", help="Override a recipe's setting: schedule.epochs=3. Repeatable.")
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Where a corpus lies that the recipe trains on first: NAME=DIR. Repeatable."),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Encode anew; keep no embeddings on disk.")]
Threads = Annotated[int, typer.Option(help="CPU threads; 0 leaves the choice to torch.")]
CORPUS_HELP = "dailydialog, meld, emorynlp, iemocap, goemotions, or files (your own labelled files)."


def as_head(name: str) -> types.Head:
    """Check the name of a head."""
    for head in get_args(types.Head):
        if head == name:
            return head  # type: ignore[no-any-return]
    raise UsageError(f"There is no head {name!r}", f"Use one of: {', '.join(get_args(types.Head))}")


def as_precision(name: str) -> Precision:
    """Check the name of a precision."""
    from sentemo.artifacts.weights import Precision

    for precision in get_args(Precision):
        if precision == name:
            return precision  # type: ignore[no-any-return]
    raise UsageError(f"Weights can't be saved as {name!r}", f"Use one of: {', '.join(get_args(Precision))}")


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
            raise UsageError(f"{data} holds {len(found)} files named {split}.*", "Put one there, or name a file")
        data = found[0]
    return labelled_files(data)


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


def read_sources(recipe: Recipe, given: list[str] | None, data: Path) -> dict[str, Source]:
    """Read the corpora that a recipe trains on first, from --source or from folders of their names beside --data."""
    from sentemo.corpora.registry import get_corpus
    from sentemo.training.fit import Source, Split

    places = {name: data.resolve().parent / name for name in recipe.sources.corpora}
    for text in given or []:
        name, equals, folder = text.partition("=")
        if not equals or name not in places:
            raise UsageError(
                f"--source {text} is none of the recipe's", f"Write NAME=DIR for {', '.join(places) or 'none'}"
            )
        places[name] = Path(folder)
    sources = {}
    for name, place in places.items():
        corpus = get_corpus(name)
        try:
            conversations = corpus.read(place, "train")
        except SplitNotFound as error:
            step = f"Get it with: sentemo corpus fetch {name} --out {place}; or name its folder: --source {name}=DIR"
            raise UsageError(f"The recipe trains on {name} first: {error.cause}", step) from error
        sources[name] = Source(corpus.labels, Split(f"{name} train", conversations))
    return sources


def read_encoder(recipe: Recipe, no_cache: bool) -> Encoder:
    """Load a recipe's encoder, behind the cache unless asked otherwise."""
    from sentemo.training.fit import choose_encoder

    return cached(choose_encoder(recipe.encoder), no_cache)


def cached(encoder: Encoder, no_cache: bool) -> Encoder:
    """Put a frozen encoder behind the cache, unless asked otherwise or its folder can't be written."""
    from sentemo.encoders.cache import CachedEncoder, default_cache_folder
    from sentemo.encoders.reader import DialogueReader

    if no_cache or isinstance(encoder, DialogueReader):
        return encoder
    folder = default_cache_folder()
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        tell(f"Embeddings are not kept: {folder} can't be written ({error.strerror}); SENTEMO_CACHE names another.")
        return encoder
    return CachedEncoder(encoder, folder)


def use_threads(threads: int) -> None:
    """Set the number of CPU threads, where one is asked for."""
    if threads:
        import torch

        torch.set_num_threads(threads)
