"""`python -m reproduction raw`: the encoder's own space under the protocol `triplet`, the row to beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import put_pretty

if TYPE_CHECKING:
    from sentemo.encoders.encoder import Embeddings


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
    import numpy as np

    from reproduction.raw import RawSpace
    from sentemo.evaluation.evaluate import evaluate
    from sentemo.inference.engine import Engine
    from sentemo.model import SentEmoContext

    options.use_threads(threads)
    labels, conversations = options.read_split(corpus, data, split)
    loaded = SentEmoContext.from_pretrained(model)
    options.with_cache(loaded, no_cache)
    name = loaded.runner.architecture.encoder.name

    def encode(texts: Sequence[str]) -> Embeddings:
        alone = [np.zeros(1, np.int64)] * len(texts)
        return np.concatenate(Engine(loaded.runner, causal=False).read([[text] for text in texts], alone))

    report = evaluate(
        RawSpace(encode),
        conversations,
        protocol="triplet",
        labels=labels,
        corpus=corpus,
        split=split,
        model_name=name,
        resamples=resamples,
        seed=seed,
    )
    if as_json:
        put_pretty(report.to_json())
    else:
        typer.echo(report.to_markdown())
