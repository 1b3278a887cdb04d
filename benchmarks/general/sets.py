"""The corpora that are trained on and the sets that are measured, under a label map each."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sentemo.corpora.corpus import SplitNotFound
from sentemo.corpora.everyday import packaged
from sentemo.corpora.label_map import LabelMap
from sentemo.corpora.labelled import labelled_files
from sentemo.corpora.registry import get_corpus
from sentemo.corpora.relabelled import SUFFIX
from sentemo.evaluation.mapped import MappedGold, map_gold
from sentemo.evaluation.repeats import sample_dialogues, without_shared_scenes
from sentemo.training.mixture import MappedCorpus
from sentemo.types import Conversation

FAMILIES = {
    "everyday": ("everyday",),
    "dailydialog": ("dailydialog",),
    "friends": ("meld", "emorynlp"),
    "goemotions": ("goemotions",),
    "empathetic": ("empathetic",),
    "xed": ("xed",),
    "brighter": ("brighter",),
}
"""What counts as one corpus; MELD and EmoryNLP are the same show."""
OWN = ("everyday", "customers", "shades")
"""The corpora that are in the package."""
FOLDERS = {"brighter": ("brighter_eng", "brighter")}
"""Where a corpus may lie below --data, if not under its name."""
COMMON = "seven"
"""The label map of all trainings."""


@dataclass(frozen=True)
class EvalSet:
    """A split that is measured."""

    name: str
    title: str
    corpus: str = "files"
    split: str = "validation"
    label_map: str = COMMON

    @property
    def family(self) -> str:
        """The corpus that it counts as part of; none where it is for measuring alone."""
        return family(self.corpus)


SETS = (
    EvalSet("everyday", "Everyday, test: chats of every kind (the project's own, synthetic)", "everyday", "test"),
    EvalSet("dailydialog", "DailyDialog, validation: everyday dialogues", "dailydialog"),
    EvalSet("meld", "MELD, dev: a television series", "meld"),
    EvalSet("emorynlp", "EmoryNLP, dev (CSV of the ERC papers): the same series", "emorynlp"),
    EvalSet("empathetic", "EmpatheticDialogues, valid, first turns alone: situations described", "empathetic"),
    EvalSet("goemotions", "GoEmotions, dev: single comments", "goemotions"),
    EvalSet("brighter", "BRIGHTER, English, dev: single sentences", "brighter"),
    EvalSet("airline", "Airline: customers' tweets, positive, neutral or negative", label_map="polarity"),
    EvalSet("premo", "Premo: comments on pull requests, emotions alone"),
)
"""All that are measured; a folder without one of them goes without it."""
MULTI_LABEL = (
    EvalSet("goemotions", "GoEmotions' 28 labels, dev", "goemotions"),
    EvalSet("shades", "The 45 shades, validation", "shades"),
)


def family(corpus: str) -> str:
    """Return the corpus that another, or its texts labelled again, counts as part of."""
    base = corpus.removesuffix(SUFFIX)
    return next((name for name, members in FAMILIES.items() if base in members), "")


@dataclass(frozen=True)
class Gold:
    """A set with common labels, as a model that was trained on some corpora may be measured on it."""

    of: EvalSet
    chosen: LabelMap
    gold: MappedGold
    dropped: int
    """Scenes that those corpora share with it, which were left out."""


class Data:
    """The corpora below a folder, each read once; `limit` takes so many conversations of each set, for trials."""

    def __init__(self, folder: Path, limit: int = 0, everyday: Path | None = None) -> None:
        self.folder, self.limit, self.everyday = folder, limit, everyday or packaged()
        self._read: dict[tuple[str, str], list[Conversation]] = {}

    @cached_property
    def sets(self) -> tuple[EvalSet, ...]:
        """The sets that are there."""
        return tuple(each for each in SETS if self.has(each.name, each.split))

    @cached_property
    def families(self) -> dict[str, tuple[str, ...]]:
        """The corpora that can be trained on, those of one show together."""
        there = {name: tuple(each for each in members if self.has(each, "train")) for name, members in FAMILIES.items()}
        return {name: members for name, members in there.items() if members}

    def place(self, corpus: str) -> Path:
        """Where a corpus or set lies."""
        base = corpus.removesuffix(SUFFIX)
        if base in OWN:
            return self.everyday
        names = FOLDERS.get(base, (base,))
        return next((self.folder / name for name in names if (self.folder / name).exists()), self.folder / names[0])

    def read(self, corpus: str, split: str) -> list[Conversation]:
        """Read a split; of EmpatheticDialogues the first turns, the only ones with a label."""
        if (corpus, split) not in self._read:
            talks = get_corpus(corpus).read(self.place(corpus), split)
            if corpus == "empathetic":
                talks = [replace(talk, turns=talk.turns[:1]) for talk in talks]
            self._read[corpus, split] = talks
        return self._read[corpus, split]

    def gold(self, eval_set: EvalSet, trained_on: Collection[str] = ()) -> Gold:
        """Read a set under its map, without the scenes that it shares with what a model was trained on."""
        chosen = LabelMap.load(eval_set.label_map)
        if eval_set.corpus == "files":
            labels, talks = labelled_files(self._file(eval_set.name, eval_set.split))
        else:
            labels, talks = get_corpus(eval_set.corpus).labels, self.read(eval_set.corpus, eval_set.split)
        kept = without_shared_scenes(talks, self._same_show(eval_set, trained_on))
        dropped = len(talks) - len(kept)
        if self.limit:
            kept = sample_dialogues(kept, min(self.limit, len(kept)))
        return Gold(eval_set, chosen, map_gold(chosen, eval_set.corpus, labels, kept), dropped)

    def mixture(self, corpora: Iterable[str], turns: int, seed: int) -> list[MappedCorpus]:
        """Read what is trained on; corpora of one show share the turns that a corpus may have."""
        names = [*corpora]
        chosen = LabelMap.load(COMMON)
        found = []
        for name in names:
            corpus = get_corpus(name)
            beside = sum(family(each) == family(name) != "" and is_again(each) == is_again(name) for each in names)
            talks = cut(self.read(name, "train"), turns // beside if turns else 0, seed)
            votes = corpus.several == "votes"
            found.append(MappedCorpus(name, talks, chosen.of(name, corpus.labels), votes=votes))
        return found

    def _same_show(self, eval_set: EvalSet, trained_on: Collection[str]) -> list[Conversation]:
        own = FAMILIES.get(eval_set.family, ())
        bases = {name.removesuffix(SUFFIX) for name in trained_on} - {eval_set.corpus}
        return [talk for name in own if name in bases for talk in self.read(name, "train")]

    def _file(self, name: str, split: str) -> Path:
        return self.place(name) / f"{split}.jsonl"

    def has(self, name: str, split: str) -> bool:
        if not family(name):
            return self._file(name, split).is_file()
        try:
            return bool(self.read(name, split))
        except SplitNotFound:
            return False


def is_again(corpus: str) -> bool:
    """Tell whether a corpus is another's texts, labelled again."""
    return corpus.endswith(SUFFIX)


def cut(conversations: Sequence[Conversation], turns: int, seed: int) -> list[Conversation]:
    """Draw whole conversations up to so many turns, in their order; all where `turns` is 0."""
    if not turns:
        return list(conversations)
    places = [*range(len(conversations))]
    random.Random(seed).shuffle(places)
    drawn, count = [], 0
    for place in places:
        if count + len(conversations[place]) > turns:
            break
        drawn.append(place)
        count += len(conversations[place])
    return [conversations[place] for place in sorted(drawn)]
