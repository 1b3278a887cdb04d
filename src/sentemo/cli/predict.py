"""`sentemo predict`: label conversations."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import llm, options
from sentemo.cli.choice import AT_ONCE, Choice, Label, batches
from sentemo.cli.screen import put, show, tell
from sentemo.errors import UsageError
from sentemo.formats.predictions import as_record

if TYPE_CHECKING:
    from sentemo.loading import Model
    from sentemo.types import Conversation, Labeler, Prediction


def predict(
    source: Annotated[
        str, typer.Argument(help="A file or folder of conversations, or - for stdin.", metavar="FILE")
    ] = "-",
    model: Annotated[
        str,
        typer.Option(
            "--model", "-m", help="A model's folder, a hub id, default, static (rough and fast), or llm:MODEL@URL."
        ),
    ] = "default",
    format: options.Format = "auto",
    columns: options.Columns = "",
    as_json: options.Json = False,
    head: options.Head = "classifier",
    causal: options.Causal = False,
    sensitivity: options.Sensitivity = 0.0,
    tag_sensitivity: Annotated[
        list[str] | None,
        typer.Option(help="TAG=NUMBER, -5 to 5: above 0 finds the tag more often, below 0 less. Repeatable."),
    ] = None,
    fit_shares: Annotated[
        bool,
        typer.Option("--fit-shares", help="Read the whole input first and adjust to its estimated label shares."),
    ] = False,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels",
            "-l",
            help="Another label set: sentiment, or an additional one of the model, such as goemotions. For a language "
            "model: a corpus's labels, or names: joy,anger,neutral.",
        ),
    ] = None,
    abstain_below: Annotated[
        float, typer.Option(min=0, max=1, help="Abstain where the label's probability is below this.")
    ] = 0.0,
    convokit: Annotated[
        Path | None, typer.Option(help="Write a ConvoKit corpus with the labels to this new folder; print nothing.")
    ] = None,
    label_studio: Annotated[
        Path | None,
        typer.Option(
            help="Write tasks for Label Studio to this new JSON file, annotated with the labels; print nothing."
        ),
    ] = None,
    to: Annotated[str, typer.Option(help="Print a transcript with times as labelled subtitles: vtt or srt.")] = "",
    engine: Annotated[str, typer.Option(help="onnx, torch, or auto: onnx where the model has graphs.")] = "auto",
    threads: Annotated[int, typer.Option(help="CPU threads; 0: one with onnx, torch's default with torch.")] = 0,
    define: llm.Define = None,
    settings: llm.Set = None,
    price: llm.Price = None,
    key_env: llm.KeyEnv = llm.KEY_ENV,
    no_cache: llm.NoCache = False,
) -> None:
    """Label every utterance of the conversations in a file or on stdin.

    In a terminal the result is a table; piped, or with --json, it is one JSON object per conversation.
    docs/decisions.md explains how labels are chosen, and what --sensitivity, --fit-shares and --labels change. A
    language model is asked about every turn (docs/llm.md).
    """
    from sentemo.formats import read_conversations, write_convokit, write_label_studio
    from sentemo.formats.cues import KINDS, cue_text
    from sentemo.formats.reading import Reading, as_columns
    from sentemo.loading import load

    is_llm = llm.is_named(model)
    choice = Choice(None if is_llm else labels, sensitivity, fit_shares)
    choice.check(head)
    if is_llm:
        others = {"head": head != "classifier", "causal": causal, "engine": engine != "auto", "threads": threads}
        llm.check_only(model, **others, sensitivity=sensitivity, fit_shares=fit_shares)
    else:
        llm.check_only(model, define=define, set=settings, price=price, no_cache=no_cache)
    if (convokit or label_studio) and (abstain_below or choice.several):
        raise UsageError(
            "A ConvoKit corpus and Label Studio's tasks need exactly one label per turn",
            "Leave out --labels and --abstain-below; use the scores instead",
        )
    if source == "-" and sys.stdin.isatty():
        tell("Type the conversation, one turn per line (`Name: text`), and end with Ctrl-D.")
    if to not in ("", *KINDS):
        raise UsageError(f"Unknown subtitle format {to!r}", f"Use one of: {', '.join(KINDS)}")
    reading = Reading(as_columns(columns))
    read = read_conversations(source, format, reading)
    first = list(islice(read, AT_ONCE))  # bad input is reported before the model is loaded
    if reading.columns_taken:
        tell(f"Read as {reading.kind}.")
    table = sys.stdout.isatty() and not as_json
    everything = [*first, *read] if fit_shares else []
    labeler: Labeler
    if is_llm:
        labeler = asked = llm.make_labeler(model, labels, llm.make_outfit(settings, price, key_env, no_cache, define))
    else:
        chosen = options.as_head(head)
        loaded = load(model, causal=causal, head=chosen, engine=options.as_engine(engine), threads=threads)
        loaded = _more_sensitive(loaded, tag_sensitivity or [])
        if choice.several:
            _print(choice.label(loaded), chain(first, read), table, abstain_below, several=True)
            return
        labeler = choice.labeler(loaded, everything)
    conversations = everything or chain(first, read)
    if convokit is not None:
        count = write_convokit(conversations, convokit, labeler)
        tell(f"Conversations: {count:,}. The corpus is in {convokit}.")
    elif label_studio is not None:
        count = write_label_studio(conversations, label_studio, labeler)
        tell(f"Tasks: {count:,}, in {label_studio}. The labelling interface is in {label_studio.with_suffix('.xml')}.")
    elif to:
        turns = [turn for batch in batches(conversations) for talk in labeler.predict(batch) for turn in talk]
        sys.stdout.write(cue_text(turns, to))
    else:
        _print(labeler.predict, conversations, table, abstain_below)
    for remark in reading.remarks:
        tell(f"Note: {remark}")
    if is_llm:
        tell(f"{asked.spent}.")


def _print(
    label: Label, conversations: Iterable[Conversation], table: bool, abstain_below: float, *, several: bool = False
) -> None:
    for batch in batches(conversations):
        for prediction in label(batch):
            print_prediction(prediction, table, abstain_below, several=several)


def _more_sensitive(model: Model, shifts: list[str]) -> Model:
    """Return the model, finding each named tag more often or less."""
    if not shifts:
        return model
    from sentemo.model import SentEmoContext

    if not isinstance(model, SentEmoContext):
        raise UsageError("This form of a model has no tags", "Name a model that `sentemo adapt` wrote")
    by = {}
    for text in shifts:
        name, _, number = text.rpartition("=")
        try:
            by[name] = float(number)
        except ValueError:
            raise UsageError(f"--tag-sensitivity {text} has no number", "Write TAG=NUMBER, such as relief=1") from None
    return model.more_sensitive(by)


def print_prediction(prediction: Prediction, table: bool, abstain_below: float = 0.0, *, several: bool = False) -> None:
    """Print a prediction as a table, or as one line of JSON; with `several`, all labels that apply to a turn."""
    if table:
        from rich.console import Console

        show(prediction, Console(), abstain_below, several=several)
    else:
        put(as_record(prediction, abstain_below, several=several))
