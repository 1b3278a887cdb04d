"""`sentemo corpus`: statistics, download, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import progress, put_pretty, tell
from sentemo.corpora.registry import corpus_names
from sentemo.errors import BadInput

app = typer.Typer(help="Corpora: statistics, download, check.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help=f"One of: {', '.join(corpus_names())}.")]


@app.command()
def stats(
    name: Name,
    data: options.Data,
    plot: Annotated[Path | None, typer.Option(help="Draw the label histograms (figure 4) to this PNG.")] = None,
    as_json: options.Json = False,
) -> None:
    """Print the paper's Table 1 and the label counts of each available split."""
    from sentemo.corpora.histogram import plot_label_histograms
    from sentemo.corpora.registry import get_corpus
    from sentemo.corpora.statistics import measure

    found = measure(get_corpus(name), data)
    if as_json:
        put_pretty(found.to_json())
    else:
        typer.echo(found.to_markdown())
    if plot:
        plot_label_histograms(found, plot)
        tell(f"The histograms are in {plot}.")


@app.command()
def duplicates(name: Name, data: options.Data, as_json: options.Json = False) -> None:
    """Count duplicate dialogues, within and across the available splits, and compare their two annotations.

    F1s of one annotation against the other, in percent; * leaves neutral out of the average.
    """
    from sentemo.corpora.registry import get_corpus
    from sentemo.evaluation.repeats import find_repeats
    from sentemo.evaluation.report import figure_cell, figure_title, table

    corpus = get_corpus(name)
    splits = {split: corpus.read(data, split) for split in corpus.present(data)}
    if not splits:
        raise BadInput(f"No split of {name} was found", "Give the folder of its published layout", path=data)
    found = find_repeats(splits, corpus.labels)
    if as_json:
        put_pretty([repeats.to_json() for repeats in found])
        return
    shown = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")
    rows = []
    for each in found:
        figures = ["–"] * len(shown)
        if each.agreement is not None:
            figures = [figure_cell(figure, each.agreement.figures[figure]) for figure in shown]
        rows.append([each.name, f"{each.dialogues:,}", f"{each.repeated:,}", f"{each.turns:,}", *figures])
    head = ["split", "dialogues", "near-duplicates", "turns labelled twice", *map(figure_title, shown)]
    typer.echo(table(head, rows))


@app.command()
def fetch(
    name: Name,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the corpus.")],
    split: Annotated[list[str] | None, typer.Option(help="Only this split. Repeatable.")] = None,
    base_url: Annotated[str | None, typer.Option(help="URL of a mirror to use instead of the published one.")] = None,
) -> None:
    """Download a corpus from its publisher, or copy everyday from the package, and verify its counts."""
    from sentemo.corpora.fetch import fetch as fetch_corpus

    with progress(f"Fetching {name}") as (tick,):
        reports = fetch_corpus(
            name, out, base_url, split, on_progress=lambda file, done, total: tick(done, total or done)
        )
    for each, report in reports.items():
        tell(f"{each}: {report.dialogues:,} dialogues, {report.utterances:,} utterances, as published.")
    tell(f"{name} is in {out}.")


@app.command()
def check(
    name: Name,
    data: options.Data,
    split: Annotated[list[str] | None, typer.Option(help="Only this split. Repeatable.")] = None,
    as_json: options.Json = False,
) -> None:
    """Read the available splits line by line and compare counts and label totals with the published ones."""
    from sentemo.corpora.fetch import HOMES
    from sentemo.corpora.registry import get_corpus
    from sentemo.corpora.statistics import check as check_split

    corpus = get_corpus(name)
    splits = split or corpus.present(data)
    if not splits:
        raise BadInput(f"No split of {name} was found", "Give the folder of its published layout", path=data)
    reports = [check_split(corpus, data, each) for each in splits]
    if as_json:
        put_pretty([report.to_json() for report in reports])
    for report in reports:
        if not as_json:
            state = "as published" if report.ok and report.expected else "no published counts to compare with"
            counts = f"{report.dialogues:,} dialogues, {report.utterances:,} utterances"
            typer.echo(f"{report.split}: {counts}: {state if report.ok else 'NOT as published'}")
    problems = [problem for report in reports for problem in report.problems]
    if problems:
        way = f"with: sentemo corpus fetch {name} --out DIR" if corpus.name in HOMES else f"at {corpus.homepage}"
        raise BadInput("; ".join(problems), f"Download the corpus again {way}", path=data)
