"""`sentemo compare`: several labelers on the same utterances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentemo.cli import llm, options
from sentemo.cli.screen import Tick, progress, put_pretty, tell
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.corpora.label_map import LabelMap
    from sentemo.llm.spec import Outfit
    from sentemo.types import Conversation, Labeler, LabelSet

LABELERS_HELP = (
    "default (the shipped model), a model's folder or hub id, majority, uniform, or a language model: llm:MODEL@URL "
    "for a server, llm:FOLDER for local weights, optionally followed by #PROMPT."
)


def compare(
    labelers: Annotated[list[str], typer.Argument(help=LABELERS_HELP, metavar="LABELER...")],
    corpus: Annotated[str, typer.Option("--corpus", "-c", help=options.CORPUS_HELP)],
    data: options.Data,
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "validation",
    protocol: llm.Protocol = "last-utterance",
    label_map: options.Map = "",
    sample: llm.Sample = 0,
    as_json: options.Json = False,
    settings: llm.Set = None,
    price: llm.Price = None,
    key_env: llm.KeyEnv = llm.KEY_ENV,
    no_cache: llm.NoCache = False,
    seed: llm.Seed = 0,
    resamples: llm.Resamples = 1000,
) -> None:
    """Compare labelers: quality, differences from the first with paired intervals, time and cost.

    With --map, the labels of the corpus and the models are mapped, and language models are asked for the map's labels.
    """
    from sentemo.corpora.label_map import LabelMap
    from sentemo.evaluation.comparison import compare as run
    from sentemo.evaluation.mapped import map_gold

    protocol = options.protocol_under(label_map, protocol, "last-utterance")
    if not label_map:
        llm.check_protocol(protocol)
    if len(set(labelers)) < len(labelers):
        raise UsageError("A labeler is named twice", "Name each once")
    outfit = llm.make_outfit(settings, price, key_env, no_cache)
    labels, conversations, shown = llm.read_sample(corpus, data, split, sample, seed)
    chosen, note = None, None
    if label_map:
        chosen = LabelMap.load(label_map)
        gold = map_gold(chosen, corpus, labels, conversations)
        labels, conversations, note = gold.labels, gold.conversations, gold.note
    with progress("Asking") as (tick,):
        made = [_labeler(name, outfit, conversations, labels, protocol, chosen, tick) for name in labelers]
        titles = [_title(name) for name in labelers]
        shown_as = titles if len(set(titles)) == len(titles) else labelers  # the same model on two servers
        names: dict[str, Any] = {"protocol": protocol, "corpus": corpus, "split": shown}
        found = run(
            list(zip(shown_as, made, strict=True)),
            conversations,
            labels,
            resamples=resamples,
            seed=seed,
            on_each=lambda name: tell(f"{name} ..."),
            note=note,
            **names,
        )
    if as_json:
        put_pretty(found.to_json())
    else:
        typer.echo(found.to_markdown())


def _labeler(
    name: str,
    outfit: Outfit,
    conversations: Sequence[Conversation],
    labels: LabelSet,
    protocol: str,
    chosen: LabelMap | None,
    tick: Tick,
) -> Labeler:
    from sentemo.evaluation.baselines import MajorityLabeler, UniformLabeler
    from sentemo.evaluation.mapped import MappedLabeler
    from sentemo.evaluation.protocols import select
    from sentemo.llm.spec import PREFIX
    from sentemo.loading import load

    if name.startswith(PREFIX):
        asked = chosen.labels if chosen else labels
        labeler = outfit.labeler(llm.read_spec(name), asked, "last" if protocol == "last-utterance" else "all")
        labeler.on_progress = tick
        return labeler
    if name == "majority":
        return MajorityLabeler(labels, select(conversations, labels, protocol).majority)
    if name == "uniform":
        return UniformLabeler(labels)
    model = load(name)
    return MappedLabeler(model, chosen) if chosen else model


def _title(name: str) -> str:
    from sentemo.llm.spec import PREFIX

    if name.startswith(PREFIX):
        return llm.read_spec(name).title()
    return "the shipped model" if name == "default" else name
