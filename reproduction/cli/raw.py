"""`python -m reproduction raw`: the encoder's own space under the protocol `triplet`, the row to beat."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from sentemo.cli import options
from sentemo.cli.screen import put_pretty
from sentemo.errors import UsageError


def raw(
    model: Annotated[str, typer.Argument(help="The model whose encoder is measured: a folder, a hub id, or default.")],
    corpus: Annotated[str, typer.Argument(help=options.CORPUS_HELP)],
    data: options.Data,
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "validation",
    as_json: options.Json = False,
    seed: Annotated[int, typer.Option(help="Fixes triplets and the resamples of intervals.")] = 0,
    resamples: Annotated[int, typer.Option(help="Bootstrap resamples of the intervals.")] = 1000,
    threads: options.Threads = 0,
    no_cache: options.NoCache = False,
) -> None:
    """Measure the embeddings of a model's encoder, without context or training, as `sentemo evaluate` does a model."""
    from reproduction.raw import RawSpace
    from sentemo.artifacts.find import find
    from sentemo.evaluation.evaluate import evaluate
    from sentemo.export.load import labels_only, open_labeler
    from sentemo.model import SentEmoContext

    options.use_threads(threads)
    labels, conversations = options.read_split(corpus, data, split)
    folder = find(model)
    if labels_only(folder):
        raise UsageError(f"The model in {folder} was exported and gives no embeddings", "Name the one it was made of")
    encoder = options.cached(cast(SentEmoContext, open_labeler(folder)).encoder, no_cache)
    report = evaluate(
        RawSpace(encoder),
        conversations,
        protocol="triplet",
        labels=labels,
        corpus=corpus,
        split=split,
        model_name=encoder.identity.name,
        resamples=resamples,
        seed=seed,
    )
    if as_json:
        put_pretty(report.to_json())
    else:
        typer.echo(report.to_markdown())
