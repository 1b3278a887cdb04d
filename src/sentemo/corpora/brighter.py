"""BRIGHTER (Muhammad et al. 2025), English: sentences from Reddit, multi-label with five emotions or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sentemo.corpora.corpus import Corpus, SplitCounts, SplitNotFound
from sentemo.corpora.published_csv import all_that_apply, find, need_columns
from sentemo.formats.csvfile import csv_rows
from sentemo.formats.lines import file_lines
from sentemo.formats.turns import Place, make_conversation, make_turn
from sentemo.types import Conversation, LabelSet

LABELS = LabelSet(("neutral", "anger", "fear", "joy", "sadness", "surprise"), neutral="neutral")
FILES = {"train": "train.csv", "validation": "dev.csv", "test": "test.csv"}


def read_brighter(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the sentences of a split, each a conversation of one turn, from DIR/FILE or the file itself.

    Ids are `brighter-` plus the sentence's own id. A sentence without an emotion is neutral; one with several has them
    all as `labels` and no `label`.
    """
    file = find(path, FILES[split], ("",))
    if file is None:
        raise SplitNotFound("BRIGHTER", split, path, f"the folder with {FILES[split]}")
    header, rows = csv_rows(file_lines(file), file)
    need_columns(header, ("id", "text", *LABELS.emotions), file)
    for line, cells in rows:
        place = Place(file, line)
        given = [name for name in LABELS.emotions if _applies(cells[name], name, place)]
        label, labels = all_that_apply(given or ["neutral"])
        turn = make_turn(str(cells["text"]).strip(), None, label, place, labels)
        yield make_conversation(f"brighter-{cells['id']}", [turn], place)


def _applies(value: object, name: str, place: Place) -> bool:
    if value not in ("0", "1"):
        place.refuse(f"{str(value)[:20]!r} for {name}", "Write 1 where it applies, else 0")
    return value == "1"


def _counts(sentences: int, *labels: int) -> tuple[SplitCounts, ...]:
    return (SplitCounts(sentences, sentences, dict(zip(LABELS.names, labels, strict=True))),)


BRIGHTER = Corpus(
    name="brighter",
    title="BRIGHTER",
    labels=LABELS,
    licence="CC BY 4.0",
    citation="Muhammad et al., BRIGHTER: BRIdging the Gap in Human-Annotated Textual Emotion Recognition Datasets for "
    "28 Languages, ACL 2025",
    homepage="https://github.com/emotion-analysis-project/SemEval2025-Task11",
    published={
        "train": _counts(2_768, 239, 333, 1_611, 674, 878, 839),
        "validation": _counts(116, 13, 16, 63, 31, 35, 31),
        "test": (),
    },
    reader=read_brighter,
    several="all",
)
