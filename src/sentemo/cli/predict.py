"""`sentemo predict`: label conversations."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options
from sentemo.cli.choice import AT_ONCE, Choice, Label, batches
from sentemo.cli.screen import put, show, tell
from sentemo.errors import UsageError
from sentemo.export.folder import find_beside, is_exported, usable_beside
from sentemo.export.load import labels_only, open_labeler
from sentemo.formats.predictions import as_record

if TYPE_CHECKING:
    from sentemo.export.load import Form
    from sentemo.types import Conversation, Prediction

ENGINES = ("auto", "torch", "onnx")


def predict(
    source: Annotated[
        str, typer.Argument(help="A file or folder of conversations, or - for stdin.", metavar="FILE")
    ] = "-",
    model: options.Model = "default",
    format: options.Format = "auto",
    as_json: options.Json = False,
    head: options.Head = "classifier",
    causal: options.Causal = False,
    sensitivity: options.Sensitivity = 0.0,
    fit_shares: Annotated[
        bool,
        typer.Option("--fit-shares", help="Read all of it first, estimate how often each label occurs, go by that."),
    ] = False,
    labels: Annotated[
        str | None,
        typer.Option(help="Another label set: sentiment, or one that the model knows beside its own: goemotions."),
    ] = None,
    abstain_below: Annotated[
        float, typer.Option(min=0, max=1, help="Give no label where its probability is below this.")
    ] = 0.0,
    convokit: Annotated[
        Path | None, typer.Option(help="Write a ConvoKit corpus with the labels to this new folder; print nothing.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="onnx, torch, or auto: onnx where an exported form lies beside the model.")
    ] = "auto",
    threads: Annotated[int, typer.Option(help="CPU threads; 0 is one with onnx, and torch's choice with torch.")] = 0,
) -> None:
    """Label every utterance of the conversations in a file or on stdin.

    In a terminal the result is a table; piped, or with --json, it is one JSON object a conversation. docs/decisions.md
    says how labels are chosen, and what --sensitivity, --fit-shares and --labels do to them.
    """
    from sentemo.formats.convokit_writer import write_convokit
    from sentemo.formats.files import read_conversations

    choice = Choice(labels, sensitivity, fit_shares)
    choice.check(head)
    if convokit is not None and (abstain_below or choice.several):
        raise UsageError(
            "A ConvoKit corpus gets one label for every turn",
            "Leave out --labels and --abstain-below; go by predicted_score there",
        )
    if source == "-" and sys.stdin.isatty():
        tell("Type the conversation, a line a turn (`Name: text`), and end with Ctrl-D.")
    read = read_conversations(source, format)
    first = list(islice(read, AT_ONCE))  # bad input is told before the model is loaded
    loaded = _load(model, engine, head, causal, threads)
    table = sys.stdout.isatty() and not as_json
    if choice.several:
        _print(choice.label(loaded), chain(first, read), table, abstain_below, several=True)
        return
    everything = [*first, *read] if fit_shares else []
    labeler = choice.labeler(loaded, everything)
    conversations = everything or chain(first, read)
    if convokit is None:
        _print(labeler.predict, conversations, table, abstain_below)
    else:
        count = write_convokit(conversations, convokit, labeler)
        tell(f"Conversations: {count:,}. The corpus is in {convokit}.")


def _print(
    label: Label, conversations: Iterable[Conversation], table: bool, abstain_below: float, *, several: bool = False
) -> None:
    for batch in batches(conversations):
        for prediction in label(batch):
            print_prediction(prediction, table, abstain_below, several=several)


def _load(model: str, engine: str, head: str, causal: bool, threads: int) -> Form:
    """Load an exported model where one is meant or lies beside the model, else the model itself."""
    from sentemo.artifacts.find import find

    if engine not in ENGINES:
        raise UsageError(f"There is no engine {engine!r}", f"Use one of: {', '.join(ENGINES)}")
    folder, chosen = find(model), options.as_head(head)
    if engine == "torch" and labels_only(folder):
        raise UsageError(f"The model in {folder} was exported and runs without torch", "Leave --engine out")
    exported = None if engine == "torch" else _exported(folder, asked=engine == "onnx" or is_exported(folder))
    if exported is not None and (chosen == "classifier" or engine == "onnx"):
        folder = exported
    return open_labeler(folder, head=chosen, causal=causal, threads=threads)


def _exported(folder: Path, *, asked: bool) -> Path | None:
    """The exported form of a model: the folder itself, or one beside it that was made of it."""
    if is_exported(folder):
        return folder
    found = find_beside(folder) if asked else usable_beside(folder)
    if found is None and asked:
        raise UsageError(f"There is no exported form of {folder} beside it", f"Make it with: sentemo export {folder}")
    return found


def print_prediction(prediction: Prediction, table: bool, abstain_below: float = 0.0, *, several: bool = False) -> None:
    """Print a prediction as a table, or as one line of JSON; `several` labels of a turn, where more may apply."""
    if table:
        from rich.console import Console

        show(prediction, Console(), abstain_below, several=several)
    else:
        put(as_record(prediction, abstain_below, several=several))
