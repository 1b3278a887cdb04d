"""Language models in commands: their options, and what `llm:MODEL@URL#PROMPT` names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentemo.cli import options
from sentemo.cli.screen import progress, put_pretty
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.llm.labeler import LlmLabeler
    from sentemo.llm.spec import Outfit, Spec
    from sentemo.types import Conversation, LabelSet

PREFIX = "llm:"
PANEL = "Language models"
PROTOCOLS = ("last-utterance", "standard")
SETTINGS = (
    "A setting of the language model, NAME=VALUE: temperature, top_k, max_tokens, seed, context, concurrency, "
    "timeout_s, retries, schema, body; of local weights batch_size, score. Repeatable."
)
Set = Annotated[list[str] | None, typer.Option("--set", "-s", help=SETTINGS, rich_help_panel=PANEL)]
Price = Annotated[
    list[str] | None,
    typer.Option(
        "--price",
        help="Price of a million prompt and completion tokens: 0.15,0.60 or MODEL=0.15,0.60.",
        rich_help_panel=PANEL,
    ),
]
KeyEnv = Annotated[
    str, typer.Option("--key-env", help="The environment variable that holds the server's key.", rich_help_panel=PANEL)
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Don't cache replies on disk.", rich_help_panel=PANEL)]
Define = Annotated[
    list[str] | None,
    typer.Option("--define", help="What a label means: relief=ease after worry. Repeatable.", rich_help_panel=PANEL),
]
Runs = Annotated[
    int,
    typer.Option(
        min=0, help="Number of runs for mean and sd; 0: 10 for a model of the paper, else 1.", rich_help_panel=PANEL
    ),
]
Sample = Annotated[int, typer.Option(min=0, help="Sample this many dialogues with --seed; 0: all.")]
Protocol = Annotated[str, typer.Option(help="last-utterance or standard.")]
Seed = Annotated[int, typer.Option(help="Seed of the sample and of the bootstrap.")]
Resamples = Annotated[int, typer.Option(help="Bootstrap resamples of the intervals.")]
KEY_ENV = "SENTEMO_LLM_KEY"
MOVED = {
    "label": "sentemo predict FILE --model llm:MODEL@URL",
    "evaluate": "sentemo evaluate llm:MODEL@URL CORPUS --data DIR",
}


def moved(
    words: Annotated[list[str] | None, typer.Argument(metavar="...")] = None,
) -> None:
    """Name the command that replaced `sentemo llm`."""
    step = MOVED.get((words or [""])[0], " or ".join(MOVED.values()))
    raise UsageError("`sentemo llm` is part of predict and evaluate now", f"Write: {step}")


def is_named(model: str) -> bool:
    """Return whether a name is a language model's."""
    return model.startswith(PREFIX)


def check_only(model: str, **given: object) -> None:
    """Raise `UsageError` for options that don't work with a model, whether a language model or not."""
    wrong = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if wrong and is_named(model):
        raise UsageError(f"{', '.join(wrong)}: not for language models", "Leave it out")
    if wrong:
        raise UsageError(f"{', '.join(wrong)}: for language models only", "Name one: llm:MODEL@URL")


def make_labeler(model: str, labels: str | None, outfit: Outfit) -> LlmLabeler:
    """Return a labeler that asks for the named labels, or for those of a corpus; DailyDialog's if None."""
    return outfit.labeler(read_spec(model), _label_set(labels or "dailydialog"))


def measure(
    model: str,
    labels: LabelSet,
    conversations: Sequence[Conversation],
    outfit: Outfit,
    runs: int,
    as_json: bool,
    **names: Any,
) -> None:
    """Measure a language model (mean and sd of several runs), and print the result and its cost."""
    from sentemo.evaluation.evaluate import evaluate
    from sentemo.evaluation.seeds import summarise

    check_protocol(names["protocol"])
    spec = read_spec(model)
    labeler = outfit.labeler(spec, labels, "last" if names["protocol"] == "last-utterance" else "all")
    reports = []
    with progress("Asking") as (tick,):
        labeler.on_progress = tick
        for number in range(runs or spec.runs):
            labeler.run = number
            reports.append(evaluate(labeler, conversations, labels=labels, model_name=spec.title(), **names))
    found = summarise(reports) if len(reports) > 1 else reports[0]
    if as_json:
        put_pretty({**found.to_json(), "llm": _facts(spec, labeler)})
    else:
        typer.echo(f"{found.to_markdown()}\n## What it took\n\n{labeler.spent}.\n")


def read_spec(text: str) -> Spec:
    """Parse the name of a language model."""
    from sentemo.llm.spec import Spec

    return Spec.parse(text)


def make_outfit(
    settings: list[str] | None, price: list[str] | None, key_env: str, no_cache: bool, define: list[str] | None = None
) -> Outfit:
    """Read the settings that all language models of a command share."""
    from sentemo.encoders.cache import default_cache_folder
    from sentemo.llm.cache import ReplyCache
    from sentemo.llm.costs import Prices
    from sentemo.llm.spec import Outfit

    prices = {}
    for text in price or []:
        name, _, numbers = text.rpartition("=")
        prices[name] = Prices.parse(numbers)
    cache = None if no_cache else ReplyCache(default_cache_folder() / "llm-replies.sqlite")
    return Outfit(settings or (), cache, prices, key_env, _definitions(define))


def check_protocol(protocol: str) -> None:
    """Raise `UsageError` for a protocol that needs more than predicted labels."""
    if protocol not in PROTOCOLS:
        raise UsageError(
            f"The protocol {protocol!r} doesn't work with language models", f"Use one of: {', '.join(PROTOCOLS)}"
        )


def read_sample(
    corpus: str, data: Path, split: str, sample: int, seed: int
) -> tuple[LabelSet, Sequence[Conversation], str]:
    """Read a split and sample from it; return labels, dialogues and a name that says what was drawn."""
    from sentemo.evaluation.repeats import sample_dialogues

    labels, conversations = options.read_split(corpus, data, split)
    drawn = sample_dialogues(conversations, sample, seed)
    told = f"{split}, {sample:,} of {len(conversations):,} dialogues (seed {seed})" if sample else split
    return labels, drawn, told


def _facts(spec: Spec, labeler: LlmLabeler) -> dict[str, Any]:
    return {"model": spec.model, "url": spec.url, "prompt": labeler.prompt.text, "spent": labeler.spent.to_json()}


def _definitions(define: list[str] | None) -> dict[str, str]:
    pairs = {}
    for text in define or []:
        name, equals, words = text.partition("=")
        if not equals or not name.strip() or not words.strip():
            raise UsageError(f"--define {text} has no definition", 'Write --define "relief=ease after worry"')
        pairs[name.strip()] = words.strip()
    return pairs


def _label_set(text: str) -> LabelSet:
    """Return the labels of a corpus, of sentiment, or those named, where `neutral` or `no emotion` is neutral."""
    from sentemo.corpora.registry import get_corpus
    from sentemo.label_sets import SENTIMENT
    from sentemo.types import LabelSet

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if names == ("sentiment",):
        return SENTIMENT
    if len(names) == 1:
        return get_corpus(names[0]).labels
    return LabelSet(names, next((name for name in names if name.casefold() in ("neutral", "no emotion")), None))
