"""What is measured: six parts, each a list of rows of which every cell is kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from general.baselines import Vader, embedded, tfidf
from general.cells import Cells
from general.score import score
from general.sets import COMMON, FAMILIES, MULTI_LABEL, Data, EvalSet, Gold, family
from general.trainings import Trainings
from sentemo.artifacts.hub import find
from sentemo.corpora.label_map import LabelMap
from sentemo.corpora.registry import get_corpus
from sentemo.encoders.encoder import Encoder
from sentemo.encoders.sentence import load_encoder
from sentemo.errors import BadModel, MissingExtra
from sentemo.evaluation.multilabel import measure_several
from sentemo.evaluation.repeats import sample_dialogues
from sentemo.loading import Model, load
from sentemo.model import SentEmoContext
from sentemo.training.fitting import Split, digest_of
from sentemo.training.mixture import MappedCorpus
from sentemo.types import Labeler

Rows = list[dict[str, Any]]
PARTS = ("shipped", "matrix", "sources", "curve", "baselines", "multi-label")
SOURCES = ("everyday", "goemotions", "emorynlp", "xed", "brighter")
"""The default mixture, where the shipped model doesn't tell it."""


@dataclass
class Study:
    """What all parts share."""

    data: Data
    cells: Cells
    trainings: Trainings
    models: Sequence[str] = ("default", "dailydialog", "static")
    sources: Sequence[str] = ()
    without: Sequence[str] = ()
    """The sources to leave out, one at a time; all by default."""
    turns: int = 6000
    curve: Sequence[int] = (200, 700, 1500, 2579)
    beside: Sequence[str] = ()
    resamples: int = 1000
    seed: int = 0
    embedder: str = "all-MiniLM-L6-v2"

    def run(self, part: str) -> Rows:
        """Measure a part, but for cells that are there."""
        measure: Callable[[], Iterator[dict[str, Any]]] = {
            "shipped": self.shipped,
            "matrix": self.matrix,
            "sources": self.leave_out,
            "curve": self.grow,
            "baselines": self.baselines,
            "multi-label": self.multi_label,
        }[part]
        return list(measure())

    def shipped(self) -> Iterator[dict[str, Any]]:
        """Models as they are, on every set."""
        for name, folder, model in self._open():
            trained_on = corpora_of(model.facts)
            digest = digest_of_model(folder)
            for gold in self._golds(self.data.sets, trained_on):
                key = self._key("shipped", name, digest, gold)
                yield self._cell(key, partial(self._score, model, gold, shares_of(model)))

    def matrix(self) -> Iterator[dict[str, Any]]:
        """Train on one corpus, on all, and on all but one, which is then measured."""
        families = self.data.families
        for name, members in families.items():
            yield from self._trained("matrix", name, members, self.data.sets)
        if len(families) > 1:
            yield from self._trained(
                "matrix", "all", [each for one in families.values() for each in one], self.data.sets
            )
            for name in families:
                rest = [each for other, one in families.items() if other != name for each in one]
                own = [each for each in self.data.sets if each.family == name]
                yield from self._trained("matrix", f"all but {name}", rest, own)

    def leave_out(self) -> Iterator[dict[str, Any]]:
        """The default mixture, and without each of its sources."""
        sources = self._sources()
        yield from self._trained("sources", "all sources", sources, self.data.sets)
        for name in (self.without or sources) if len(sources) > 1 else ():
            rest = [each for each in sources if each != name]
            yield from self._trained("sources", f"without {name}", rest, self.data.sets)

    def grow(self) -> Iterator[dict[str, Any]]:
        """So many conversations of the project's own corpus, alone or beside other corpora."""
        corpus = get_corpus("everyday")
        every = self.data.read("everyday", "train")
        table = LabelMap.load(COMMON).of("everyday", corpus.labels)
        for count in dict.fromkeys(min(count, len(every)) for count in self.curve):
            drawn = sample_dialogues(every, count, self.seed)
            own = MappedCorpus("everyday", drawn, table, votes=corpus.several == "votes")
            row = ", ".join([f"{count:,} conversations", *self.beside])
            yield from self._measured("curve", row, [own, *self._mixture(self.beside)], self.data.sets)

    def baselines(self) -> Iterator[dict[str, Any]]:
        """A word list on polarity, and linear classifiers of the default mixture, each utterance alone."""
        polar = [each for each in self.data.sets if each.label_map == "polarity"]
        try:
            vader = Vader()
        except MissingExtra as error:
            tell(f"VADER is left out: {error}")
        else:
            for gold in self._golds(polar, ()):
                key = self._key("baselines", "VADER", "vader", gold)
                yield self._cell(key, partial(self._score, vader, gold, None))
        mixed = self._mixture(self._sources())
        passes, labels = self.trainings.recipe.mixture.passes, LabelMap.load(COMMON).labels
        makers = {
            "TF-IDF + logistic regression": lambda: tfidf(mixed, labels, passes),
            f"{self.embedder} + logistic regression": lambda: embedded(mixed, labels, self._embedder(), passes),
        }
        for name, make in makers.items():
            made: list[Any] = []
            for gold in self._golds(self.data.sets, [each.name for each in mixed]):

                def measure(
                    gold: Gold = gold, make: Callable[[], Any] = make, made: list[Any] = made
                ) -> dict[str, Any]:
                    made[:] = made or [make()]
                    return self._score(made[0], gold, made[0].priors, [*made[0].priors])

                yield self._cell(self._key("baselines", name, self.trainings.key(mixed), gold), measure)

    def multi_label(self) -> Iterator[dict[str, Any]]:
        """Other label sets, several of whose labels may apply, of models that have them."""
        for eval_set, (name, folder, model) in product(MULTI_LABEL, [*self._open()]):
            own = eval_set.name
            if own not in getattr(model, "heads", {}) or not self.data.has(own, eval_set.split):
                tell(f"{name} has no labels of {own}, or the corpus is not there")
                continue
            talks = self.data.read(own, eval_set.split)
            talks = talks[: self.data.limit] if self.data.limit else talks
            key = self._key("multi-label", name, digest_of_model(folder), eval_set) | {"texts": len(talks)}

            def measure(model: Any = model, talks: Sequence[Any] = talks, own: str = own) -> dict[str, Any]:
                told = model.predict(talks, labels=own)
                draws = {"resamples": self.resamples, "seed": self.seed}
                return measure_several(talks, told, get_corpus(own).labels, **draws).to_json()

            yield self._cell(key, measure)

    def _trained(
        self, part: str, row: str, corpora: Sequence[str], sets: Iterable[EvalSet]
    ) -> Iterator[dict[str, Any]]:
        sets = list(sets)
        if sets:
            yield from self._measured(part, row, self._mixture(corpora), sets)

    def _measured(
        self, part: str, row: str, mixed: Sequence[MappedCorpus], sets: Iterable[EvalSet]
    ) -> Iterator[dict[str, Any]]:
        """Measure a training, which only runs where a cell is missing."""
        digest, known = self.trainings.key(mixed), known_labels(mixed)
        turns = {each.name: sum(map(len, each.conversations)) for each in mixed}
        loaded: list[SentEmoContext] = []
        for gold in self._golds(sets, [*turns]):

            def measure(gold: Gold = gold) -> dict[str, Any]:
                loaded[:] = loaded or [self.trainings.train(mixed, f"{part}, {row}")]
                return self._score(loaded[0], gold, shares_of(loaded[0]), known) | {"turns": turns}

            yield self._cell(self._key(part, row, digest, gold), measure)
        self.trainings.done(mixed)

    def _score(
        self, labeler: Labeler, gold: Gold, shares: Mapping[str, float] | None, known: Sequence[str] = ()
    ) -> dict[str, Any]:
        return score(labeler, gold, shares=shares, known=known, resamples=self.resamples, seed=self.seed)

    def _golds(self, sets: Iterable[EvalSet], trained_on: Sequence[str]) -> Iterator[Gold]:
        return (self.data.gold(each, trained_on) for each in sets)

    def _mixture(self, corpora: Sequence[str]) -> list[MappedCorpus]:
        return self.data.mixture(corpora, self.turns, self.seed)

    def _sources(self) -> list[str]:
        """The default mixture: as asked, or as the shipped model tells, or the usual one; those that are there."""
        told = corpora_of(load("default").facts) if not self.sources else ()
        wanted = self.sources or (told if len(told) > 1 else SOURCES)
        there = {each for members in self.data.families.values() for each in members}
        missing = [name for name in wanted if family_member(name) not in there]
        if missing:
            tell(f"not there, and left out of the mixture: {', '.join(missing)}")
        return [name for name in wanted if name not in missing]

    def _open(self) -> Iterator[tuple[str, Path, Model]]:
        for name in self.models:
            try:
                folder = find(name)
                yield name, folder, load(folder)
            except BadModel as error:
                tell(f"{name} is left out: {error}")

    def _embedder(self) -> Encoder:
        return load_encoder(self.embedder)

    def _key(self, part: str, row: str, model: str, gold: Gold | EvalSet) -> dict[str, Any]:
        """All that decides a cell."""
        key: dict[str, Any] = {"part": part, "row": row, "model": model}
        key |= {"resamples": self.resamples, "seed": self.seed}
        if isinstance(gold, EvalSet):
            return key | {"set": gold.name}
        mapped = gold.gold
        return key | {"set": gold.of.name, "map": gold.of.label_map, "gold": digest_of(Split("", mapped.conversations))}

    def _cell(self, key: dict[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        tell(f"{key['part']}: {key['row']} on {key['set']}" + (" (kept)" if self.cells.get(key) else ""))
        return {"row": key["row"], "set": key["set"]} | self.cells.value(key, make)


def corpora_of(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the corpora that a model was trained on, as its facts tell."""
    named = [*facts.get("corpora", ()), facts.get("corpus"), facts.get("the model's corpus")]
    return tuple(dict.fromkeys(str(name) for name in named if name))


def shares_of(model: Any) -> Mapping[str, float] | None:
    """Return the label shares that a model's probabilities are made for; None where it doesn't tell."""
    shares = model.facts.get("label shares")
    return shares if isinstance(shares, dict) and {*shares} == {*model.labels.names} else None


def known_labels(mixed: Sequence[MappedCorpus]) -> tuple[str, ...]:
    """Return the common labels that a mixture can teach."""
    said = {name for each in mixed for names in each.table.values() for name in names}
    return tuple(name for name in LabelMap.load(COMMON).labels.names if name in said)


def family_member(name: str) -> str:
    """Return the corpus whose texts a source has."""
    members = FAMILIES.get(family(name), ())
    return next((each for each in members if name == each or name.startswith(f"{each}-")), name)


def digest_of_model(folder: Path) -> str:
    """Name a saved model by its manifest, which holds the digests of all its files."""
    import hashlib

    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()[:20]


def tell(text: str) -> None:
    """Say on stderr how far it is."""
    print(text, file=sys.stderr, flush=True)
