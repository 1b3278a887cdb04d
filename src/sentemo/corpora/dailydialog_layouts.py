"""Where DailyDialog's files lie in each of its published layouts, and their raw rows.

A layout is a function `(path, split) -> rows or None`; None says that the split is not there in this layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from sentemo.corpora.corpus import ALIASES, SPLITS
from sentemo.corpora.lines import Line, bare, file_lines
from sentemo.corpora.parquet import as_list, column_names, parquet_rows
from sentemo.corpora.turns import Place
from sentemo.corpora.zips import Archive

END_OF_UTTERANCE = "__eou__"
OUTER_ZIP = "ijcnlp_dailydialog.zip"
ANNOTATIONS = ("emotions", "dialogue acts")


class RawDialogue(NamedTuple):
    """One dialogue as it stands in a file."""

    row: int
    texts: Sequence[object]
    emotions: Sequence[object]
    acts: Sequence[object]
    """As many as utterances; each None where there is no file or column of acts."""
    places: tuple[Place, Place, Place]
    """Where the texts, the emotions and the acts stand."""


Rows = Iterator[RawDialogue]


def text_layout(path: Path, split: str) -> Rows | None:
    """Find the official text files in DIR/SPLIT/, DIR/ or the unpacked archive's folder."""
    texts, emotions, acts = file_names(split)
    if path.name == texts:
        path = path.parent
    for folder in (path / split, path, path / "ijcnlp_dailydialog" / split):
        if (folder / texts).is_file():
            names = [folder / texts, folder / emotions]
            names += [folder / acts] if (folder / acts).is_file() else []
            return text_rows([file_lines(name) for name in names], names)
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
    """Tell whether a file's name does not name another split."""
    words = re.split(r"[^a-z]+", file.stem.lower())
    named = {ALIASES.get(word, word) for word in words} & set(SPLITS)
    return not named or split in named


LAYOUTS = (text_layout, zip_layout, parquet_layout)


def file_names(split: str) -> tuple[str, str, str]:
    """Name the official files of a split: utterances, emotions and dialogue acts."""
    return f"dialogues_{split}.txt", f"dialogues_emotion_{split}.txt", f"dialogues_act_{split}.txt"


def text_rows(files: Sequence[Iterator[Line]], names: Sequence[str | Path]) -> Rows:
    """Put each line of utterances beside its line of emotions and, with a third file, of dialogue acts.

    A line that is blank in all is skipped.
    """
    for row, lines in enumerate(zip_longest(*map(bare, files), fillvalue=(0, ""))):
        (number, text), *annotated = lines
        place, *others = (Place(name, at or row + 1) for name, (at, _) in zip(names, lines, strict=True))
        pieces = text.split(END_OF_UTTERANCE)
        if not pieces[-1].strip():
            pieces.pop()
        ids: list[Sequence[object]] = []
        for what, other, (_, line) in zip(ANNOTATIONS, others, annotated, strict=False):
            ids.append(line.split())
            if len(pieces) != len(ids[-1]):
                (place if number else other).refuse(
                    f"{len(pieces)} utterances but {len(ids[-1])} {what}",
                    f"Compare it with the same line of {other.path}",
                )
        if pieces:
            acts = ids[1] if len(ids) > 1 else [None] * len(pieces)
            yield RawDialogue(row, pieces, ids[0], acts, (place, others[0], others[-1]))


def zip_rows(archive: Archive, member: str, split: str) -> Rows:
    """Read the official text files out of an archive."""
    _, emotion_file, act_file = file_names(split)
    emotions, acts = archive.find(emotion_file), archive.find(act_file)
    if emotions is None:
        Place(archive.name).refuse(f"No {emotion_file} beside {member}", "Fetch the archive again")
    members = [member, emotions, *([acts] if acts else [])]
    return text_rows([archive.lines(each) for each in members], [f"{archive.name}!{each}" for each in members])


def parquet_dialogues(files: Sequence[Path]) -> Rows:
    """Read the columns `dialog`, `emotion` and, where there is one, `act` of all shards, counting rows through."""
    row = 0
    for file in files:
        header = column_names(file)
        if missing := {"dialog", "emotion"} - set(header):
            Place(file, 1).refuse(f"No column {sorted(missing)[0]!r}", "Use the hub's files of daily_dialog")
        columns = [name for name in ("dialog", "emotion", "act") if name in header]
        for number, cells in parquet_rows(file, columns):
            place = Place(file, number)
            texts, *ids = (as_list(cells[name], name, place) for name in columns)
            for what, column in zip(ANNOTATIONS, ids, strict=False):
                if len(texts) != len(column):
                    place.refuse(f"{len(texts)} utterances but {len(column)} {what}", "Fetch the file again")
            acts = ids[1] if len(ids) > 1 else [None] * len(texts)
            yield RawDialogue(row, texts, ids[0], acts, (place, place, place))
            row += 1
