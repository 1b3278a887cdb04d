"""`sentemo train`: train a model on a corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentemo.cli import options
from sentemo.cli.screen import progress, tell

if TYPE_CHECKING:
    from sentemo.artifacts.weights import Precision
    from sentemo.encoders.encoder import Encoder
    from sentemo.evaluation.report import Report
    from sentemo.model import SentEmoContext
    from sentemo.training.fitting import Split
    from sentemo.training.recipe import Recipe
    from sentemo.types import LabelSet


def train(
    corpora: Annotated[
        list[str], typer.Argument(metavar="CORPUS...", help=f"{options.CORPUS_HELP} Several are trained on together.")
    ],
    data: Annotated[
        list[str], typer.Option("--data", "-d", help="The corpus's folder; NAME=DIR for each of several. Repeatable.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The run's folder: recipe, log, checkpoints, model.")],
    recipe: Annotated[
        str, typer.Option("--recipe", "-r", help="quick, default, best, everyday, paper, direct, or a TOML file.")
    ] = "default",
    overrides: options.Overrides = None,
    seed: Annotated[int, typer.Option(help="Random seed.")] = 0,
    device: Annotated[str, typer.Option(help="cpu, or a GPU as torch names it.")] = "cpu",
    threads: options.Threads = 0,
    weights: Annotated[
        str, typer.Option(help="How the weights are saved: int8 (smaller, faster) or float32.")
    ] = "int8",
    no_cache: options.NoCache = False,
) -> None:
    """Train a model. Repeat the command to resume an interrupted run.

    Reads the splits train and validation. With the corpus `files`, --data is a folder with train.jsonl and
    validation.jsonl (or .csv, .parquet), or one file, which then is all training data. Several corpora are trained on
    together with the recipe `everyday`; validation is then the first one's. Several processes share the batches:
    torchrun --nproc-per-node 2 -m sentemo train ...
    """
    from sentemo.evaluation.plots import plot_learning_curves, write_report
    from sentemo.evaluation.report import figures_in_a_line
    from sentemo.files import write_bytes
    from sentemo.training import parallel
    from sentemo.training.fitting import Watchers

    options.use_threads(threads)
    precision = options.as_precision(weights)
    resolved = options.read_recipe(recipe, overrides)
    places, epochs = options.places(corpora, data), resolved.schedule.epochs
    labels, validation, train_on = _task(resolved, corpora, places)
    with parallel.joined(device) as own_device, _alone(out), _told_how_to_resume():
        begun = any(out.rglob("checkpoint.json"))  # then the recipe exists, or belongs to another run
        if parallel.number() == 0 and not begun:
            write_bytes(out / "recipe.toml", resolved.to_toml().encode())
        encoder = options.read_encoder(resolved, no_cache)
        with progress("Encoding", "Training") as (on_encode, on_step):
            model = train_on(
                seed=seed,
                device=own_device,
                folder=out,
                encoder=encoder,
                watchers=Watchers(on_encode, lambda p, steps: on_step(p.epoch * steps + p.step, steps * epochs), _say),
            )
        if parallel.number():
            return
        report = _save(model, out / "model", precision, labels, validation)
        rows = _rows(out)
        if any("mcc" in row for row in rows):
            plot_learning_curves(rows, out / "learning-curves.png")
        if report is not None:
            write_report(report, out / "report")
            tell(f"Saved model on validation: {figures_in_a_line(report)}. By label, with plots: {out / 'report'}")
    tell(f"The model is in {out / 'model'}; use it with: sentemo predict FILE --model {out}")


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Lock the run's folder; with several processes only the first does, and it alone writes and prints."""
    from sentemo.files import locked
    from sentemo.training import parallel

    with locked(out) if parallel.number() == 0 else nullcontext():
        yield


@contextmanager
def _told_how_to_resume() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        tell("Stopped. Repeat the command to resume from the last checkpoint.")
        raise


def _task(
    recipe: Recipe, corpora: list[str], places: dict[str, Path]
) -> tuple[LabelSet, Split | None, Callable[..., SentEmoContext]]:
    """Return the labels, the validation split and the training function."""
    from sentemo.corpora.label_map import LabelMap
    from sentemo.corpora.registry import get_corpus
    from sentemo.training.fitting import Split, fit, fit_mixture

    first = corpora[0]
    if len(corpora) == 1:
        labels, conversations = options.read_split(first, places[first], "train")
        validation = _validation(first, places[first])
        return labels, validation, partial(fit, recipe, labels, Split("train", conversations), validation, corpus=first)
    labels, mixed = options.read_mixture(corpora, places, recipe.mixture.label_map)
    chosen, corpus = LabelMap.load(recipe.mixture.label_map), get_corpus(first)
    mapped = chosen.apply(corpus.read(places[first], "validation"), chosen.of(first, corpus.labels))
    validation = Split("validation", mapped)
    several = [name for name in corpora if name in recipe.mixture.multi_label]
    own = options.read_mixture(several, places, recipe.mixture.label_map, "validation")[1]
    return labels, validation, partial(fit_mixture, recipe, labels, mixed, validation, own_validation=own)


def _validation(corpus: str, data: Path) -> Split | None:
    from sentemo.training.fitting import Split

    if corpus == "files" and data.is_file():
        return None
    return Split("validation", options.read_split(corpus, data, "validation")[1])


def _save(
    model: SentEmoContext, folder: Path, precision: Precision, labels: LabelSet, validation: Split | None
) -> Report | None:
    """Save a model, with graphs if it supports them, measure it as saved, and save it again with these figures."""
    from sentemo.evaluation.report import figures_in_a_line
    from sentemo.export.write import can_export, export

    if not can_export(model):
        model.save_pretrained(folder, precision=precision)
    else:
        export(model, folder, precision=precision)
    if not validation:
        return None
    given = None if can_export(model) else _frozen(model)
    saved = type(model).from_pretrained(folder, encoder=given)
    report = _measured(saved, labels, validation)
    saved.facts = {**model.facts, "validation": figures_in_a_line(report)}
    saved.save_pretrained(folder, precision=precision)
    return report


def _frozen(model: SentEmoContext) -> Encoder | None:
    """Return the frozen encoder of a model as it is in memory."""
    from sentemo.encoders.reader import DialogueReader
    from sentemo.inference.modules import modules_of

    encoder = modules_of(model.runner).encoder
    return None if isinstance(encoder, DialogueReader) else encoder


def _measured(model: SentEmoContext, labels: LabelSet, validation: Split) -> Report:
    from sentemo.evaluation.evaluate import evaluate

    protocol = "emotions-only" if model.labels.neutral is None else "standard"
    names: dict[str, Any] = {"split": validation.name, "model_name": "the trained model"}
    return evaluate(model, validation.conversations, protocol=protocol, labels=labels, **names)


def _say(row: dict[str, Any]) -> None:
    if row["stage"] == "pretraining":
        tell(f"pre-training: loss {row['losses'][-1]:.3f}")
        return
    figures = ""
    if "mcc" in row:
        figures = (
            f"  validation: macro-F1* {row['macro_f1_no_neutral']:.1f}"
            f"  micro-F1* {row['micro_f1_no_neutral']:.1f}  MCC {row['mcc']:.3f}"
        )
    tell(f"epoch {row['epoch']}: loss {row['loss']:.3f}{figures}")


def _rows(out: Path) -> list[dict[str, Any]]:
    import json

    lines = (out / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["stage"] == "training"]
