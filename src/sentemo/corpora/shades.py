"""Shades: fine-grained labels for the project's own conversations, several of which may apply to a turn.

One annotator (a language model) read whole conversations of `everyday` and `customers`; files hold ids and labels only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from sentemo.corpora.corpus import SplitCounts, SplitNotFound
from sentemo.corpora.everyday import EVERYDAY, packaged, read_customers, read_everyday
from sentemo.corpora.published_csv import all_that_apply, find
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.turns import Place
from sentemo.types import Conversation, LabelSet

NONE = "none"
"""The label of a turn without any shade."""
LABELS = LabelSet(
    (
        *(NONE, "thanks", "apology", "relief", "excitement", "amusement", "teasing", "pride", "affection", "praise"),
        *("satisfaction", "hope", "comfort", "sarcasm", "complaint", "frustration", "impatience", "blame", "hostility"),
        *("leaving", "disappointment", "regret", "loneliness", "hurt", "grief", "resignation", "longing", "worry"),
        *("panic", "embarrassment", "nervousness", "pleading", "disbelief", "confusion", "curiosity", "distrust"),
        *("hesitation", "revulsion", "contempt", "outrage", "request", "proposal", "agreement", "refusal"),
        "admission",
    ),
    neutral=NONE,
)
FILES = {"train": "shades-train.tsv", "validation": "shades-validation.tsv"}


def read_shades(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the labelled conversations of a split; their texts are in the package."""
    file = find(path, FILES[split], ("",))
    if file is None:
        raise SplitNotFound("Shades", split, path, f"the folder with {FILES[split]}")
    texts = _texts()
    for line, text in bare(file_lines(file)):
        place = Place(file, line)
        id, tab, given = text.partition("\t")
        turns = [tuple(turn.split(",")) for turn in given.split(" ")]
        if not tab or any(name not in LABELS.names for turn in turns for name in turn):
            place.refuse("Not an id, a tab and each turn's labels", "Fetch it again")
        talk = texts.get(id)
        if talk is None or len(talk) != len(turns):
            place.refuse(
                f"The package has no conversation {id!r} with this many turns ({len(turns)})",
                "Fetch the labels with this version of sentemo: sentemo corpus fetch shades",
            )
        labelled = ((turn, *all_that_apply(names)) for turn, names in zip(talk, turns, strict=True))
        yield replace(talk, turns=tuple(replace(turn, label=label, labels=labels) for turn, label, labels in labelled))


@cache
def _texts() -> dict[str, Conversation]:
    # the same id may be in both: that of everyday is meant
    return {talk.id: talk for read in (read_customers, read_everyday) for talk in read(packaged(), "train")}


SHADES = replace(
    EVERYDAY,
    name="shades",
    title="Shades",
    labels=LABELS,
    published={"train": (SplitCounts(7_168, 21_166),), "validation": (SplitCounts(475, 1_664),)},
    reader=read_shades,
    splits=("train", "validation"),
    several="all",
)
"""Fine-grained labels of part of `everyday` and `customers`."""
