"""`sentemo report`: who felt what, when it turned, and which conversations to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import counted, put, tell


def report(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Conversations of any format, or labels of `sentemo predict` and `sentemo label`; patterns in quotes.",
            metavar="FILE...",
        ),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the report to this HTML file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write every figure to this folder, as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="A column to report by, such as agent, or file. Repeatable.")
    ] = None,
    model: options.Model = "default",
    format: options.Format = "auto",
) -> None:
    """Report on conversations: shares of emotions with intervals, turning points, answers, moments, typical words.

    Without --out, --csv or --json the summary is printed. docs/report.md walks through a report.
    """
    from sentemo.bulk.inputs import find_inputs
    from sentemo.files import write_bytes
    from sentemo.report import Report

    found = files if files == ["-"] else [source.file for source in find_inputs(files, format)]
    with _shown() as tick:
        made = Report.from_files(found, model, format=format, by=by or (), tick=tick)
    if out is not None:
        write_bytes(out, made.to_html().encode())
        tell(f"The report is in {out}.")
    if csv is not None:
        tell(f"{counted(len(made.write_csv(csv)), 'table')} in {csv}.")
    if as_json:
        put(made.to_dict())
    elif out is None and csv is None:
        typer.echo(str(made))


@contextmanager
def _shown() -> Iterator[Callable[[int], None]]:
    """Show in a terminal how many turns were read."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda turns: None
        return
    with console.status("Reading") as status:
        yield lambda turns: status.update(f"{counted(turns, 'turn')} read")
