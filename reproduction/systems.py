"""The systems that the paper compares, and the settings of its ablations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reproduction.ground import ENCODERS, Ground
from sentemo.encoders.encoder import Encoder
from sentemo.model import SentEmoContext
from sentemo.training.fitting import Watchers, fingerprint, fit
from sentemo.training.recipe import Recipe


class Measurement(NamedTuple):
    """A protocol, and the head that labels under it."""

    protocol: str
    head: str = "classifier"

    @property
    def key(self) -> str:
        """Its name in a trial's record."""
        return self.protocol if self.head == "classifier" else f"{self.protocol}/{self.head}"


STANDARD, TRIPLET = Measurement("standard"), Measurement("triplet")
LAST, EMOTIONS = Measurement("last-utterance"), Measurement("emotions-only")
PROTOTYPES, NEIGHBOURS = Measurement("standard", "prototypes"), Measurement("standard", "neighbours")
WIDTHS: Mapping[str, int] = {"minilm": 384, "mpnet": 768, "roberta": 768}


@dataclass(frozen=True)
class NetworkSystem:
    """A network on a frozen sentence encoder, trained by a recipe."""

    name: str
    title: str
    recipe: Recipe
    encoder: str = "minilm"
    measurements: tuple[Measurement, ...] = (STANDARD, TRIPLET, EMOTIONS, LAST)

    def prepare(self, ground: Ground) -> None:
        """Load what the training needs; raise `BadModel` where its weights can't be had."""
        self._encoder(ground)

    def fingerprint(self, ground: Ground, seed: int) -> str:
        """Digest all that decides a trial."""
        splits = ground.train, ground.measured
        return fingerprint(self.recipe, ground.labels, seed, splits, self._encoder(ground))

    def train(self, ground: Ground, seed: int, folder: Path, watchers: Watchers) -> SentEmoContext:
        """Train, or go on with a training that was stopped."""
        return fit(
            self.recipe,
            ground.labels,
            ground.train,
            ground.validation,
            corpus=ground.corpus,
            seed=seed,
            folder=folder,
            encoder=self._encoder(ground),
            watchers=watchers,
        )

    def _encoder(self, ground: Ground) -> Encoder:
        return ground.encoder(self.encoder, self.recipe.encoder.layers)


def recipe_for(name: str, encoder: str, overrides: Mapping[str, str] | None = None) -> Recipe:
    """Load a recipe for an encoder's name and width: context and emotion space are as wide as its embeddings."""
    width = str(WIDTHS[encoder])
    sizes = {"encoder.name": ENCODERS[encoder], "network.context_dim": width, "network.space_dim": width}
    return Recipe.load(name, {**sizes, **(overrides or {})})


def contextual(encoder: str) -> NetworkSystem:
    """SentEmoContext as the paper's text describes it."""
    title = f"SentEmoContext, recipe `paper`, {ENCODERS[encoder]}"
    return NetworkSystem(f"context-{encoder}", title, recipe_for("paper", encoder), encoder)


def direct(encoder: str, *, neutral: bool) -> NetworkSystem:
    """A direct utterance classifier (table 3): six emotions without neutral, or all labels."""
    overrides = {} if neutral else {"batches.drop_neutral": "true"}
    title = f"direct classifier, {ENCODERS[encoder]}, {'all labels' if neutral else 'emotions only'}"
    measurements = (STANDARD, EMOTIONS, LAST) if neutral else (EMOTIONS,)
    name = f"direct-{encoder}-{'all' if neutral else 'emotions'}"
    return NetworkSystem(name, title, recipe_for("direct", encoder, overrides), encoder, measurements)


def tuned() -> NetworkSystem:
    """Recipe `default`: what trains best on the same frozen encoder."""
    return NetworkSystem("default", "SentEmoContext, recipe `default`, all-MiniLM-L6-v2", Recipe.load("default"))


SAMPLER_OFF = {"batches.inverse_frequency": "false"}
WEIGHTS_OFF = {"objective.class_weight_power": "0"}
TRIPLETS_OFF = {"objective.triplet_weight": "0"}
CONTEXT_OFF = {"network.layers": "0"}
PRETRAINING_OFF = {"pretraining.epochs": "0"}


def ablated(name: str, title: str, overrides: Mapping[str, str], epochs: int) -> NetworkSystem:
    """Recipe `paper` on all-MiniLM-L6-v2 with parts switched off, trained for so many epochs."""
    recipe = recipe_for("paper", "minilm", {"schedule.epochs": str(epochs), **overrides})
    return NetworkSystem(f"ablation-{name}", title, recipe, "minilm", (STANDARD, TRIPLET))


def imbalance_study(epochs: int) -> dict[tuple[bool, bool, bool], NetworkSystem]:
    """Section 5.3: balanced sampler, weighted loss and triplets, each on and off, in all eight ways."""
    parts = (("sampler", SAMPLER_OFF), ("weights", WEIGHTS_OFF), ("triplets", TRIPLETS_OFF))
    study = {}
    for number in range(8):
        on = tuple(bool(number >> place & 1) for place in (2, 1, 0))
        off = [(part, overrides) for (part, overrides), is_on in zip(parts, on, strict=True) if not is_on]
        overrides = {key: value for _, settings in off for key, value in settings.items()}
        kept = [part for (part, _), is_on in zip(parts, on, strict=True) if is_on]
        name = "full" if not off else "no-" + "-".join(part for part, _ in off)
        study[on[0], on[1], on[2]] = ablated(name, " + ".join(kept) or "none of them", overrides, epochs)
    return study


def section_5_1(epochs: int) -> tuple[NetworkSystem, ...]:
    """Section 5.1: context, triplets and pre-training off in turn, and all three."""
    return (
        ablated("full", "everything on", {}, epochs),
        ablated("no-context", "context off", CONTEXT_OFF, epochs),
        ablated("no-triplets", "triplets off", TRIPLETS_OFF, epochs),
        ablated("no-pretraining", "pre-training off", PRETRAINING_OFF, epochs),
        ablated("bare", "all three off", {**CONTEXT_OFF, **TRIPLETS_OFF, **PRETRAINING_OFF}, epochs),
    )
