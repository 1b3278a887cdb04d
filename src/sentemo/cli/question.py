"""What the labelling loop shows, and how replies are parsed: an utterance in context, the labels, an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sentemo.cli.screen import clean

if TYPE_CHECKING:
    from rich.console import Console

    from sentemo.adaptation.labelling import Guess
    from sentemo.types import Conversation
from dataclasses import dataclass
from typing import Literal

AFTER = 1
"""Turns shown after the one to label."""
MOST_LETTERS, MOST_CONTEXT, MOST_NAME = 1000, 200, 16
BARS = "▁▂▃▄▅▆▇█"


def show_turn(console: Console, conversation: Conversation, turn: int, before: int) -> None:
    """Print the turn, marked, between those around it."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=2, justify="right")
    grid.add_column(max_width=MOST_NAME, overflow="fold")
    grid.add_column(ratio=1, overflow="fold")
    start = max(0, turn - before)
    for place, said in enumerate(conversation.turns[start : turn + AFTER + 1], start):
        asked = place == turn
        text = short(said.text, MOST_LETTERS if asked else MOST_CONTEXT)
        grid.add_row(
            Text(">" if asked else "", style="bold yellow"),
            Text(short(said.speaker, 2 * MOST_NAME), style="bold"),
            Text(text, style="bold yellow" if asked else "dim"),
        )
    console.print(grid)


def show_labels(console: Console, labels: Sequence[str], counts: Mapping[str, int]) -> None:
    """Print the labels by number, with their numbers of examples."""
    from rich.columns import Columns
    from rich.text import Text

    names = [
        Text.assemble(
            (str(number), "cyan"), " ", short(label, 60), (f" ({counts[label]})" if counts[label] else "", "dim")
        )
        for number, label in enumerate(labels, 1)
    ]
    console.print(Columns(names, padding=(0, 3)))


def show_guess(console: Console, guess: Guess | None) -> None:
    """Print the guess of a model that learnt from the answers so far."""
    from rich.text import Text

    if guess is None:
        console.print("No guess yet: give two labels an example each.")
    else:
        console.print(Text.assemble(("guess: ", "dim"), short(guess.label, 60), (f" {guess.probability:.0%}", "dim")))


def course(curve: Mapping[int, float]) -> str:
    """Return the accuracy in words, the latest first: `20 answers: 62% right on those left out (15: 55%, 10: 48%)`."""
    (count, share), *earlier = sorted(curve.items(), reverse=True)
    before = ", ".join(f"{number}: {part:.0%}" for number, part in earlier[:2])
    return f"{count} answers: {share:.0%} right on those left out" + (f" ({before})" if before else "")


def sparkline(curve: Mapping[int, float]) -> str:
    """Draw shares from 0 to 1 as bars, in the order of the answers."""
    return "".join(BARS[min(int(share * len(BARS)), len(BARS) - 1)] for _, share in sorted(curve.items()))


def show_end(console: Console, labels: Sequence[str], counts: Mapping[str, int], curve: Mapping[int, float]) -> None:
    """Print each label's number of examples and the accuracy over time."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("label", overflow="fold")
    table.add_column("examples", justify="right")
    for label in labels:
        table.add_row(Text(short(label, 60)), str(counts[label]))
    console.print(table)
    if curve:
        console.print(Text(f"{course(curve)}  {sparkline(curve) if len(curve) > 1 else ''}".rstrip()))


def short(text: str, most: int) -> str:
    """Return a text as one printable line of at most `most` characters."""
    whole = clean(text)
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


HELP = "Number or first letters; +NAME adds a label; Enter skips, g guesses, u undoes, q stops."
COMMANDS: dict[str, Literal["skip", "undo", "stop", "help", "guess"]] = {
    "": "skip",
    "s": "skip",
    "u": "undo",
    "g": "guess",
    "q": "stop",
    "?": "help",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A parsed reply: a label, new or not, a command, or why it is neither."""

    kind: Literal["label", "skip", "undo", "stop", "help", "guess", "unclear"]
    text: str = ""
    """The label, or why the reply is unclear."""


def understand(line: str, labels: Sequence[str]) -> Reply:
    """Read a line: a label's name before a number, a number before the first letters of a name."""
    word = line.strip()
    if word in COMMANDS:
        return Reply(COMMANDS[word])
    if word.startswith("+"):
        return _added(word[1:].strip(), labels)
    for label in labels:
        if word.casefold() == label.casefold():
            return Reply("label", label)
    if word.isdecimal():
        return _numbered(int(word), labels)
    return _prefixed(word, labels)


def refusal(name: str) -> str:
    """Return why a name can't be a label; empty if it can."""
    if name in COMMANDS or name.startswith("+"):
        return f"{name!r} can't be a label here: it is a command"
    return "" if name.isprintable() else "A label may only contain letters, digits and signs"


def _added(name: str, labels: Sequence[str]) -> Reply:
    if not name:
        return Reply("unclear", "Type the new label's name after the +.")
    known = next((label for label in labels if name.casefold() == label.casefold()), name)
    return Reply("unclear", f"{refusal(name)}.") if refusal(name) else Reply("label", known)


def _numbered(number: int, labels: Sequence[str]) -> Reply:
    if 1 <= number <= len(labels):
        return Reply("label", labels[number - 1])
    return Reply("unclear", f"No label {number}.\n{HELP}")


def _prefixed(word: str, labels: Sequence[str]) -> Reply:
    found = [label for label in labels if label.casefold().startswith(word.casefold())]
    if len(found) == 1:
        return Reply("label", found[0])
    if found:
        return Reply("unclear", f"{word!r} could be {' or '.join(found)}.")
    return Reply("unclear", f"No label starts with {word!r}.\n{HELP}")
