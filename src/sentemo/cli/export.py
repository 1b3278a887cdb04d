"""`sentemo export`: a model that runs without torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import put_pretty, tell
from sentemo.errors import BadModel, UsageError

if TYPE_CHECKING:
    from sentemo.export.parity import Parity
    from sentemo.model import SentEmoContext


def export(
    model: Annotated[str, typer.Argument(help="A model's folder, a hub id, or default.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The new model's folder; may be the model's own.")],
    weights: Annotated[str, typer.Option(help="int8 (smaller, faster) or float32 (the same answers).")] = "int8",
    check: Annotated[str, typer.Option(help="Compare with the model on a corpus: " + options.CORPUS_HELP)] = "",
    data: Annotated[Path | None, typer.Option("--data", "-d", help="With --check: folder of the corpus.")] = None,
    split: Annotated[str, typer.Option(help="With --check: train, validation or test.")] = "validation",
    as_json: options.Json = False,
) -> None:
    """Write a model with ONNX graphs, which need no torch and run faster on CPUs.

    `sentemo train` already does this; use it for other weights, or for models of earlier versions. With --check both
    models label one split, whole and causal; an export that loses more than 0.5 points of macro-F1* fails.
    """
    from sentemo.export.write import export as write
    from sentemo.model import SentEmoContext

    if bool(check) != (data is not None):
        raise UsageError("--check and --data must be used together", "Add both: --check dailydialog --data DIR")
    precision = options.as_precision(weights)
    loaded = SentEmoContext.from_pretrained(model, engine="torch")
    write(loaded, out, precision=precision)
    tell(f"The exported model is in {out}.")
    reports = _checked(loaded, out, check, data, split) if data is not None else []
    if as_json:
        put_pretty({"folder": str(out), "weights": precision, "parity": [report.to_json() for report in reports]})
    else:
        for report in reports:
            typer.echo(report.to_text())
    _judge(reports)


def _checked(model: SentEmoContext, folder: Path, corpus: str, data: Path, split: str) -> list[Parity]:
    from sentemo.export.parity import compare

    labels, conversations = options.read_split(corpus, data, split)
    exported = type(model).from_pretrained(folder)
    reports = []
    for causal in (False, True):
        model.causal = exported.causal = causal
        reports.append(compare(model, exported, conversations, labels, mode="causal" if causal else "whole"))
    return reports


def _judge(reports: list[Parity]) -> None:
    from sentemo.export.parity import MOST_LOST

    for report in reports:
        if report.lost > MOST_LOST:
            raise BadModel(f"The export loses {report.lost:.2f} points of macro-F1*", "Use --weights float32")
