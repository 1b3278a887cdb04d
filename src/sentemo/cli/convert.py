"""`sentemo convert`: any format that is read to JSON lines or a ConvoKit corpus."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import tell
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.types import Conversation


def convert(
    source: Annotated[str, typer.Argument(help="A file or folder of conversations, or - for stdin.", metavar="IN")],
    out: Annotated[
        Path, typer.Argument(help="A .jsonl file, or - for stdout; any other name is a ConvoKit corpus, a new folder.")
    ],
    format: options.Format = "auto",
    label: Annotated[
        str | None, typer.Option(help="The key of a ConvoKit corpus's utterance metadata that holds the labels.")
    ] = None,
) -> None:
    """Write conversations as JSON lines or as a ConvoKit corpus, to see, edit or use elsewhere what is read.

    No model is run. To have a model's labels in a ConvoKit corpus, use `sentemo predict --convokit`.
    """
    from sentemo.formats import read_conversations, write_convokit, write_jsonl
    from sentemo.formats.convokit import read_convokit

    if label is not None and format not in ("auto", "convokit"):
        raise UsageError("--label is for ConvoKit corpora", "Leave it out")
    read = read_conversations(source, format) if label is None else read_convokit(Path(source), label)
    if str(out) == "-":
        _print(read)
        return
    count = write_jsonl(read, out) if out.suffix == ".jsonl" else write_convokit(read, out)
    tell(f"Conversations: {count:,}. They are in {out}.")


def _print(read: Iterable[Conversation]) -> None:
    """Write JSON lines to stdout, all of them or none."""
    from sentemo.formats import write_jsonl

    with TemporaryDirectory() as folder:
        write_jsonl(read, Path(folder) / "all.jsonl")
        sys.stdout.buffer.write((Path(folder) / "all.jsonl").read_bytes())
    sys.stdout.flush()
