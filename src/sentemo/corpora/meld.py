"""MELD (Poria et al. 2019): multi-party dialogues of a television series, seven labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sentemo.corpora.corpus import Corpus, SplitCounts, SplitNotFound
from sentemo.corpora.published_csv import find, grouped, known_label, need_columns, whole_number
from sentemo.formats.csvfile import csv_rows
from sentemo.formats.lines import file_lines
from sentemo.formats.table import Row
from sentemo.formats.turns import Place, make_conversation, make_turn, mended
from sentemo.types import Conversation, LabelSet, Utterance

LABELS = LabelSet(("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"), neutral="neutral")
FILES = {"train": "train_sent_emo.csv", "validation": "dev_sent_emo.csv", "test": "test_sent_emo.csv"}
COLUMNS = ("Utterance", "Speaker", "Emotion", "Dialogue_ID", "Utterance_ID")


def read_meld(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the dialogues of a split from DIR/FILE, DIR/data/MELD/FILE or the file itself.

    Ids are `meld-SPLIT-Dialogue_ID`; the turns are ordered by Utterance_ID.
    """
    file = find(path, FILES[split], ("", "data/MELD"))
    if file is None:
        raise SplitNotFound("MELD", split, path, f"the folder with {FILES[split]}")
    header, rows = csv_rows(file_lines(file), file)
    need_columns(header, COLUMNS, file)
    for id, dialogue in grouped(rows, ("Dialogue_ID",)).items():
        ordered = sorted(dialogue, key=lambda row: whole_number(row[1]["Utterance_ID"], Place(file, row[0])))
        turns = (_turn(row, file) for row in ordered)
        yield make_conversation(f"meld-{split}-{id[0]}", turns, Place(file, dialogue[0][0]))


def _turn(row: Row, file: Path) -> Utterance:
    line, cells = row
    place = Place(file, line)
    return make_turn(
        mended(str(cells["Utterance"])).strip(), cells["Speaker"], known_label(cells["Emotion"], LABELS, place), place
    )


def _counts(dialogues: int, utterances: int, *labels: int) -> tuple[SplitCounts, ...]:
    return (SplitCounts(dialogues, utterances, dict(zip(LABELS.names, labels, strict=True))),)


MELD = Corpus(
    name="meld",
    title="MELD",
    labels=LABELS,
    licence="GPL-3.0",
    citation="Poria et al., MELD: A Multimodal Multi-Party Dataset for Emotion Recognition, ACL 2019",
    homepage="https://github.com/declare-lab/MELD",
    published={
        "train": _counts(1_038, 9_989, 4_710, 1_205, 268, 683, 1_743, 271, 1_109),
        "validation": _counts(114, 1_109, 470, 150, 40, 111, 163, 22, 153),
        "test": _counts(280, 2_610, 1_256, 281, 50, 208, 402, 68, 345),
    },
    reader=read_meld,
)
