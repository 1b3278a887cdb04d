"""A cheap training, about as long for all rows: fewer turns of each corpus, few epochs, frozen lower layers."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from general.sets import COMMON
from sentemo.corpora.label_map import LabelMap
from sentemo.encoders.encoder import Encoder
from sentemo.files import locked
from sentemo.model import SentEmoContext
from sentemo.training.fitting import Split, Watchers, choose_encoder, fingerprint, fit_mixture
from sentemo.training.mixture import MappedCorpus
from sentemo.training.recipe import Recipe

CHEAP = {"schedule.epochs": "1", "mixture.multi_label": "[]", "mixture.label_map": COMMON}


def cheap_recipe(name: str, overrides: Sequence[str] = ()) -> Recipe:
    """Load a recipe with the settings of a cheap training, then those that are named as section.setting=value."""
    pairs = (text.partition("=") for text in overrides)
    return Recipe.load(name, {**CHEAP, **{key: value for key, _, value in pairs}})


@dataclass
class Trainings:
    """Where models are trained; those that are measured go, unless they are to be kept."""

    folder: Path
    recipe: Recipe
    seed: int = 0
    keep: bool = False
    encoder: Encoder | None = None
    turns: int = 0
    """Turns that every training reads at least, in more epochs if it has fewer; 0 for the epochs of the recipe."""

    def recipe_for(self, corpora: Sequence[MappedCorpus]) -> Recipe:
        """Return the recipe, with more epochs for less data, so that rows don't differ in how long they trained."""
        own = sum(len(talk) for each in corpora for talk in each.conversations)
        epochs = max(1, round(self.turns / max(own, 1))) * self.recipe.schedule.epochs
        return self.recipe.override("schedule.epochs", str(epochs))

    def key(self, corpora: Sequence[MappedCorpus]) -> str:
        """Name all that decides a training's result."""
        self.encoder = self.encoder or choose_encoder(self.recipe.encoder)
        splits = [Split(each.name, each.conversations) for each in corpora]
        labels = LabelMap.load(COMMON).labels
        known = fingerprint(self.recipe_for(corpora), labels, self.seed, splits, self.encoder)
        tables = [[each.name, {label: [*names] for label, names in each.table.items()}] for each in corpora]
        return hashlib.sha256(json.dumps([known, tables]).encode()).hexdigest()[:20]

    def train(self, corpora: Sequence[MappedCorpus], told: str) -> SentEmoContext:
        """Train, or go on where a training was stopped, or load what was trained."""
        place = self.folder / self.key(corpora)
        with locked(place):
            if (place / "model" / "manifest.json").is_file():
                return SentEmoContext.from_pretrained(place / "model")

            def tell(done: object, steps: int) -> None:
                print(f"\r{told}: step {getattr(done, 'step', 0)} of {steps} ", end="", file=sys.stderr, flush=True)

            labels = LabelMap.load(COMMON).labels
            watchers = Watchers(on_step=tell if sys.stderr.isatty() else None)
            recipe, encoder = self.recipe_for(corpora), self.encoder
            more: dict[str, Any] = {"seed": self.seed, "folder": place, "encoder": encoder, "watchers": watchers}
            model = fit_mixture(recipe, labels, corpora, **more)
            model.save_pretrained(place / "model")
        return model

    def done(self, corpora: Sequence[MappedCorpus]) -> None:
        """Remove a model that has been measured."""
        if not self.keep:
            shutil.rmtree(self.folder / self.key(corpora), ignore_errors=True)
