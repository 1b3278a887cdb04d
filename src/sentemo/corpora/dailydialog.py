"""DailyDialog (Li et al. 2017): everyday dialogues between two people, seven labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sentemo.corpora.corpus import Corpus, Overall, SplitCounts, SplitNotFound
from sentemo.corpora.dailydialog_layouts import LAYOUTS
from sentemo.formats.turns import Place, make_conversation, make_turn, plain
from sentemo.types import Conversation, LabelSet

# Each rule is narrow on purpose: normally written text must stay unchanged, and so must oddities like
# "Oh ..." or "8 : 30", whose meaning is unclear.
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # "I ’ m", "don’t", "let ' s" -> one word with a straight apostrophe
        (r"(?<=\w)(?: [’‘'] | ?’)(?=(?:s|m|d|t|ll|re|ve)\b)", "'"),
        # "my parents ’ house"
        (r"(?<=s) ’ (?=\w)", "' "),
        # "Good.Let us", "ready,but" -> two words
        (r"(?<=[a-z][.!?])(?=[A-Z])", " "),
        (r"(?<=[a-z]{2},)(?=[A-Za-z]{2})", " "),
        # "Yes , sir : now ; then"
        (r"(?<=\w) (?=[,:;] [^\W\d])", ""),
        # "All right . Good ."
        (r"(?<=\w) (?=\.(?: [^\W_]| [(“]|$))", ""),
        # "Really ? Yes !"
        (r"(?<=\w) (?=[?!](?: |$))", ""),
    )
)


def detokenise(text: str) -> str:
    """Attach punctuation to its word, straighten apostrophes and separate sentences that were run together.

    It is idempotent: detokenised text is unchanged.
    """
    text = " ".join(text.split())
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


LABELS = LabelSet(("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise"), neutral="neutral")
"""In the order of the published ids; the corpus itself calls id 0 "no emotion"."""

IDS = {str(id): name for id, name in enumerate(LABELS.names)}

PLACES = (
    "the folder with SPLIT/dialogues_SPLIT.txt and SPLIT/dialogues_emotion_SPLIT.txt, "
    "ijcnlp_dailydialog.zip, or the hub's Parquet files"
)


def read_dailydialog(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the dialogues of a split from text, zip or Parquet, whichever is found first.

    Ids are `dailydialog-SPLIT-row` with a 0-based row; speakers alternate between A and B. Dialogue acts are not read.
    """
    for layout in LAYOUTS:
        rows = layout(path, split)
        if rows is None:
            continue
        for row, texts, emotions, place, emotion_place in rows:
            turns = [
                make_turn(
                    detokenise(plain(text, "utterance", place)),
                    "AB"[i % 2],
                    emotion_name(emotion, emotion_place),
                    place,
                )
                for i, (text, emotion) in enumerate(zip(texts, emotions, strict=True))
            ]
            yield make_conversation(f"dailydialog-{split}-{row}", turns, place)
        return
    raise SplitNotFound("DailyDialog", split, path, PLACES)


def emotion_name(emotion: object, place: Place) -> str:
    """Return the label of a published id 0 to 6, as a number or its digit."""
    name = IDS.get(str(emotion))
    if name is None:
        place.refuse(f"Unknown emotion id {str(emotion)[:20]!r}", "Use the ids 0 to 6")
    return name


def _counts(dialogues: int, utterances: int, *labels: int) -> tuple[SplitCounts, ...]:
    return (SplitCounts(dialogues, utterances, dict(zip(LABELS.names, labels, strict=True))),)


DAILYDIALOG = Corpus(
    name="dailydialog",
    title="DailyDialog",
    labels=LABELS,
    licence="CC BY-NC-SA 4.0",
    citation="Li et al., DailyDialog: A Manually Labelled Multi-turn Dialogue Dataset, IJCNLP 2017",
    homepage="http://yanran.li/dailydialog",
    published={
        "train": _counts(11_118, 87_170, 72_143, 827, 303, 146, 11_182, 969, 1_600),
        "validation": _counts(1_000, 8_069, 7_108, 77, 3, 11, 684, 79, 107),
        "test": _counts(1_000, 7_740, 6_321, 118, 47, 17, 1_019, 102, 116),
    },
    reader=read_dailydialog,
    overall=Overall(dialogues=13_118, max_turns=35, mean_turns=8),
)
