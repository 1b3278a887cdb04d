"""`sentemo evaluate`: measure any model, or a recipe by seeds or cross-validation, under a named protocol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentemo.cli import llm, options
from sentemo.cli.screen import Tick, progress, put_pretty, tell
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.corpora.label_map import LabelMap
    from sentemo.evaluation.report import Report
    from sentemo.training.fitting import Watchers
    from sentemo.training.recipe import Recipe
    from sentemo.types import Conversation, Labeler, LabelSet


def evaluate(
    model: Annotated[str, typer.Argument(help="A model's folder, a hub id, default, static, or llm:MODEL@URL.")],
    corpus: Annotated[str, typer.Argument(help=f"A labelled file of your own, or a corpus: {options.CORPUS_HELP}")],
    data: Annotated[
        Path | None, typer.Option("--data", "-d", help="Folder of the corpus, in its published layout.")
    ] = None,
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "validation",
    protocol: Annotated[
        str, typer.Option(help="standard, emotions-only, last-utterance, triplet, or map (implied by --map).")
    ] = "standard",
    label_map: options.Map = "",
    as_json: options.Json = False,
    head: options.Head = "classifier",
    causal: options.Causal = False,
    seeds: Annotated[int, typer.Option(help="Train the recipe with this many seeds: mean and sd.")] = 0,
    folds: Annotated[int, typer.Option(help="Cross-validate the recipe inside the split.")] = 0,
    first: Annotated[int, typer.Option(min=0, help="With --folds: only the first N of them.")] = 0,
    recipe: Annotated[str, typer.Option("--recipe", "-r", help="With --seeds or --folds; default: the model's.")] = "",
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            "-s",
            help="Override a recipe's setting (schedule.epochs=3) or one of a language model (temperature=0.7; "
            "docs/llm.md). Repeatable.",
        ),
    ] = None,
    sample: llm.Sample = 0,
    seed: Annotated[int, typer.Option(help="Seed of resamples, triplets and folds; the first of --seeds.")] = 0,
    resamples: Annotated[int, typer.Option(help="Bootstrap resamples of the intervals.")] = 1000,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the report and plots to this folder.")
    ] = None,
    threads: options.Threads = 0,
    no_cache: options.NoCache = False,
    define: llm.Define = None,
    runs: llm.Runs = 0,
    price: llm.Price = None,
    key_env: llm.KeyEnv = llm.KEY_ENV,
) -> None:
    """Evaluate a model on one labelled file, or on one split of a corpus (only that split's files are needed).

    F1s are in percent; * leaves neutral out of the average. With --map, any model is measured on any corpus: the labels
    of both become the map's; polarity adds up the probabilities of each sentiment. With --seeds, the model's recipe is
    trained on the train split and measured on --split; with --folds, trained and measured inside --split.
    """
    protocol = options.protocol_under(label_map, protocol, "standard")
    is_llm, is_trained = llm.is_named(model), bool(seeds or folds)
    if is_llm:
        others = {"head": head != "classifier", "causal": causal, "seeds": seeds, "folds": folds, "map": label_map}
        llm.check_only(model, **others, out=out, recipe=recipe, first=first, threads=threads)
    else:
        llm.check_only(model, define=define, runs=runs, price=price)
    corpus, data, split = _place(corpus, data, split)
    labels, conversations, shown = llm.read_sample(corpus, data, split, sample, seed)
    names = {"corpus": corpus, "split": shown, "protocol": protocol, "resamples": resamples, "seed": seed}
    if is_llm:
        outfit = llm.make_outfit(overrides, price, key_env, no_cache, define)
        llm.measure(model, labels, conversations, outfit, runs, as_json, **names)
        return
    setting = _Setting(labels, conversations, names, head, causal, no_cache)
    if label_map:
        if is_trained:
            raise UsageError("--map only works with an existing model", "Leave out --seeds and --folds")
        setting.map_labels(label_map)
    if is_trained:
        options.use_threads(threads)
        chosen = options.read_recipe(recipe or _recipe_of(model), overrides)
        if first and not folds:
            raise UsageError("--first only works with --folds", "Add --folds")
        if seeds and folds:
            raise UsageError("--seeds and --folds can't be combined", "Use one of them")
        if folds:
            _finish(_cross_validated(chosen, setting, folds, first, out), as_json, out)
        else:
            training = options.read_split(corpus, data, "train")[1]
            _seeded(chosen, setting, range(seed, seed + seeds), training, as_json)
    elif recipe or overrides or first:
        raise UsageError("--recipe, --set and --first only work with a training", "Add --seeds or --folds")
    else:
        _finish(setting.report(_loaded(model, setting, threads), _model_name(model)), as_json, out)


class _Setting:
    """What to measure, and how."""

    def __init__(
        self,
        labels: LabelSet,
        conversations: Sequence[Conversation],
        names: dict[str, Any],
        head: str,
        causal: bool,
        no_cache: bool,
    ) -> None:
        self.labels, self.conversations, self.names = labels, conversations, names
        self.is_own = names["corpus"] == "files"
        """Whether the labels are those found in the user's files, which may lack some of the model's."""
        self.head, self.causal, self.no_cache = options.as_head(head), causal, no_cache
        self.label_map: LabelMap | None = None

    def map_labels(self, name: str) -> None:
        """Put a map's labels in place of the corpus's; those of the models follow in `report`."""
        from sentemo.corpora.label_map import LabelMap
        from sentemo.evaluation.mapped import map_gold

        self.label_map = LabelMap.load(name)
        gold = map_gold(self.label_map, self.names["corpus"], self.labels, self.conversations)
        self.labels, self.conversations, self.names["note"] = gold.labels, gold.conversations, gold.note

    def report(self, model: Labeler, name: str) -> Report:
        """Measure one model, with the requested head and reading mode."""
        from sentemo.evaluation.evaluate import evaluate as run
        from sentemo.evaluation.mapped import MappedLabeler

        shown = name + (", causal" if self.causal else "") + ("" if self.head == "classifier" else f", {self.head}")
        mapped = MappedLabeler(model, self.label_map) if self.label_map else model
        labels = model.labels if self.is_own and not self.label_map else self.labels
        return run(mapped, self.conversations, labels=labels, model_name=shown, **self.names)


def _place(corpus: str, data: Path | None, split: str) -> tuple[str, Path, str]:
    """Return the corpus, its place and the split; a file of the user's is all three."""
    if data is None and Path(corpus).exists():
        return "files", Path(corpus), Path(corpus).name
    if data is None:
        raise UsageError(f"{corpus} is not a file, and --data is missing", "Name a labelled file, or add --data DIR")
    return corpus, data, split


def _loaded(name: str, setting: _Setting, threads: int) -> Labeler:
    from sentemo.loading import load

    model = load(name, head=setting.head, causal=setting.causal, threads=threads)
    return options.with_cache(model, setting.no_cache)


def _model_name(model: str) -> str:
    return "the shipped model" if model == "default" else model


def _recipe_of(model: str) -> str:
    """Return a model's recipe: a training run keeps it beside the model's folder; the shipped one's is `best`."""
    beside = Path(model) / "recipe.toml"
    return str(beside) if beside.is_file() else "best" if model == "default" else model


def _seeded(
    recipe: Recipe,
    setting: _Setting,
    seeds: Sequence[int],
    training: Sequence[Conversation],
    as_json: bool,
) -> None:
    from sentemo.evaluation.seeds import summarise
    from sentemo.training.fitting import Split, fit

    encoder = options.read_encoder(recipe, setting.no_cache)
    reports = []
    for seed in seeds:
        with progress("Encoding", f"Training, seed {seed}") as (on_encode, on_step):
            data, watchers = Split("train", training), _watchers(on_encode, on_step)
            model = fit(recipe, setting.labels, data, seed=seed, encoder=encoder, watchers=watchers)
        model.head, model.causal = setting.head, setting.causal
        reports.append(setting.report(model, f"recipe {recipe.name}"))
        figures = reports[-1].metrics.figures
        tell(f"seed {seed}: " + "  ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    summary = summarise(reports)
    if as_json:
        put_pretty(summary.to_json())
    else:
        typer.echo(summary.to_markdown())


def _watchers(on_encode: Tick, on_step: Tick) -> Watchers:
    from sentemo.training.fitting import Watchers

    return Watchers(on_encode, lambda done, steps: on_step(done.step, steps))


def _cross_validated(recipe: Recipe, setting: _Setting, folds: int, first: int, out: Path | None) -> Report:
    from sentemo.evaluation.evaluate import evaluate_predictions
    from sentemo.training.crossval import cross_validate

    names = setting.names
    if names["protocol"] == "triplet":
        raise UsageError("Points of different folds are in different spaces", "Use --seeds for the protocol triplet")
    encoder = options.read_encoder(recipe, setting.no_cache)
    with progress("Encoding", "Training") as (on_encode, on_step):
        predictions = cross_validate(
            recipe,
            setting.labels,
            setting.conversations,
            folds=folds,
            seed=names["seed"],
            first=first,
            encoder=encoder,
            folder=out,
            watchers=_watchers(on_encode, on_step),
            on_fold=lambda number, *_: tell(f"fold {number + 1} of {folds} done"),
            head=setting.head,
            causal=setting.causal,
        )
    name = f"recipe {recipe.name}, {folds}-fold cross-validation" + (f", {first} of the folds" if first else "")
    conversations = [setting.conversations[place] for place in predictions]
    return evaluate_predictions(conversations, [*predictions.values()], setting.labels, model_name=name, **names)


def _finish(report: Report, as_json: bool, out: Path | None) -> None:
    if as_json:
        put_pretty(report.to_json())
    else:
        typer.echo(report.to_markdown())
    if out:
        from sentemo.evaluation.plots import write_report

        write_report(report, out)
        tell(f"Report and plots are in {out}.")
