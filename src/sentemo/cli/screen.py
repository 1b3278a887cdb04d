"""What a person sees: errors, progress, a coloured table. Results go to stdout, the rest to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sentemo.formats.predictions import sure_labels

if TYPE_CHECKING:
    from rich.console import Console

    from sentemo.types import Prediction
import os
from io import TextIOWrapper


def mend_streams() -> None:
    """Replace closed streams by the null device, and escape what a stream's encoding lacks.

    Otherwise the next file opened would get the descriptor of a closed stream, and output would go to that file.
    """
    for stream in range(3):
        try:
            os.fstat(stream)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number that is free
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - as long as the program
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, TextIOWrapper):
            output.reconfigure(errors="backslashreplace")


def silence(stream: int = 1) -> None:
    """Discard what is left in stdout, or in stderr: at exit Python would change the exit code because of it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream)
    os.close(nowhere)


COLOURS = {
    "anger": "red",
    "angry": "red",
    "mad": "red",
    "frustrated": "red",
    "disgust": "green",
    "fear": "magenta",
    "scared": "magenta",
    "happiness": "yellow",
    "happy": "yellow",
    "joy": "yellow",
    "joyful": "yellow",
    "excited": "yellow",
    "sadness": "blue",
    "sad": "blue",
    "surprise": "cyan",
    "neutral": "dim",
}
Tick = Callable[[int, int], None]
"""Called with the amount done and the total."""


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: 1 turn, 2,000 turns."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def complain(message: str) -> None:
    """Print an error if stderr can be written to; the exit code says it as well."""
    from rich.console import Console
    from rich.text import Text

    try:
        Console(stderr=True, soft_wrap=True).print(Text.assemble(("error: ", "bold red"), message))
    except OSError:
        silence(2)


def tell(message: str) -> None:
    """Print a note to stderr."""
    print(message, file=sys.stderr)


def clean(text: str) -> str:
    """Return text on one line, without terminal control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))


def put(value: Any) -> None:
    """Print one JSON object to stdout, on one line."""
    print(as_json(value), flush=True)


def put_pretty(value: Any) -> None:
    """Print one JSON object to stdout, indented."""
    print(as_json(value, indent=1), flush=True)


def as_json(value: Any, indent: int | None = None) -> str:
    """Return the JSON of a value, with escapes where stdout's encoding lacks a character."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


@contextmanager
def progress(*stages: str) -> Iterator[list[Tick]]:
    """Show a progress bar for each stage of a long task, from its first tick on, if stderr is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:

        def ticker(stage: str) -> Tick:
            task = bar.add_task(stage, total=None, visible=False)
            return lambda done, total: bar.update(task, completed=done, total=total, visible=done < total)

        yield [ticker(stage) for stage in stages]


def show(prediction: Prediction, console: Console, abstain_below: float = 0.0, *, several: bool = False) -> None:
    """Print a conversation as a table: speaker, text, emotion, score; a dash where the score is too low.

    With `several`, all labels that apply to a turn are shown, not only the most probable one.
    """
    from rich.table import Table
    from rich.text import Text

    title = Text(clean(prediction.id)) if prediction.id else None
    table = Table(title=title, title_justify="left", expand=False)
    table.add_column("speaker", style="bold", overflow="fold")
    table.add_column("utterance", overflow="fold", ratio=1)
    table.add_column("emotion")
    table.add_column("score", justify="right")
    for turn in prediction:
        labels = sure_labels(turn, abstain_below, several=several) or ("–",)
        colour = COLOURS.get(labels[0], "white")
        table.add_row(
            Text(clean(turn.speaker)),
            Text(clean(turn.text)),
            Text.assemble((clean(", ".join(labels)), colour), *(f" #{clean(name)}" for name in turn.tags)),
            Text(f"{turn.score:.0%}", style=colour),
        )
    console.print(table)
