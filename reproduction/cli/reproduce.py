"""The exhibits: the paper's tables and figures, trained and measured again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import progress, put, tell
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from reproduction.ground import Ground
    from reproduction.lab import Lab
    from sentemo.training.fitting import Watchers

EXHIBITS_HELP = "all, or table-1 to table-5, figure-1, figure-4, isolated, context, imbalance, ablation, pictures ..."


def reproduce(
    exhibits: Annotated[list[str], typer.Argument(help=EXHIBITS_HELP, metavar="EXHIBIT...")],
    data: options.Data,
    out: Annotated[Path, typer.Option("--out", "-o", help="Tables, figures and all trials go there.")],
    corpus: Annotated[str, typer.Option(help="dailydialog, meld or emorynlp.")] = "dailydialog",
    split: Annotated[str, typer.Option(help="What is measured on: validation or test.")] = "validation",
    runs: Annotated[
        list[str] | None, typer.Option("--runs", help="Seeds: 10, or SYSTEM=N for one system. Repeatable.")
    ] = None,
    encoders: Annotated[
        list[str] | None, typer.Option("--encoder", help="mpnet=DIR, roberta=DIR: a folder or hub name. Repeatable.")
    ] = None,
    vectors: Annotated[
        Path | None, typer.Option(help="Official FastText .bin or .vec; else trained on the train split.")
    ] = None,
    ablation_epochs: Annotated[int, typer.Option(help="Epochs of the ablations' trainings.")] = 5,
    as_json: options.Json = False,
    threads: options.Threads = 0,
    no_cache: options.NoCache = False,
) -> None:
    """Train, measure and lay out what the paper shows, published figures beside measured ones.

    What is trained is kept in --out, one folder a system and seed: a run that was stopped goes on where it was, and a
    second exhibit uses what the first has trained. Trains on train, never on --split.
    """
    from reproduction.exhibits import Order, names_of, show

    options.use_threads(threads)
    chosen = names_of(exhibits, corpus)
    ground = _ground(corpus, data, split, out, _pairs("--encoder", encoders), vectors, no_cache)
    order = Order(_lab(ground, out, _counts(runs)), ablation_epochs)
    with _told_how_to_go_on():
        for name in chosen:
            exhibit = show(name, order)
            put(exhibit.to_json()) if as_json else typer.echo(exhibit.to_markdown())
    tell(f"Everything is in {order.folder}; start with report.md.")


def _ground(
    corpus: str, data: Path, split: str, out: Path, encoders: dict[str, str], vectors: Path | None, no_cache: bool
) -> Ground:
    from reproduction.ground import ENCODERS, Ground
    from sentemo.training.fitting import Split

    if unknown := sorted(encoders.keys() - ENCODERS.keys()):
        raise UsageError(f"--encoder {unknown[0]} is not known", f"Use one of: {', '.join(ENCODERS)}")
    if split == "train":
        raise UsageError("Figures on the training split mean nothing", "Use --split validation or test")
    labels, training = options.read_split(corpus, data, "train")
    validation = Split("validation", options.read_split(corpus, data, "validation")[1])
    measured = validation if split == "validation" else Split(split, options.read_split(corpus, data, split)[1])
    return Ground(
        corpus,
        labels,
        Split("train", training),
        measured,
        validation,
        {**ENCODERS, **encoders},
        vectors or out / "trials" / corpus / "fasttext.bin",
        lambda encoder: options.cached(encoder, no_cache),
    )


def _lab(ground: Ground, out: Path, runs: Callable[[str], int]) -> Lab:
    from reproduction.lab import Lab

    return Lab(ground, out, runs, _watch)


@contextmanager
def _watch(what: str) -> Iterator[Watchers]:
    from sentemo.training.fitting import Watchers

    tell(f"Training {what} ...")
    with progress("Encoding", what) as (on_encode, on_step):
        yield Watchers(on_encode, lambda done, steps: on_step(done.step, steps))


def _pairs(flag: str, given: Sequence[str] | None) -> dict[str, str]:
    pairs = {}
    for text in given or []:
        name, equals, value = text.partition("=")
        if not equals or not value:
            raise UsageError(f"{flag} {text} has no value", f"Write {flag} NAME=VALUE")
        pairs[name] = value
    return pairs


def _counts(given: Sequence[str] | None) -> Callable[[str], int]:
    """How many seeds a system is trained with: the paper's 10, and 3 in ablations, unless asked otherwise."""
    from reproduction.exhibits import system_names

    general = [text for text in given or [] if "=" not in text]
    asked = {"": general[-1]} if general else {}
    asked |= _pairs("--runs", [text for text in given or [] if "=" in text])
    if unknown := sorted(asked.keys() - system_names() - {""}):
        raise UsageError(f"--runs {unknown[0]} names no system", f"Use one of: {', '.join(sorted(system_names()))}")
    counts = {name: _count(text) for name, text in asked.items()}

    def count(system: str) -> int:
        usual = min(counts.get("", 10), 3) if system.startswith("ablation-") else counts.get("", 10)
        return counts.get(system, usual)

    return count


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise UsageError(f"--runs {text} is not a number of seeds", "Give 1 or more")
    return int(text)


@contextmanager
def _told_how_to_go_on() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        tell("Stopped. Repeat the command to resume.")
        raise
