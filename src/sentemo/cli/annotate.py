"""`sentemo annotate`: label utterances in the terminal, the most informative first."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options, question
from sentemo.cli.question import HELP, Reply, refusal, understand
from sentemo.cli.screen import progress, put, tell
from sentemo.errors import BadInput, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from sentemo.adaptation.labelling import Labelling
    from sentemo.heads import Floats
    from sentemo.model import SentEmoContext
    from sentemo.types import Conversation

AT_ONCE = 32  # conversations encoded between two updates of the progress bar


def annotate(
    source: Annotated[Path, typer.Argument(help="A file of conversations.", metavar="FILE")],
    out: Annotated[Path, typer.Option("--out", "-o", help="JSONL file for the answers; an existing file is resumed.")],
    labels: Annotated[str, typer.Option("--labels", "-l", help="Label names, separated by commas.")] = "",
    model: options.Model = "default",
    format: options.Format = "auto",
    describe: Annotated[
        list[str] | None, typer.Option(help="NAME=description: a label and what it means. Repeatable.")
    ] = None,
    sample: Annotated[
        int, typer.Option(min=0, help="Ask for a random sample of this size; 0 asks the most informative first.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the sample: the same seed gives all annotators the same.")] = 0,
    context: Annotated[int, typer.Option(min=0, max=50, help="Turns shown before the one to label.")] = 4,
    as_json: options.Json = False,
) -> None:
    """Label utterances one by one, without seeing what the model says (type g to see its guess).

    It asks the most informative utterances first, or a random sample. `sentemo agreement` compares annotators.

    Each answer is saved at once: stop at any time, and resume with the same command. `sentemo adapt` learns a model
    from the answers.
    """
    from rich.console import Console

    from sentemo.adaptation.answers import AnswerFile
    from sentemo.adaptation.labelling import Labelling
    from sentemo.formats.files import read_conversations
    from sentemo.model import SentEmoContext

    described = _described(describe or [])
    names = _names(",".join([labels, *described]))
    _check_paths(source, out)
    conversations = list(read_conversations(source, format))
    file = AnswerFile(out)
    if file.torn:
        tell(f"{out}: the last line is incomplete and was dropped: {file.torn[:60]!r}")
    loaded = SentEmoContext.from_pretrained(model)
    session = Labelling(conversations, lambda talks: _features(loaded, talks), file, names, sample=sample, seed=seed)
    before = len(file.answers)
    console = Console(stderr=True, highlight=False)
    try:
        _Loop(session, console, context, described).run()
    finally:
        _end(session, console, model, before)
    if as_json:
        put(_summary(session, before))


class _Loop:
    """The interactive loop: ask, parse the reply, act on it."""

    def __init__(self, session: Labelling, console: Console, context: int, described: Mapping[str, str]) -> None:
        self.session, self.console, self.context, self.described = session, console, context, described

    def run(self) -> None:
        """Ask until every utterance is answered or skipped, or the user stops."""
        session = self.session
        self._say(f"Utterances: {len(session.places):,}. Answers so far: {len(session.file.answers):,}.\n{HELP}")
        if session.curve:
            self._say(question.course(session.curve))
        self._describe()
        place = session.next()
        while place is not None:
            self._show(place)
            reply = self._ask()
            while reply.kind in ("help", "unclear", "guess"):
                self._answer(reply, place)
                reply = self._ask()
            if reply.kind == "stop":
                return
            place = self._obey(reply, place)
        self._say("Every utterance is answered or skipped.")

    def _answer(self, reply: Reply, place: int) -> None:
        """Print the information requested, or what was unclear."""
        if reply.kind == "guess":
            question.show_guess(self.console, self.session.guess(place))
        else:
            self._say(reply.text or HELP)
            if reply.kind == "help":
                self._describe()

    def _describe(self) -> None:
        for name, words in self.described.items():
            self._say(f"{name}: {words}")

    def _obey(self, reply: Reply, place: int) -> int | None:
        """Answer, skip or undo; return the next place."""
        session = self.session
        if reply.kind == "undo":
            undone = session.undo()
            self._say("Nothing to undo here." if undone is None else "Undone. Once more:")
            return place if undone is None else undone
        if reply.kind == "label":
            if why := session.excess(reply.text):
                self._say(why)
                return place
            measured = session.answer(place, reply.text)
            self._say(f"= {reply.text}")
            if measured:
                self._say(question.course(session.curve))
        return session.next()

    def _show(self, place: int) -> None:
        from rich.text import Text

        number, turn = self.session.places[place]
        talk = self.session.conversations[number]
        done = f"{len(self.session.file.answers)} of {self.session.total}"
        where = f"{done}: {question.short(talk.id, 40)}, turn {turn + 1} of {len(talk)}"
        self.console.rule(Text(where, "dim"), style="dim")
        question.show_turn(self.console, talk, turn, self.context)
        self.console.print()
        question.show_labels(self.console, self.session.labels, self.session.counts())

    def _ask(self) -> Reply:
        """Read a line; the end of the input means to stop."""
        self.console.print("label> ", end="", style="bold")
        sys.stderr.flush()
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            raise BadInput("The input is not valid text", "Set the terminal to UTF-8") from None
        if not sys.stdin.isatty() or not line:
            self.console.print(question.short(line, 60), markup=False)  # nothing else shows what was answered
        return understand(line, self.session.labels) if line else Reply("stop")

    def _say(self, message: str) -> None:
        self.console.print(message, markup=False)


def _names(labels: str) -> list[str]:
    names = list(dict.fromkeys(name for each in labels.split(",") if (name := each.strip())))
    for name in names:
        if why := refusal(name):
            raise UsageError(why, "Give it another name")
    return names


def _described(describe: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in describe]
    for name, _, words in pairs:
        if not name.strip() or not words.strip():
            raise UsageError(f"--describe {name} has no description", "Write NAME=description")
    return {name.strip(): words.strip() for name, _, words in pairs}


def _check_paths(source: Path, out: Path) -> None:
    from sentemo.formats.sniff import EXTENSIONS

    if str(source) == "-":
        raise UsageError("Answers are read from stdin, so conversations can't be", "Save them to a file")
    if EXTENSIONS.get(out.suffix.lower()) != "jsonl":
        raise UsageError(f"{out} does not end in .jsonl", "Rename it to end in .jsonl")
    if out.exists() and source.exists() and out.samefile(source):
        raise UsageError("The answers can't be written to the file of conversations", "Name another with --out")


def _features(model: SentEmoContext, conversations: Sequence[Conversation]) -> list[Floats]:
    found: list[Floats] = []
    with progress("reading") as (tick,):
        for start in range(0, len(conversations), AT_ONCE):
            found += model.features(conversations[start : start + AT_ONCE])
            tick(len(found), len(conversations))
    return found


def _end(session: Labelling, console: Console, model: str, before: int) -> None:
    """Print how many answers there are and what to do next."""
    counts, path = session.counts(), str(session.file.path)
    if not counts:
        tell("No answers yet.")
        return
    console.print()
    question.show_end(console, session.labels, counts, session.curve)
    answers = len(session.file.answers)
    tell(f"Answers in {path}: {answers}, of them new: {max(answers - before, 0)}.")
    if len(counts) < 2:
        tell("Next, give a second label its first example.")
        return
    flag = "" if model == "default" else f" --model {shlex.quote(model)}"
    tell(f"Next: sentemo adapt --examples {shlex.quote(path)}{flag} --out my-model")


def _summary(session: Labelling, before: int) -> dict[str, object]:
    counts = session.counts()
    return {
        "out": str(session.file.path),
        "answers": len(session.file.answers),
        "new": len(session.file.answers) - before,
        "labels": {label: counts[label] for label in session.labels},
        "curve": [{"answers": count, "accuracy": share} for count, share in sorted(session.curve.items())],
    }
