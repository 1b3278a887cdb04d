"""`python -m reproduction few-shot`: how well labels are learnt from a few examples, beside others that do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo import __version__
from sentemo.cli import options
from sentemo.cli.screen import Tick, progress, put_pretty
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from reproduction.few_shot.benchmark import Outcome
    from reproduction.few_shot.episodes import Pool
    from reproduction.few_shot.learners import Learner
    from sentemo.encoders.sentence import SentenceEncoder
    from sentemo.model import SentEmoContext
    from sentemo.types import Conversation, LabelSet


def few_shot(
    corpus: Annotated[str, typer.Argument(help=options.CORPUS_HELP)],
    data: options.Data,
    out: Annotated[Path, typer.Option("--out", "-o", help="Outcomes go there, and a stopped run goes on.")],
    split: Annotated[str, typer.Option(help="Where episodes are drawn from: train, or validation.")] = "train",
    model: options.Model = "default",
    shots: Annotated[str, typer.Option(help="Examples of each label; with 0 its name alone is known.")] = "1,5,10",
    ways: Annotated[int, typer.Option(help="Labels of an episode; 0 takes all that there are.")] = 0,
    emotions_only: Annotated[bool, typer.Option("--emotions-only", help="Leave neutral out.")] = False,
    episodes: Annotated[int, typer.Option(min=1, help="Of each number of shots, in all.")] = 600,
    queries: Annotated[int, typer.Option(min=1, help="Utterances to label, of each label.")] = 15,
    setfit: Annotated[
        int, typer.Option(min=0, help="Episodes of each number of shots on which SetFit is trained too.")
    ] = 0,
    leave_out: Annotated[
        int, typer.Option(min=0, help="Train the recipe without so many emotions, in all ways, and learn these.")
    ] = 0,
    recipe: Annotated[str, typer.Option("--recipe", "-r", help="With --leave-out.")] = "default",
    overrides: options.Overrides = None,
    encoder: Annotated[str, typer.Option(help="Of the rows to beat, raw and frozen.")] = "all-MiniLM-L6-v2",
    seed: Annotated[int, typer.Option(help="Fixes episodes and trainings.")] = 0,
    as_json: options.Json = False,
    threads: options.Threads = 0,
) -> None:
    """Measure learning from a few examples: N-way K-shot episodes, with intervals over episodes.

    Beside `adapt`: the nearest prototype and a logistic regression on raw frozen embeddings, and SetFit with the same
    encoder and examples, all on the same episodes. Labels should be such as the model has not been trained on.
    """
    from reproduction.few_shot.benchmark import (
        OUTCOMES,
        Plan,
        claim,
        merged,
        read_outcomes,
        rows_of,
        run,
        to_json,
        to_markdown,
    )
    from reproduction.few_shot.episodes import Pool
    from sentemo.artifacts.hub import find
    from sentemo.artifacts.manifest import NAME as MANIFEST
    from sentemo.encoders.sentence import SentenceEncoder
    from sentemo.files import locked, sha256_of
    from sentemo.model import SentEmoContext
    from sentemo.training.fitting import Split, digest_of

    options.use_threads(threads)
    labels, conversations = options.read_split(corpus, data, split)
    numbers, raw = _numbers(shots), SentenceEncoder.load(encoder)
    model_of = _recipe_text(recipe, overrides) if leave_out else sha256_of(find(model) / MANIFEST)
    experiment = {
        "version": __version__,
        "texts or labels": digest_of(Split(split, conversations)),
        "corpus or setting": [corpus, split, emotions_only, leave_out],
        "model or recipe": model_of,
        "encoder": raw.identity.key,
        "ways, queries or seed": [ways, queries, seed],
    }
    with locked(out):
        claim(out, experiment)
        done = read_outcomes(out / OUTCOMES)
        settings: Iterable[tuple[str, Sequence[str], SentEmoContext, Sequence[Conversation]]]
        if leave_out:
            parts, settings = _left_out(corpus, recipe, overrides, labels, conversations, leave_out, out, seed)
        else:
            drawn = labels.emotions if emotions_only else labels.names
            parts, settings = 1, [(f"{corpus} {split}", drawn, SentEmoContext.from_pretrained(model), conversations)]
        outcomes = []
        for setting, names, learner, talks in settings:
            pool = Pool.of(talks, names)
            learners = _learners(learner, pool, raw, _share(episodes, parts), _share(setfit, parts))
            for number in numbers:
                plan = Plan(ways or len(names), number, _share(episodes, parts), queries, seed)
                with progress(f"{setting}, {number} shots") as (tick,):
                    outcomes += run(setting, plan, pool, learners, done, _keeper(out / OUTCOMES, plan.episodes, tick))
    summed = rows_of(merged(outcomes, f"{corpus}, all {parts}") if leave_out else outcomes)
    chance = 100 / (ways or leave_out or len(labels.emotions if emotions_only else labels.names))
    if as_json:
        put_pretty({"chance": chance, "rows": to_json(summed)})
    else:
        typer.echo(to_markdown(summed, chance))


def _recipe_text(recipe: str, overrides: list[str] | None) -> str:
    return options.read_recipe(recipe, overrides).to_toml()


def _numbers(shots: str) -> list[int]:
    try:
        numbers = [int(word) for word in shots.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 0:
        raise UsageError(f"--shots {shots} can't be meant", "Write numbers: --shots 0,1,5,10")
    return numbers


def _share(total: int, parts: int) -> int:
    """Divide a number of episodes among parts, rounded up."""
    return -(-total // parts)


def _left_out(
    corpus: str,
    recipe: str,
    overrides: list[str] | None,
    labels: LabelSet,
    conversations: Sequence[Conversation],
    count: int,
    out: Path,
    seed: int,
) -> tuple[int, Iterator[tuple[str, Sequence[str], SentEmoContext, Sequence[Conversation]]]]:
    """How many choices of emotions there are, and for each its model and the dialogues held out."""
    from reproduction.few_shot.leave_out import leave_out

    if not 2 <= count < len(labels.emotions):
        raise UsageError(f"{count} of {len(labels.emotions)} emotions can't be left out", "Leave out 2, or a few more")
    chosen = options.read_recipe(recipe, overrides)
    encoder = options.read_encoder(chosen, no_cache=False)
    models = leave_out(chosen, labels, conversations, count, encoder=encoder, folder=out, seed=seed)
    named = ((f"{corpus} without {'+'.join(unseen)}", unseen, model, talks) for unseen, model, talks in models)
    return comb(len(labels.emotions), count), named


def _learners(
    model: SentEmoContext, pool: Pool, raw: SentenceEncoder, episodes: int, setfit: int
) -> dict[str, tuple[Learner, int]]:
    """Each learner and on how many of the first episodes it runs."""
    import numpy as np

    from reproduction.few_shot.benchmark import OURS
    from reproduction.few_shot.learners import Adapting, Logistic, NearestPrototype, SetFit
    from sentemo.types import Conversation

    every = np.arange(len(pool.gold))
    embeddings = options.cached(raw, no_cache=False).encode(pool.texts(every))
    used = sorted(set(pool.dialogues.tolist()))
    found = dict(zip(used, model.features([pool.conversations[i] for i in used]), strict=True))
    places = zip(pool.dialogues.tolist(), pool.turns.tolist(), strict=True)
    features = np.stack([found[dialogue][turn] for dialogue, turn in places])
    read = model.features([Conversation.of(name) for name in pool.labels])
    named = dict(zip(pool.labels, np.concatenate(read), strict=True))
    raw_names = dict(zip(pool.labels, raw.encode(pool.labels), strict=True))
    learners: dict[str, tuple[Learner, int]] = {
        OURS: (Adapting(model, pool, features, named), episodes),
        "nearest prototype, frozen": (NearestPrototype(embeddings, raw_names), episodes),
        "logistic regression, frozen": (Logistic(embeddings, raw_names), episodes),
    }
    return learners | ({"setfit": (SetFit(raw, pool), setfit)} if setfit else {})


def _keeper(log: Path, total: int, tick: Tick) -> Callable[[Outcome], None]:
    """Write each outcome down as it comes."""
    from reproduction.few_shot.benchmark import line_of

    def keep(outcome: Outcome) -> None:
        with log.open("a", encoding="utf-8") as stream:
            stream.write(line_of(outcome))
        tick(outcome.episode + 1, total)

    return keep
