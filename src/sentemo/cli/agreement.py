"""`sentemo agreement`: inter-annotator agreement, and all answers in one file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import put_pretty, tell
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sentemo.adaptation.answers import Answer
    from sentemo.types import Conversation

    Item = tuple[Conversation, int]


def agreement(
    files: Annotated[
        list[Path], typer.Argument(help="One file of `sentemo annotate` per annotator.", metavar="FILE...")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Write all answers to one file: .csv with a column per annotator, or "
            ".jsonl with the majority label, for `sentemo adapt`.",
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Measure inter-annotator agreement: Cohen's and Fleiss' kappa, Krippendorff's alpha."""
    from sentemo.adaptation.answers import AnswerFile
    from sentemo.evaluation.agreement import agreement as measure

    if len({file.stem for file in files}) < len(files):
        raise UsageError("Two files have the same name", "Name each file after its annotator")
    for file in files:
        if not file.exists():
            raise UsageError(f"No such file: {file}", "Name a file that `sentemo annotate` wrote")
    given = {file.stem: {(a.conversation, a.turn): a for a in AnswerFile(file).answers} for file in files}
    found = measure({name: {item: a.label for item, a in answers.items()} for name, answers in given.items()})
    if out is not None:
        _write(out, given)
    if as_json:
        put_pretty(found.to_json())
    else:
        typer.echo(str(found))


def _write(out: Path, given: Mapping[str, Mapping[Item, Answer]]) -> None:
    """Write every item with all its answers, or with the majority label."""
    from sentemo.evaluation.agreement import majority
    from sentemo.files import cannot_write, write_bytes

    items = {item: answer for answers in given.values() for item, answer in answers.items()}
    rows = [
        (items[item], [answers[item].label if item in answers else "" for answers in given.values()]) for item in items
    ]
    most = [majority([label for label in labels if label]) for _, labels in rows]
    if out.suffix == ".csv":
        content = _csv(rows, most, [*given])
    elif out.suffix == ".jsonl":
        content = b"".join(
            type(answer)(answer.conversation, answer.turn, label).line()
            for (answer, _), label in zip(rows, most, strict=True)
            if label
        )
        ties = most.count(None)
        if ties:
            tell(f"Left out for lack of a majority label: {ties}.")
    else:
        raise UsageError(f"{out} is neither .csv nor .jsonl", "Use one of these extensions")
    with cannot_write(out):
        write_bytes(out, content)


def _csv(rows: list[tuple[Answer, list[str]]], most: list[str | None], names: list[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["conversation", "turn", "speaker", "text", *names, "majority"])
    for (answer, labels), label in zip(rows, most, strict=True):
        said = answer.conversation.turns[answer.turn]
        writer.writerow([answer.conversation.id, answer.turn + 1, said.speaker, said.text, *labels, label or ""])
    return text.getvalue().encode()
