"""Everyday, the project's own corpus: synthetic chats of every kind, with DailyDialog's seven labels on every turn.

It was written line by line by a language model, not by people chatting. A turn's `label` is the writer's; its
`labels`, if any, are one from each of two annotators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from sentemo.corpora.corpus import Corpus, SplitCounts, SplitNotFound
from sentemo.corpora.published_csv import find
from sentemo.formats.json_stream import load_object
from sentemo.formats.json_talks import read_conversation
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.turns import Place
from sentemo.types import Conversation, LabelSet

LABELS = LabelSet(("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise"), neutral="neutral")
FILES = {"train": "train.jsonl", "validation": "validation.jsonl", "test": "test.jsonl"}
CUSTOMER_FILES = {"train": "customers.jsonl"}


def packaged() -> Path:
    """Return the corpus's folder in the package."""
    return Path(str(files("sentemo.corpora") / "everyday_data"))


def read_everyday(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the conversations of a split from DIR/FILE or the file itself, with the ids of the file."""
    yield from _read(path, split, "Everyday", FILES[split])


def read_customers(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the conversations of a split as `read_everyday` does, from customers.jsonl."""
    yield from _read(path, split, "Customers", CUSTOMER_FILES[split])


def _read(path: Path, split: str, title: str, name: str) -> Iterator[Conversation]:
    file = find(path, name, ("",))
    if file is None:
        raise SplitNotFound(title, split, path, f"the folder with {name}")
    filled = (line for line in bare(file_lines(file)) if line[1].strip())
    for row, (line, text) in enumerate(filled):
        place = Place(file, line)
        talk = read_conversation(load_object(text, place), f"{title.lower()}-{split}-{row}", place)
        _check(talk, place)
        yield talk


def _check(talk: Conversation, place: Place) -> None:
    for turn in talk:
        for label in (turn.label, *turn.labels):
            if label is not None and label not in LABELS.names:
                place.refuse(f"Unknown label {label[:40]!r}", f"Use one of: {', '.join(LABELS.names)}")


def _counts(conversations: int, *labels: int) -> tuple[SplitCounts, ...]:
    return (SplitCounts(conversations, sum(labels), dict(zip(LABELS.names, labels, strict=True))),)


EVERYDAY = Corpus(
    name="everyday",
    title="Everyday",
    labels=LABELS,
    licence="CC BY 4.0",
    citation="The sentemo authors, Everyday: synthetic chats with an emotion on every turn, part of sentemo",
    homepage="the package itself, with: sentemo corpus fetch everyday --out DIR",
    published={
        "train": _counts(5_704, 18_351, 3_139, 1_224, 1_647, 4_317, 2_395, 1_574),
        "validation": _counts(200, 1_239, 155, 94, 111, 259, 123, 120),
        "test": _counts(524, 2_737, 372, 185, 214, 593, 265, 225),
    },
    reader=read_everyday,
    several="votes",
)

CUSTOMERS = replace(
    EVERYDAY,
    name="customers",
    title="Customers",
    published={"train": _counts(5_339, 5_209, 2_803, 122, 338, 1_257, 408, 189)},
    reader=read_customers,
    splits=("train",),
)
"""Posts to companies, support chats and threads, which are rare in `everyday`; for training only."""
