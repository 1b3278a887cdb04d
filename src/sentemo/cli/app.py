"""All commands in one place."""

from __future__ import annotations

from typing import Annotated

import typer

from sentemo import __version__
from sentemo.cli import (
    adapt,
    agreement,
    annotate,
    compare,
    convert,
    corpus,
    distil,
    evaluate,
    explain,
    export,
    inspect,
    label,
    llm,
    model,
    page,
    predict,
    report,
    serve,
    train,
)

app = typer.Typer(
    name="sentemo",
    help="Recognise the emotion of every utterance in a conversation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sentemo {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Recognise the emotion of every utterance in a conversation."""


app.command()(predict.predict)
app.command()(inspect.inspect)
app.command()(convert.convert)
app.command()(label.label)
app.command()(report.report)
app.command()(train.train)
app.command()(evaluate.evaluate)
app.command()(adapt.adapt)
app.command()(annotate.annotate)
app.command()(agreement.agreement)
app.command()(explain.explain)
app.command()(export.export)
app.command()(distil.distil)
app.command()(compare.compare)
app.command()(serve.serve)
app.command()(page.page)
app.command()(model.model)
app.add_typer(corpus.app, name="corpus")
ANY = {"allow_extra_args": True, "ignore_unknown_options": True}
app.command("llm", hidden=True, context_settings=ANY)(llm.moved)
