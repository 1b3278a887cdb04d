"""`sentemo inspect`: how a file would be read."""

from __future__ import annotations

from typing import Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import clean, put_pretty


def inspect(
    source: Annotated[str, typer.Argument(help="A file or folder of conversations.", metavar="FILE")],
    format: options.Format = "auto",
    columns: options.Columns = "",
    show: Annotated[int, typer.Option("--show", min=0, max=1000, help="Number of first turns to show.")] = 5,
    as_json: options.Json = False,
) -> None:
    """Show how a file would be read before anything is labelled: its format, speakers, times and first turns.

    It also counts what is left out (the app's notices, messages without text) and says why. If something is wrong,
    name another format, or a table's columns.
    """
    from sentemo.formats.inspect import inspect as look
    from sentemo.formats.reading import as_columns

    found = look(source, format, as_columns(columns), show=show)
    if as_json:
        put_pretty(found.to_dict())
        return
    for line in str(found).splitlines():
        typer.echo(clean(line) if line.startswith(("note", "reading")) else line)
    if found.shown:
        typer.echo("\nThe first turns:")
    for turn in found.shown:
        when = f"{turn.time:%Y-%m-%d %H:%M}  " if turn.time else ""
        typer.echo(f"  {when}{clean(turn.speaker) or '–'}: {clean(turn.text)[:200]}")
