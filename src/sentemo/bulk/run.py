"""Label an archive: find, count, shard, label, save, summarise."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sentemo import __version__
from sentemo.bulk.engine import Engine
from sentemo.bulk.folder import is_remote, open_folder
from sentemo.bulk.inputs import Input, Survey, find_inputs, read_items, shards, survey
from sentemo.bulk.manifest import Manifest
from sentemo.bulk.parts import ENCODERS
from sentemo.bulk.worker import Load, Worker
from sentemo.errors import SentemoError, UsageError


@dataclass(frozen=True, slots=True)
class Order:
    """What to label, and where the labels go."""

    inputs: tuple[str, ...]
    """Paths, URLs (`s3://...`) and patterns."""
    out: str
    """A folder or a URL."""
    format: str = "auto"
    """Format of the inputs."""
    to: str = "auto"
    """Format of the output: jsonl, csv or parquet; auto is the inputs' own if it is one of these, else jsonl."""
    shard_turns: int = 2048
    """Turns after which a shard ends, at the end of a conversation."""
    strict: bool = False
    """Stop at the first conversation that fails."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run, in turns."""

    done: int
    total: int
    failures: int


Watch = Callable[[Progress], None]


def label(order: Order, load: Load, engine: Engine, watch: Watch = lambda progress: None) -> dict[str, Any]:
    """Label an archive, or resume an unfinished run; return the summary.

    Raises `UsageError` if `out` contains another run's labels or another run is writing to it, and `BadInput` for the
    first failure of a strict run.
    """
    inputs = find_inputs(order.inputs, order.format)
    to = _output_format(order, inputs)
    folder = open_folder(order.out)
    with folder.held():
        surveys = [survey(source, strict=order.strict) for source in inputs]
        manifest = Manifest(folder, to, _terms(order, to, load, surveys))
        tally = manifest.open()
        total = sum(each.turns for each in surveys)
        watch(Progress(tally.turns, total, tally.failures))
        whole = shards(read_items(inputs), order.shard_turns)
        todo = (shard for shard in whole if shard.number not in manifest.done)
        with closing(engine.run(Worker(load, to), todo)) as parts:
            for part in parts:
                if order.strict and part.failures:
                    raise part.failures[0].error()
                manifest.keep(part)
                tally.add(part.tally)
                watch(Progress(tally.turns, total, tally.failures))
        if tally.conversations + tally.failures != sum(each.conversations + each.failures for each in surveys):
            raise SentemoError("An input changed while it was read", "Choose another --out and label it again")
        return manifest.close()


def _output_format(order: Order, inputs: list[Input]) -> str:
    """Choose the output's format and check that no input is inside the output folder."""
    if order.to != "auto" and order.to not in ENCODERS:
        raise UsageError(f"Labels can't be written as {order.to!r}", f"Use one of: auto, {', '.join(ENCODERS)}")
    out = Path(os.path.realpath(order.out))  # `Path.resolve` raises for a link that leads to itself
    for source in inputs:
        if (
            not is_remote(source.file)
            and not is_remote(order.out)
            and out in Path(os.path.realpath(source.file)).parents
        ):
            raise UsageError(f"The input {source.file} is inside the output folder", "Choose another --out")
    formats = {source.format for source in inputs}
    only = formats.pop() if len(formats) == 1 else "jsonl"
    return (only if only in ENCODERS else "jsonl") if order.to == "auto" else order.to


def _terms(order: Order, to: str, load: Load, surveys: list[Survey]) -> dict[str, Any]:
    return {
        "sentemo": __version__,
        "model": dict(load.to_json()),
        "to": to,
        "shard_turns": order.shard_turns,
        "inputs": [asdict(each) for each in surveys],
    }
