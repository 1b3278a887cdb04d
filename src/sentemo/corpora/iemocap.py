"""IEMOCAP (Busso et al. 2008): acted dialogues between two people, the six labels that ERC papers use.

Splits. Test is session 5, as in the papers. Train and validation share sessions 1 to 4: their dialogues are
sorted by name; the last tenth (at least one) is validation, the rest train. The papers agree on the 120
dialogues of the two together, but each picks its own validation share: this choice is ours and fixed, so mention
it with figures on validation.

Labels. happy, sad, neutral, angry, excited, frustrated. Turns that the annotators gave another label or none
(surprise, fear, disgust, other, no agreement) are kept in the dialogue as context, with label None.

Published by the ERC papers over all sessions: 151 dialogues with 7,433 labelled utterances: happy 648, sad 1,084,
neutral 1,708, angry 1,103, excited 1,041, frustrated 1,849; of these session 5 has 31 dialogues, 1,623 utterances.
These counts come from the features that the papers share; users of the official label files report 595 happy and
7,380 in total. So only dialogues are checked here, not labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sentemo.corpora.corpus import Corpus, Overall, SplitCounts, SplitNotFound
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.turns import Place, make_conversation, make_turn
from sentemo.types import Conversation, LabelSet, Utterance

LABELS = LabelSet(("happy", "sad", "neutral", "angry", "excited", "frustrated"), neutral="neutral")
CODES = {
    "hap": "happy",
    "sad": "sad",
    "neu": "neutral",
    "ang": "angry",
    "exc": "excited",
    "fru": "frustrated",
}
VALIDATION_SHARE = 10
"""One in this many dialogues of sessions 1 to 4 is validation."""

_SPOKEN = re.compile(r"(?P<id>\w+_(?P<speaker>[FM])\d{3}) \[(?P<start>\d+\.?\d*)-\d+\.?\d*\]: ?(?P<text>.*)", re.ASCII)
_JUDGED = re.compile(r"\[[^\]]*\]\t(?P<id>\w+)\t(?P<code>\w+)\t.*", re.ASCII)


def read_iemocap(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the dialogues of a split from DIR/SessionN/dialog; ids are `iemocap-FILE`, speakers F and M.

    Turns are ordered by start time. Lines of a transcript that are not utterances of the corpus are skipped.
    """
    files = split_files(path, split)
    if not files:
        raise SplitNotFound("IEMOCAP", split, path, "the folder with Session1 to Session5, each with dialog/")
    for transcript in files:
        labels = _labels(transcript.parent.parent / "EmoEvaluation" / transcript.name)
        spoken = sorted(_turns(transcript, labels), key=lambda timed: timed[0])
        turns = (turn for _, turn in spoken)
        yield make_conversation(f"iemocap-{transcript.stem}", turns, Place(transcript, 1))


def split_files(path: Path, split: str) -> list[Path]:
    """List the transcripts of a split, by the convention at the head of this file."""
    if split == "test":
        return _transcripts(path, 5)
    shared = sorted((file for session in range(1, 5) for file in _transcripts(path, session)), key=lambda f: f.name)
    first = len(shared) - max(1, len(shared) // VALIDATION_SHARE)
    return shared[first:] if split == "validation" else shared[: max(first, 0)]


def _transcripts(path: Path, session: int) -> list[Path]:
    folder = path / f"Session{session}" / "dialog" / "transcriptions"
    return sorted(file for file in folder.glob("*.txt") if not file.name.startswith("."))


def _turns(file: Path, labels: dict[str, str | None]) -> Iterator[tuple[float, Utterance]]:
    for number, line in bare(file_lines(file)):
        found = _SPOKEN.fullmatch(line.strip())
        if found is not None:
            label = labels.get(found["id"])
            yield (
                float(found["start"]),
                make_turn(found["text"].strip(), found["speaker"], label, Place(file, number)),
            )


def _labels(file: Path) -> dict[str, str | None]:
    judged = (_JUDGED.fullmatch(line.strip()) for _, line in bare(file_lines(file)))
    return {found["id"]: CODES.get(found["code"]) for found in judged if found is not None}


IEMOCAP = Corpus(
    name="iemocap",
    title="IEMOCAP",
    labels=LABELS,
    licence="by request, for research",
    citation="Busso et al., IEMOCAP: interactive emotional dyadic motion capture database, LREC 42, 2008",
    homepage="https://sail.usc.edu/iemocap/",
    published={
        "train": (SplitCounts(dialogues=108),),
        "validation": (SplitCounts(dialogues=12),),
        "test": (SplitCounts(dialogues=31),),
    },
    reader=read_iemocap,
    overall=Overall(dialogues=151),
)
