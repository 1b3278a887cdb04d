"""`sentemo label`: label an archive."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentemo.cli import options
from sentemo.cli.screen import counted, put, tell
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.bulk.engine import Engine
    from sentemo.bulk.run import Progress, Watch

TELL_EVERY_S = 60
"""Interval between progress lines if stderr is not a terminal."""


def label(
    inputs: Annotated[
        list[str], typer.Argument(help="Files, patterns in quotes ('in/*.parquet'), or s3://... addresses.")
    ],
    out: Annotated[str, typer.Option("--out", "-o", help="A folder or an address for labels, failures, summary.")],
    model: options.Model = "default",
    format: options.Format = "auto",
    to: Annotated[str, typer.Option(help="jsonl, csv or parquet; auto: the format of the input.")] = "auto",
    engine: Annotated[str, typer.Option(help="local (processes on this machine) or ray.")] = "local",
    processes: Annotated[int, typer.Option(min=0, help="Workers, one thread each; 0: one per CPU.")] = 0,
    address: Annotated[
        str | None, typer.Option(help="A Ray cluster, HOST:PORT or auto; default: start one on this machine.")
    ] = None,
    shard_turns: Annotated[int, typer.Option(min=1, help="Turns per shard, written and resumed as a unit.")] = 2048,
    head: options.Head = "classifier",
    causal: options.Causal = False,
    sensitivity: options.Sensitivity = 0.0,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first conversation that fails.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Label an archive of any size in shards; repeat the command to resume an interrupted run.

    Conversations that can't be read are listed in failures.jsonl by file and row, and make the exit code 3; the others
    are still labelled.
    """
    from sentemo.bulk.run import Order, label
    from sentemo.bulk.worker import LoadModel

    load = LoadModel.named(model, head=options.as_head(head), causal=causal, sensitivity=sensitivity)
    order = Order(tuple(inputs), out, format, to, shard_turns, strict)
    chosen = _engine(engine, processes, address)
    with _shown() as watch:
        summary = label(order, load, chosen, watch)
    put(summary) if as_json else _print(summary)
    if summary["failures"]:
        tell(f"{counted(summary['failures'], 'failure')}, listed in {out}/failures.jsonl")
        raise typer.Exit(3)


def _engine(name: str, processes: int, address: str | None) -> Engine:
    from sentemo.bulk.engine import InProcess, Processes
    from sentemo.bulk.ray_engine import Ray

    if name == "ray":
        return Ray(address, processes)
    if name != "local":
        raise UsageError(f"Unknown engine {name!r}", "Use one of: local, ray")
    if address is not None:
        raise UsageError("--address only works with a Ray cluster", "Add --engine ray")
    number = processes or os.cpu_count() or 1
    return InProcess() if number == 1 else Processes(number)


@contextmanager
def _shown() -> Iterator[Watch]:
    """Show progress on stderr: a bar in a terminal, else one line per minute."""
    from rich import progress as bars
    from rich.console import Console

    console = Console(stderr=True)
    with bars.Progress(
        bars.BarColumn(),
        bars.TextColumn("{task.description}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("Counting", total=None)
        pace = _Pace()

        def watch(progress: Progress) -> None:
            words = pace.told(progress)
            bar.update(task, description=words, completed=progress.done, total=progress.total or 1)
            if not console.is_terminal and pace.due():
                tell(words)

        try:
            yield watch
        except KeyboardInterrupt:
            tell("Stopped. Repeat the command to resume.")
            raise


class _Pace:
    """Return the rate and the time left, counting only this run's own work."""

    def __init__(self) -> None:
        self._start: tuple[float, int] | None = None
        self._told = time.monotonic()

    def told(self, progress: Progress) -> str:
        now = time.monotonic()
        start, before = self._start = self._start or (now, progress.done)
        words = f"{progress.done:,} of {progress.total:,} turns"
        rate = (progress.done - before) / max(now - start, 1e-9)
        if progress.done > before:
            minutes, seconds = divmod(round((progress.total - progress.done) / rate), 60)
            words += f", {rate:,.0f} a second, {minutes}:{seconds:02} min left"
        return words + (f", {progress.failures:,} failed" if progress.failures else "")

    def due(self) -> bool:
        now = time.monotonic()
        if now - self._told < TELL_EVERY_S:
            return False
        self._told = now
        return True


def _print(summary: dict[str, Any]) -> None:
    typer.echo(f"{counted(summary['conversations'], 'conversation')}, {counted(summary['turns'], 'turn')}")
    for name, row in summary["labels"].items():
        typer.echo(f"{name:>12} {row['turns']:>12,} {row['share']:>7.1%}   sure {row['mean_score']:.0%}")
    if summary["turns"]:
        typer.echo(f"mean score {summary['mean_score']:.1%}")
