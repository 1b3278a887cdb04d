"""`python -m reproduction compared`: what `sentemo compare` measured, among the published rows of Table 4."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sentemo.cli import options
from sentemo.cli.screen import put
from sentemo.errors import BadInput


def compared(
    source: Annotated[str, typer.Argument(help="What `sentemo compare --json` printed; - is stdin.", metavar="FILE")],
    as_json: options.Json = False,
) -> None:
    """Lay a comparison by last-utterance on DailyDialog among the published rows of the paper's Table 4."""
    from reproduction.tables.table4 import compared_rows, table4

    exhibit = table4(compared_rows(_read(source)), tell_missing=False)
    if as_json:
        put(exhibit.to_json())
    else:
        typer.echo(exhibit.to_markdown())


def _read(source: str) -> Any:
    try:
        return json.loads(sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"It can't be read ({error.strerror})", "Name another file", path=source) from error
    except ValueError as error:
        raise BadInput("It is not valid JSON", "Give what sentemo compare --json printed", path=source) from error
