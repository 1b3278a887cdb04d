"""`sentemo convert`: any supported format to JSON lines, subtitles or a ConvoKit corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import tell
from sentemo.errors import UsageError


def convert(
    source: Annotated[str, typer.Argument(help="A file or folder of conversations, or - for stdin.", metavar="IN")],
    out: Annotated[
        str,
        typer.Argument(
            help="A .jsonl, .vtt or .srt file, or - for JSON lines on stdout; any other name is a ConvoKit corpus, a "
            "new folder."
        ),
    ],
    format: options.Format = "auto",
    columns: options.Columns = "",
    label: Annotated[
        str | None, typer.Option(help="The utterance metadata key of a ConvoKit corpus with the labels.")
    ] = None,
) -> None:
    """Convert conversations to JSON lines, subtitles or a ConvoKit corpus, to inspect, edit or use them elsewhere.

    No model is run. To add a model's labels to a ConvoKit corpus, use `sentemo predict --convokit`.
    """
    from sentemo.formats import read_conversations, write_convokit, write_jsonl
    from sentemo.formats.convokit import read_convokit
    from sentemo.formats.cues import KINDS, write_cues
    from sentemo.formats.jsonl import json_line
    from sentemo.formats.reading import Reading, as_columns

    if label is not None and format not in ("auto", "convokit"):
        raise UsageError("--label only works with ConvoKit corpora", "Leave it out")
    reading = Reading(as_columns(columns))
    read = read_conversations(source, format, reading) if label is None else read_convokit(Path(source), label)
    target, kind = Path(out), Path(out).suffix.removeprefix(".")
    if out == "-":
        for talk in read:
            sys.stdout.write(json_line(talk, out))
        return
    if kind in KINDS:
        count = write_cues(read, target)
    else:
        count = write_jsonl(read, target) if kind == "jsonl" else write_convokit(read, target)
    tell(f"Conversations: {count:,}. They are in {out}.")
