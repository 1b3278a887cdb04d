"""Use labelled files as a corpus, with the label set found in the data."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from sentemo.errors import BadInput
from sentemo.formats.files import read_conversations
from sentemo.formats.sniff import EXTENSIONS, folder_format
from sentemo.types import Conversation, LabelSet

NEUTRAL_NAMES = ("neutral", "no emotion", "none", "no_emotion")


def labelled_files(path: str | PathLike[str]) -> tuple[LabelSet, list[Conversation]]:
    """Read a labelled file, a ConvoKit corpus, or every file with a known extension in a folder, by name.

    The labels are sorted; neutral is the one called neutral, "no emotion", none or no_emotion, ignoring case. Turns
    without a label are kept as context. Raises `BadInput` if no turn has a label.
    """
    place = Path(path)
    read = [each for file in _files(place) for each in read_conversations(file)]
    return label_set(read, place), read


def label_set(conversations: Iterable[Conversation], path: str | PathLike[str] | None = None) -> LabelSet:
    """Derive the label set of labelled conversations: every label that a turn has, alone or among several."""
    turns = [turn for conversation in conversations for turn in conversation]
    found = {label for turn in turns for label in (turn.label, *turn.labels) if label is not None}
    if not found:
        raise BadInput("No turn has a label", 'Add a "label" to the turns or a label column', path=path)
    names = tuple(sorted(found))
    neutral = (name for wanted in NEUTRAL_NAMES for name in names if name.casefold() == wanted)
    return LabelSet(names, next(neutral, None))


def _files(place: Path) -> list[Path]:
    if not place.is_dir() or folder_format(place):
        return [place]
    files = sorted(file for file in place.iterdir() if file.suffix.lower() in EXTENSIONS and file.is_file())
    if not files:
        raise BadInput("No file of conversations in the folder", f"Put one there: {' '.join(EXTENSIONS)}", path=place)
    return files
