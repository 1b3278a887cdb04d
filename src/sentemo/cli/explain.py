"""`sentemo explain`: why each turn has its label."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import COLOURS, clean, progress, put, tell

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from sentemo.explanation.explanation import Explanation, Influence, NearExample, TurnExplanation
    from sentemo.types import Conversation

SHOWN = 3  # prototypes and turns to show
LEAST = 0.005  # smaller changes of a probability are not shown


def explain(
    source: Annotated[str, typer.Argument(help="A file of conversations, or - for stdin.", metavar="FILE")] = "-",
    model: options.Model = "default",
    format: options.Format = "auto",
    as_json: options.Json = False,
    causal: options.Causal = False,
    neighbours: Annotated[int, typer.Option(min=0, help="Nearest examples to show for each turn.")] = 3,
    bank: Annotated[
        Path | None, typer.Option(help="A file of labelled conversations to find near examples in.")
    ] = None,
) -> None:
    """Label conversations and explain the label of each turn.

    `near`: the nearest labelled examples, with their distances. They come from --bank; without it, from the examples
    that the model's labels were learnt from, or else from a few utterances shipped with the package: they show what
    the model finds similar, not what it was trained on. `labels`: the distance to the centre of each label. `turns`:
    what each other turn added to the probability of the label, found by leaving it out.

    In a terminal the result is text; piped, or with --json, it is one JSON object per conversation.
    """
    from sentemo.formats.files import read_conversations
    from sentemo.model import SentEmoContext

    if source == "-" and sys.stdin.isatty():
        tell("Type the conversation, one turn per line (`Name: text`), and end with Ctrl-D.")
    conversations = read_conversations(source, format)
    first = next(conversations)  # bad input is reported before the model is loaded
    examples = _read_bank(bank)
    loaded = SentEmoContext.from_pretrained(model)
    loaded.causal = causal
    for conversation in chain([first], conversations):
        with progress("turns") as (tick,):
            found = loaded.explain(conversation, neighbours=neighbours, bank=examples, on_progress=tick)
        _print(found, sys.stdout.isatty() and not as_json)


def _read_bank(path: Path | None) -> list[Conversation] | None:
    from sentemo.formats.examples import read_examples

    return None if path is None else read_examples(path)


def _print(explanation: Explanation, as_text: bool) -> None:
    if as_text:
        from rich.console import Console

        show(explanation, Console())
    else:
        put(explanation.to_json())


def show(explanation: Explanation, console: Console) -> None:
    """Print each turn with its label and, indented, the reasons for it."""
    from rich.text import Text

    if explanation.id:
        console.print(Text(clean(explanation.id), style="italic"))
    for number, turn in enumerate(explanation, 1):
        console.print(_heading(number, turn), _reasons(turn), "")


def _heading(number: int, turn: TurnExplanation) -> RenderableType:
    """Return speaker, text, emotion and probability of a turn."""
    from rich.table import Table
    from rich.text import Text

    said = turn.prediction
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(width=4, justify="right")
    grid.add_column(overflow="fold", ratio=1)
    grid.add_column(justify="right", no_wrap=True)
    speaker = f"{clean(said.speaker)}: " if said.speaker else ""
    sure = Text(f"{clean(said.label)} {said.score:.0%}", style=_colour(said.label))
    grid.add_row(Text(str(number)), Text.assemble((speaker, "bold"), clean(said.text)), sure)
    return grid


def _reasons(turn: TurnExplanation) -> RenderableType:
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=4)
    grid.add_column(style="dim", width=6)
    grid.add_column()
    for place, near in enumerate(turn.nearest):
        grid.add_row("", "" if place else "near", _near(near))
    if turn.prototypes:
        grid.add_row("", "labels", _labels(turn.prototypes))
    if turn.influences:
        grid.add_row("", "turns", _influences(turn.influences, turn.prediction.label))
    return grid


def _near(near: NearExample) -> Text:
    from rich.text import Text

    start = (f"{near.distance:.2f} ", (clean(near.label), _colour(near.label)), " ")
    return Text.assemble(*start, clean(near.text), no_wrap=True, overflow="ellipsis")


def _labels(prototypes: Mapping[str, float]) -> Text:
    """Return the nearest labels, the nearest first."""
    from rich.text import Text

    nearest = sorted(prototypes.items(), key=lambda each: each[1])[:SHOWN]
    return _joined(Text.assemble(f"{far:.2f} ", (clean(name), _colour(name))) for name, far in nearest)


def _influences(influences: Sequence[Influence], label: str) -> Text:
    """Return the turns that mattered most, with what they added to the label's probability."""
    from rich.text import Text

    most = sorted(influences, key=lambda other: -abs(other.change))[:SHOWN]
    said = [Text(f"turn {other.turn + 1} {other.change:+.2f}") for other in most if abs(other.change) >= LEAST]
    if not said:
        return Text("no other turn mattered", style="dim")
    return Text.assemble(_joined(said), " towards ", (clean(label), _colour(label)))


def _joined(parts: Iterable[Text]) -> Text:
    from rich.text import Text

    return Text(", ").join(parts)


def _colour(label: str) -> str:
    return COLOURS.get(label, "white")
