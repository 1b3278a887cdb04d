"""Other corpora's texts with everyday's labels: only the labels are shipped, not the texts.

One annotator (a language model, as for `everyday`, blind to the original labels) read whole scenes, lines or comments,
and gave each turn one of the seven labels, or two if undecided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from sentemo.corpora.corpus import Corpus, SplitCounts
from sentemo.corpora.everyday import LABELS, packaged
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.turns import Place
from sentemo.types import Conversation, Utterance

SUFFIX = "-everyday"
"""Suffix of the name of a relabelled corpus."""
TORN = 2
"""The weight of the more likely of two labels, relative to the other."""


def relabelled(corpus: Corpus) -> Corpus:
    """Return the corpus with everyday's labels; conversations that weren't relabelled are left out."""

    def read(path: Path, split: str) -> Iterator[Conversation]:
        labels = given_labels(corpus.name)
        for talk in corpus.iter(path, split):
            found = labels.get(talk.id)
            if found is not None and len(found) == len(talk):
                turns = (_labelled(turn, votes) for turn, votes in zip(talk, found, strict=True))
                yield replace(talk, turns=tuple(turns))

    given = given_labels(corpus.name)
    return replace(
        corpus,
        name=corpus.name + SUFFIX,
        title=f"{corpus.title} with everyday's labels",
        labels=LABELS,
        published={"train": (SplitCounts(len(given), sum(map(len, given.values()))),)},
        reader=read,
        splits=("train",),
        overall=None,
        several="votes",
    )


@cache
def given_labels(name: str) -> dict[str, list[tuple[str, ...]]]:
    """Read the labels of a corpus's train split: by conversation, for each turn one label, or two."""
    file = packaged() / "relabelled" / f"{name}.tsv"
    found = {}
    for line, text in bare(file_lines(file)):
        id, tab, labels = text.partition("\t")
        turns = [tuple(turn.split("/")) for turn in labels.split(" ")]
        if not tab or any(label not in LABELS.names for turn in turns for label in turn):
            Place(file, line).refuse("Not an id, a tab and labels", "Install sentemo again")
        found[id] = turns
    return found


def _labelled(turn: Utterance, labels: tuple[str, ...]) -> Utterance:
    if len(labels) == 1:
        return replace(turn, label=labels[0], labels=())
    return replace(turn, label=labels[0], labels=(*labels[:1] * TORN, *labels[1:]))
