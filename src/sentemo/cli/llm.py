"""`sentemo llm`: label and measure with a language model, on a server or from local weights."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentemo.cli import options
from sentemo.cli.predict import print_prediction
from sentemo.cli.screen import progress, put_pretty, tell
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.llm.labeler import LlmLabeler
    from sentemo.llm.spec import Outfit, Spec
    from sentemo.types import Conversation, LabelSet

app = typer.Typer(help="Label and measure with any language model.", no_args_is_help=True)

AT_ONCE = 64  # conversations read and labelled together
PROTOCOLS = ("last-utterance", "standard")
SETTINGS = (
    "A setting of the language model, NAME=VALUE: temperature, top_k, max_tokens, seed, context, concurrency, "
    "timeout_s, retries, schema, body; of local weights batch_size, score. Repeatable."
)
Llm = Annotated[str, typer.Argument(help="MODEL@URL of a server, a hub id or folder, or llama2-7b, ...; then #PROMPT.")]
Set = Annotated[list[str] | None, typer.Option("--set", "-s", help=SETTINGS)]
Price = Annotated[
    list[str] | None,
    typer.Option("--price", help="What a million prompt and completion tokens cost: 0.15,0.60 or MODEL=0.15,0.60."),
]
KeyEnv = Annotated[str, typer.Option("--key-env", help="The environment variable that holds the server's key.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Ask again; keep no replies on disk.")]
Sample = Annotated[int, typer.Option(min=0, help="Only so many dialogues, drawn by --seed; 0 takes all.")]
Protocol = Annotated[str, typer.Option(help="last-utterance or standard.")]
Seed = Annotated[int, typer.Option(help="Fixes the sample and the resamples of intervals.")]
Resamples = Annotated[int, typer.Option(help="Bootstrap resamples of the intervals.")]
KEY_ENV = "SENTEMO_LLM_KEY"


@app.command()
def label(
    model: Llm,
    source: Annotated[str, typer.Argument(help="A file of conversations, or - for stdin.", metavar="FILE")] = "-",
    labels: Annotated[
        str, typer.Option("--labels", "-l", help="A corpus's, or names: joy,anger,neutral (neutral is no emotion).")
    ] = "dailydialog",
    define: Annotated[
        list[str] | None, typer.Option("--define", help="What a label means: relief=ease after worry. Repeatable.")
    ] = None,
    format: options.Format = "auto",
    as_json: options.Json = False,
    prompt: Annotated[str, typer.Option(help="A shipped prompt (quoted, last, defined) or a file.")] = "",
    settings: Set = None,
    price: Price = None,
    key_env: KeyEnv = KEY_ENV,
    no_cache: NoCache = False,
) -> None:
    """Label every utterance of the conversations in a file or on stdin.

    Output as of `sentemo predict`; where the model named no label, it is null.
    """
    from dataclasses import replace

    from sentemo.formats.files import read_conversations

    outfit = replace(make_outfit(settings, price, key_env, no_cache), definitions=_definitions(define))
    conversations = read_conversations(source, format)
    first = list(islice(conversations, AT_ONCE))  # bad input is told before the model is loaded
    labeler = outfit.labeler(read_spec(model, prompt), _label_set(labels))
    table = sys.stdout.isatty() and not as_json
    while first:
        for prediction in labeler.predict(first):
            print_prediction(prediction, table)
        first = list(islice(conversations, AT_ONCE))
    tell(f"{labeler.spent}.")


@app.command()
def evaluate(
    model: Llm,
    corpus: Annotated[str, typer.Argument(help=options.CORPUS_HELP)],
    data: options.Data,
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "validation",
    protocol: Protocol = "last-utterance",
    sample: Sample = 0,
    runs: Annotated[int, typer.Option(min=0, help="Mean and sd of so many; 0 is 10 for a preset, else 1.")] = 0,
    as_json: options.Json = False,
    prompt: Annotated[str, typer.Option(help="A shipped prompt (quoted, last, defined) or a file.")] = "",
    settings: Set = None,
    price: Price = None,
    key_env: KeyEnv = KEY_ENV,
    no_cache: NoCache = False,
    seed: Seed = 0,
    resamples: Resamples = 1000,
) -> None:
    """Measure a language model on one split, zero-shot, and say what it took.

    F1s are in percent; * leaves neutral out of the average. A reply that names no label is counted as wrong.
    """
    from sentemo.evaluation.evaluate import evaluate as run
    from sentemo.evaluation.seeds import summarise

    check_protocol(protocol)
    spec = read_spec(model, prompt)
    outfit = make_outfit(settings, price, key_env, no_cache)
    known, conversations, shown = read_sample(corpus, data, split, sample, seed)
    labeler = outfit.labeler(spec, known, "last" if protocol == "last-utterance" else "all")
    names: dict[str, Any] = {"protocol": protocol, "corpus": corpus, "split": shown, "model_name": spec.title()}
    reports = []
    with progress("Asking") as (tick,):
        labeler.on_progress = tick
        for number in range(runs or spec.runs):
            labeler.run = number
            reports.append(run(labeler, conversations, labels=known, resamples=resamples, seed=seed, **names))
    found = summarise(reports) if len(reports) > 1 else reports[0]
    if as_json:
        put_pretty({**found.to_json(), "llm": _facts(spec, labeler)})
    else:
        typer.echo(f"{found.to_markdown()}\n## What it took\n\n{labeler.spent}.\n")


def read_spec(text: str, prompt: str = "") -> Spec:
    """Read which model is meant; --prompt wins over the one after #."""
    from dataclasses import replace

    from sentemo.llm.spec import Spec

    spec = Spec.parse(text)
    return replace(spec, prompt=prompt) if prompt else spec


def make_outfit(settings: list[str] | None, price: list[str] | None, key_env: str, no_cache: bool) -> Outfit:
    """Read what all language models of a command share."""
    from sentemo.encoders.cache import default_cache_folder
    from sentemo.llm.cache import ReplyCache
    from sentemo.llm.costs import Prices
    from sentemo.llm.spec import Outfit

    prices = {}
    for text in price or []:
        name, _, numbers = text.rpartition("=")
        prices[name] = Prices.parse(numbers)
    cache = None if no_cache else ReplyCache(default_cache_folder() / "llm-replies.sqlite")
    return Outfit(settings or (), cache, prices, key_env)


def check_protocol(protocol: str) -> None:
    """Allow what predicted labels alone can be scored by."""
    if protocol not in PROTOCOLS:
        raise UsageError(f"Language models are not measured by {protocol!r}", f"Use one of: {', '.join(PROTOCOLS)}")


def read_sample(
    corpus: str, data: Path, split: str, sample: int, seed: int
) -> tuple[LabelSet, Sequence[Conversation], str]:
    """Read a split, draw from it, and say so beside its name."""
    from sentemo.evaluation.sample import sample_dialogues

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
            raise UsageError(f"--define {text} says nothing", 'Write --define "relief=ease after worry"')
        pairs[name.strip()] = words.strip()
    return pairs


def _label_set(text: str) -> LabelSet:
    """The labels of a corpus, or those named; `neutral` or `no emotion` among them is the neutral one."""
    from sentemo.corpora.registry import get_corpus
    from sentemo.types import LabelSet

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if len(names) == 1:
        return get_corpus(names[0]).labels
    return LabelSet(names, next((name for name in names if name.casefold() in ("neutral", "no emotion")), None))
