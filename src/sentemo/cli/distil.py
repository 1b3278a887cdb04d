"""`sentemo distil`: distil a model into a static one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import Tick, progress, tell
from sentemo.corpora.corpus import SplitNotFound

if TYPE_CHECKING:
    from sentemo.static.distillation import Distilled
    from sentemo.types import Conversation, Labeler, LabelSet, Prediction

AT_ONCE = 100  # conversations labelled between two updates of the progress bar


def distil(
    model: Annotated[str, typer.Argument(help="A tuned model: its folder, a hub id, or default.")],
    corpora: Annotated[list[str], typer.Argument(metavar="CORPUS...", help=options.CORPUS_HELP)],
    data: Annotated[
        list[str], typer.Option("--data", "-d", help="The corpus's folder; NAME=DIR for each of several. Repeatable.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The static model's folder.")],
    seed: Annotated[int, typer.Option(help="Random seed.")] = 0,
    threads: options.Threads = 0,
) -> None:
    """Distil a model into a static one: rougher, and many times as fast, for the first pass over an archive.

    The model labels the train splits first; then a table of tokens and a small network learn from its answers and the
    corpora's labels (mapped onto the model's if there are several corpora). The result works with predict, label and
    evaluate, and needs no torch.
    """
    from sentemo.artifacts.hub import find
    from sentemo.artifacts.manifest import check_free
    from sentemo.files import sha256_of
    from sentemo.loading import load
    from sentemo.model import SentEmoContext
    from sentemo.static.distillation import distil as run

    options.use_threads(threads)
    check_free(out)
    places = options.places(corpora, data)
    labels, conversations, validation = _read(corpora, places)
    folder = find(model)
    loaded = SentEmoContext.from_pretrained(folder, engine="torch")
    teacher = load(folder, threads=threads)
    with progress("Labelling", "Training") as (on_label, on_step):
        answers = _answers(teacher, conversations, on_label)
        source = sha256_of(folder / "manifest.json")
        distilled = run(loaded, conversations, answers, corpora=corpora, seed=seed, source=source, on_step=on_step)
    _save(distilled, out, f"train: {len(conversations):,} dialogues", validation, labels)
    tell(f"The static model is in {out}; use it with: sentemo predict FILE --model {out}")


def _answers(teacher: Labeler, conversations: Sequence[Conversation], on_label: Tick) -> list[Prediction]:
    answers: list[Prediction] = []
    for start in range(0, len(conversations), AT_ONCE):
        answers += teacher.predict(conversations[start : start + AT_ONCE])
        on_label(len(answers), len(conversations))
    return answers


def _read(
    corpora: list[str], places: dict[str, Path]
) -> tuple[LabelSet, Sequence[Conversation], Sequence[Conversation]]:
    """Return labels, training conversations and the first corpus's validation split; several corpora are mapped."""
    from sentemo.corpora.label_map import LabelMap
    from sentemo.corpora.registry import get_corpus

    first = corpora[0]
    if len(corpora) == 1:
        labels, conversations = options.read_split(first, places[first], "train")
        return labels, conversations, _validation(first, places[first])
    chosen = LabelMap.load("seven")
    mapped: list[Conversation] = []
    for name in corpora:
        corpus = get_corpus(name)
        mapped += chosen.apply(corpus.read(places[name], "train"), chosen.of(name, corpus.labels))
    held_out = chosen.apply(_validation(first, places[first]), chosen.of(first, get_corpus(first).labels))
    return chosen.labels, mapped, held_out


def _validation(corpus: str, data: Path) -> list[Conversation]:
    if corpus == "files" and data.is_file():
        return []  # it contains the training data
    try:
        return options.read_split(corpus, data, "validation")[1]
    except SplitNotFound:
        return []


def _save(distilled: Distilled, out: Path, split: str, validation: Sequence[Conversation], labels: LabelSet) -> None:
    """Save the model; with a validation split, save it again with the figures of the saved model."""
    from sentemo.evaluation.evaluate import evaluate
    from sentemo.evaluation.report import figures_in_a_line
    from sentemo.static.folder import write_static
    from sentemo.static.model import StaticModel

    numbers = {name: tensor.numpy() for name, tensor in distilled.module.state_dict().items()}
    static = replace(distilled.static, facts={**distilled.static.facts, "split": split})
    write_static(out, static, numbers, distilled.tokenizer)
    if validation:
        report = evaluate(StaticModel.from_pretrained(out), validation, labels=labels)
        static = replace(static, facts={**static.facts, "validation": figures_in_a_line(report)})
        write_static(out, static, numbers, distilled.tokenizer)
