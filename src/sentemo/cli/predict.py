"""`sentemo predict`: label conversations."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import put, show, tell
from sentemo.corpora.predictions import as_record

if TYPE_CHECKING:
    from sentemo.types import Prediction

AT_ONCE = 256  # conversations read and labelled together


def predict(
    source: Annotated[str, typer.Argument(help="A file of conversations, or - for stdin.", metavar="FILE")] = "-",
    model: options.Model = "default",
    format: options.Format = "auto",
    as_json: options.Json = False,
    head: options.Head = "classifier",
    causal: options.Causal = False,
    abstain_below: Annotated[
        float, typer.Option(min=0, max=1, help="Give no label where its probability is below this.")
    ] = 0.0,
) -> None:
    """Label every utterance of the conversations in a file or on stdin.

    In a terminal the result is a table; piped, or with --json, it is one JSON object a conversation.
    """
    from sentemo.corpora.files import read_conversations
    from sentemo.model import SentEmoContext

    if source == "-" and sys.stdin.isatty():
        tell("Type the conversation, a line a turn (`Name: text`), and end with Ctrl-D.")
    conversations = read_conversations(source, format)
    first = list(islice(conversations, AT_ONCE))  # bad input is told before the model is loaded
    loaded = SentEmoContext.from_pretrained(model)
    loaded.head, loaded.causal = options.as_head(head), causal
    table = sys.stdout.isatty() and not as_json
    while first:
        for prediction in loaded.predict(first):
            _print(prediction, table, abstain_below)
        first = list(islice(conversations, AT_ONCE))


def _print(prediction: Prediction, table: bool, abstain_below: float) -> None:
    if table:
        from rich.console import Console

        show(prediction, Console(), abstain_below)
    else:
        put(as_record(prediction, abstain_below))
