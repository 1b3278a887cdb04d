"""EmpatheticDialogues (Rashkin et al. 2019): one speaker describes a situation, another answers; 32 emotions.

The label is that of the situation, chosen before the dialogue. The first turn, which describes the situation, expresses
it in three of four cases; later turns and the listener's don't. So only the first turn has the label here. The label
set has no neutral. The text of the situation, which was written separately, is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sentemo.corpora.corpus import Corpus, SplitCounts, SplitNotFound
from sentemo.corpora.published_csv import find, grouped, known_label, need_columns, whole_number
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.table import Row
from sentemo.formats.turns import Place, make_conversation, make_turn
from sentemo.types import Conversation, LabelSet, Utterance

LABELS = LabelSet(
    (
        *("afraid", "angry", "annoyed", "anticipating", "anxious", "apprehensive", "ashamed", "caring", "confident"),
        *("content", "devastated", "disappointed", "disgusted", "embarrassed", "excited", "faithful", "furious"),
        *("grateful", "guilty", "hopeful", "impressed", "jealous", "joyful", "lonely", "nostalgic", "prepared"),
        *("proud", "sad", "sentimental", "surprised", "terrified", "trusting"),
    )
)
FILES = {"train": "train.csv", "validation": "valid.csv", "test": "test.csv"}
FOLDER = "empatheticdialogues"
"""The folder in the published archive."""
COLUMNS = ("conv_id", "utterance_idx", "context", "speaker_idx", "utterance")
COMMA = "_comma_"


def read_empathetic(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the dialogues of a split from DIR/FILE, DIR/empatheticdialogues/FILE or the file itself.

    Ids are `empathetic-SPLIT-conv_id`; the turns are ordered by utterance_idx, and speakers are the speaker_idx.
    """
    file = find(path, FILES[split], ("", FOLDER))
    if file is None:
        raise SplitNotFound("EmpatheticDialogues", split, path, f"the folder with {FILES[split]}")
    for id, dialogue in grouped(_rows(file), ("conv_id",)).items():
        ordered = sorted(dialogue, key=lambda row: whole_number(row[1]["utterance_idx"], Place(file, row[0])))
        turns = (_turn(row, file, told=place == 0) for place, row in enumerate(ordered))
        yield make_conversation(f"empathetic-{split}-{id[0]}", turns, Place(file, dialogue[0][0]))


def _rows(file: Path) -> Iterator[Row]:
    """Split lines at commas: the files write a comma in a text as `_comma_` and don't quote."""
    lines = bare(file_lines(file))
    header = next(lines, (1, ""))[1].split(",")
    need_columns(header, COLUMNS, file)
    for line, text in lines:
        cells = text.split(",")
        # Some rows have an extra cell, without a column name, of candidate answers for retrieval models.
        if text and len(cells) not in (len(header), len(header) + 1):
            Place(file, line).refuse(f"{len(cells)} cells between commas, not {len(header)}", "Fetch the file again")
        if text:
            yield line, dict(zip(header, cells, strict=False))


def _turn(row: Row, file: Path, told: bool) -> Utterance:
    line, cells = row
    place = Place(file, line)
    label = known_label(cells["context"], LABELS, place) if told else None
    return make_turn(_text(str(cells["utterance"])), cells["speaker_idx"], label, place)


def _text(cell: str) -> str:
    """Restore commas; keep stray quotes, but remove those added by a CSV writer."""
    inner = cell[1:-1].replace('""', "")
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner:
        cell = cell[1:-1].replace('""', '"')
    return cell.replace(COMMA, ",").strip()


EMPATHETIC = Corpus(
    name="empathetic",
    title="EmpatheticDialogues",
    labels=LABELS,
    licence="CC BY-NC 4.0",
    citation="Rashkin et al., Towards Empathetic Open-domain Conversation Models: A New Benchmark and Dataset, "
    "ACL 2019",
    homepage="https://github.com/facebookresearch/EmpatheticDialogues",
    published={
        "train": (SplitCounts(dialogues=19_533),),
        "validation": (SplitCounts(dialogues=2_770),),
        "test": (SplitCounts(dialogues=2_547),),
    },
    reader=read_empathetic,
)
