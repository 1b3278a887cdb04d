"""Find DailyDialog's files in each of its published layouts, and read their raw rows.

A layout is a function `(path, split) -> rows or None`; None means that the split doesn't exist in this layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from sentemo.corpora.corpus import ALIASES, SPLITS
from sentemo.formats.lines import Line, bare, file_lines
from sentemo.formats.parquet import as_list, column_names, parquet_rows
from sentemo.formats.turns import Place
from sentemo.formats.zips import Archive

END_OF_UTTERANCE = "__eou__"
OUTER_ZIP = "ijcnlp_dailydialog.zip"


class RawDialogue(NamedTuple):
    """One dialogue as stored in a file."""

    row: int
    texts: Sequence[object]
    emotions: Sequence[object]
    """One per utterance."""
    place: Place
    """The place of the texts."""
    emotion_place: Place


Rows = Iterator[RawDialogue]


def text_layout(path: Path, split: str) -> Rows | None:
    """Find the official text files in DIR/SPLIT/, DIR/ or the unpacked archive's folder."""
    texts, emotions = file_names(split)
    if path.name == texts:
        path = path.parent
    for folder in (path / split, path, path / "ijcnlp_dailydialog" / split):
        if (folder / texts).is_file():
            names = (folder / texts, folder / emotions)
            return text_rows(file_lines(names[0]), file_lines(names[1]), names)
    return None


def zip_layout(path: Path, split: str) -> Rows | None:
    """Find the official zip, nested or not: the outer file, or a folder with it or with the inner ones."""
    inner, outer = f"{split}.zip", OUTER_ZIP
    folders = (path / outer, path / inner, path / "ijcnlp_dailydialog" / inner)
    for file in (path,) if path.suffix == ".zip" else folders:
        archive = Archive.of(file) if file.is_file() else None
        for each in (archive, archive.inner(inner)) if archive else ():
            member = each.find(file_names(split)[0]) if each else None
            if each and member:
                return zip_rows(each, member, split)
    return None


def parquet_layout(path: Path, split: str) -> Rows | None:
    """Find the hub's Parquet files, one or several shards."""
    if path.is_file() and path.suffix == ".parquet":
        return parquet_dialogues([path]) if _may_hold(path, split) else None
    for pattern in ("{}.parquet", "{}-*.parquet", "{}/*.parquet"):
        for folder in (path, path / "data", path / "default"):
            files = sorted(folder.glob(pattern.format(split)))
            if files:
                return parquet_dialogues(files)
    return None


def _may_hold(file: Path, split: str) -> bool:
    """Return whether a file name doesn't mention another split."""
    words = re.split(r"[^a-z]+", file.stem.lower())
    named = {ALIASES.get(word, word) for word in words} & set(SPLITS)
    return not named or split in named


LAYOUTS = (text_layout, zip_layout, parquet_layout)


def file_names(split: str) -> tuple[str, str]:
    """Return the names of the official files of a split: utterances and emotions."""
    return f"dialogues_{split}.txt", f"dialogues_emotion_{split}.txt"


def text_rows(texts: Iterator[Line], emotions: Iterator[Line], names: tuple[str | Path, str | Path]) -> Rows:
    """Pair each line of utterances with its line of emotions; lines blank in both are skipped."""
    pairs = zip_longest(bare(texts), bare(emotions), fillvalue=(0, ""))
    for row, ((number, text), (emotion_number, annotated)) in enumerate(pairs):
        place, emotion_place = Place(names[0], number or row + 1), Place(names[1], emotion_number or row + 1)
        pieces = text.split(END_OF_UTTERANCE)
        if not pieces[-1].strip():
            pieces.pop()
        ids = annotated.split()
        if len(pieces) != len(ids):
            here, other = (place, emotion_place) if number else (emotion_place, place)
            here.refuse(
                f"{len(pieces)} utterances but {len(ids)} emotions",
                f"Compare it with the same line of {other.path}",
            )
        if pieces:
            yield RawDialogue(row, pieces, ids, place, emotion_place)


def zip_rows(archive: Archive, member: str, split: str) -> Rows:
    """Read the official text files from an archive."""
    emotion_file = file_names(split)[1]
    emotions = archive.find(emotion_file)
    if emotions is None:
        Place(archive.name).refuse(f"No {emotion_file} beside {member}", "Fetch the archive again")
    names = (f"{archive.name}!{member}", f"{archive.name}!{emotions}")
    return text_rows(archive.lines(member), archive.lines(emotions), names)


def parquet_dialogues(files: Sequence[Path]) -> Rows:
    """Read the columns `dialog` and `emotion` of all shards, numbering rows across shards."""
    row = 0
    for file in files:
        if missing := {"dialog", "emotion"} - set(column_names(file)):
            Place(file, 1).refuse(f"No column {sorted(missing)[0]!r}", "Use the hub's files of daily_dialog")
        for number, cells in parquet_rows(file, ["dialog", "emotion"]):
            place = Place(file, number)
            texts, emotions = (as_list(cells[name], name, place) for name in ("dialog", "emotion"))
            if len(texts) != len(emotions):
                place.refuse(f"{len(texts)} utterances but {len(emotions)} emotions", "Fetch the file again")
            yield RawDialogue(row, texts, emotions, place, place)
            row += 1
