"""XED (Öhman et al. 2020), English: lines of film subtitles, Plutchik's eight emotions, no neutral.

The neutral lines published with them (`neu_en.txt`) are never read: they come from another pipeline and can be told
apart by their words alone, so that a model trained on them would learn the pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sentemo.corpora.corpus import Corpus, SplitCounts, SplitNotFound
from sentemo.corpora.published_csv import all_that_apply, find, label_of
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.turns import Place, make_conversation, make_turn
from sentemo.types import Conversation, LabelSet

LABELS = LabelSet(("anger", "anticipation", "disgust", "fear", "joy", "sadness", "surprise", "trust"))
"""In the order of the published ids, which start at 1."""
FILES = {"train": "en-annotated.tsv"}


def read_xed(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the lines, each a conversation of one turn, from DIR/FILE, DIR/AnnotatedData/FILE or the file itself.

    Ids are `xed-SPLIT-row` with a 0-based row. A line with several labels has them all as `labels` and no `label`.
    """
    file = find(path, FILES[split], ("", "AnnotatedData"))
    if file is None:
        raise SplitNotFound("XED", split, path, f"the folder with {FILES[split]}")
    for row, (line, text) in enumerate(bare(file_lines(file))):
        place = Place(file, line)
        cells = text.split("\t")
        if len(cells) != 2:
            place.refuse(f"{len(cells)} cells between tabs, not 2 (text, label ids)", "Fetch it again")
        label, labels = all_that_apply(label_of(id.strip(), LABELS, place, first=1) for id in cells[1].split(","))
        turn = make_turn(cells[0].strip(), None, label, place, labels)
        yield make_conversation(f"xed-{split}-{row}", [turn], place)


_COUNTS = dict(zip(LABELS.names, (3_828, 3_400, 2_317, 2_439, 2_833, 2_464, 2_442, 2_699), strict=True))

XED = Corpus(
    name="xed",
    title="XED",
    labels=LABELS,
    licence="CC BY 4.0",
    citation="Öhman et al., XED: A Multilingual Dataset for Sentiment Analysis and Emotion Detection, COLING 2020",
    homepage="https://github.com/Helsinki-NLP/XED",
    published={"train": (SplitCounts(17_528, 17_528, _COUNTS),)},
    reader=read_xed,
    splits=("train",),
    several="all",
)
