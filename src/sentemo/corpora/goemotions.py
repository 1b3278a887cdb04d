"""GoEmotions (Demszky et al. 2020): isolated Reddit comments, 27 emotions and neutral."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sentemo.corpora.corpus import Corpus, SplitCounts, SplitNotFound
from sentemo.corpora.published_csv import all_that_apply, find, label_of
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.turns import Place, make_conversation, make_turn
from sentemo.types import Conversation, LabelSet

LABELS = LabelSet(
    (
        *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire"),
        *("disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief"),
        *("joy", "love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness"),
        *("surprise", "neutral"),
    ),
    neutral="neutral",
)
FILES = {"train": "train.tsv", "validation": "dev.tsv", "test": "test.tsv"}


def read_goemotions(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the comments of a split, each a conversation of one turn, from DIR/FILE, DIR/data/FILE or the file.

    Ids are `goemotions-SPLIT-row` with a 0-based row. A comment with several labels (16 % of them) has them all as
    `labels` and no `label`.
    """
    file = find(path, FILES[split], ("", "data"))
    if file is None:
        raise SplitNotFound("GoEmotions", split, path, f"the folder with {FILES[split]}")
    for row, (line, text) in enumerate(bare(file_lines(file))):
        place = Place(file, line)
        cells = text.split("\t")
        if len(cells) != 3:
            place.refuse(f"{len(cells)} cells between tabs, not 3 (text, label ids, comment id)", "Fetch it again")
        label, labels = all_that_apply(label_of(id, LABELS, place) for id in cells[1].split(","))
        yield make_conversation(f"goemotions-{split}-{row}", [make_turn(cells[0], None, label, place, labels)], place)


def _counts(comments: int) -> tuple[SplitCounts, ...]:
    return (SplitCounts(comments, comments),)


GOEMOTIONS = Corpus(
    name="goemotions",
    title="GoEmotions",
    labels=LABELS,
    licence="Apache-2.0",
    citation="Demszky et al., GoEmotions: A Dataset of Fine-Grained Emotions, ACL 2020",
    homepage="https://github.com/google-research/google-research/tree/master/goemotions",
    published={"train": _counts(43_410), "validation": _counts(5_426), "test": _counts(5_427)},
    reader=read_goemotions,
    several="all",
)
