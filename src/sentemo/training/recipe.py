"""A recipe: all settings of a training in one TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_type_hints

import tomli_w

from sentemo.errors import BadInput, UsageError
from sentemo.network.shape import NetworkShape
from sentemo.training.ranges import check_range, typed

SHIPPED = ("default", "quick", "best", "everyday", "paper", "direct")


@dataclass(frozen=True)
class EncoderChoice:
    """The encoder of utterances, and whether it is fine-tuned."""

    name: str = "all-MiniLM-L6-v2"
    """Hub name, folder, or hashing-DIM. If tuned, also a trained model (default, or a folder) to start from, whose
    sizes then replace the recipe's."""
    layers: tuple[int, ...] = ()
    """Transformer layers whose mean-pooled states are appended to the sentence embedding."""
    standardize: bool = True
    """Standardise each embedding dimension by the training split's mean and deviation; not if tuned."""
    tuned: bool = False
    """Train the encoder together with the network; it must be a BERT."""
    alone: int = 3
    """If tuned: number of lower layers that read each utterance alone; those above also read its neighbours."""
    window: int = 3
    """If tuned: turns before and after that the upper layers attend to."""
    max_tokens: int = 96
    """If tuned: most tokens read at once; longer utterances are read in pieces, split at sentence ends."""
    frozen_layers: int = 0
    """If tuned: number of frozen lower layers; word embeddings are always frozen. With `alone` or more of them and no
    masked words, these layers are run once, not in every step."""
    spell_out: bool = False
    """If tuned: read emoji by Unicode names, emoticons as words, and mark capitals."""
    word_dropout: float = 0.0
    """If tuned: share of an utterance's words that are masked in training."""


@dataclass(frozen=True)
class BatchRules:
    """How dialogues are drawn to batches."""

    dialogues: int = 32
    """Dialogues in a batch."""
    inverse_frequency: bool = False
    """Draw dialogues by the inverse frequency of their labels (section 4)."""
    neutral_only_weight: float = 1.0
    """How often a dialogue without any emotion is drawn, relative to one with."""
    causal_share: float = 0.25
    """Share of batches in which turns don't attend to later ones."""
    isolated: bool = False
    """Train on isolated utterances: each counts as a dialogue."""
    replacement: bool = True
    """If some dialogues are drawn more often: draw with replacement; otherwise thin out the rest."""
    accumulate: int = 1
    """Gradient accumulation: number of parts of a batch, to save memory."""
    drop_neutral: bool = False
    """Leave the neutral label out of training, for the protocol `emotions-only`."""


@dataclass(frozen=True)
class Objective:
    """The losses."""

    class_weight_power: float = 0.3
    """Label weights of the cross-entropy are inverse frequencies to this power; 0 weights all equally."""
    weights_from: Literal["corpus", "batch"] = "corpus"
    """Where label frequencies are counted: over the whole split, or within each batch (section 5.3)."""
    label_smoothing: float = 0.0
    """Label smoothing: share of the target spread over all labels."""
    triplet_weight: float = 0.0
    """Weight of the triplet loss; 0 turns it off."""
    triplets: Literal["all", "hard", "semihard", "label-free"] = "all"
    """Which triplets of a batch are used; label-free takes two dropout views of an utterance as the positive pair."""
    margin: float = 0.2
    """Margin of the triplet loss (section 3)."""
    per_label: int = 16
    """Most utterances of a label in a batch's triplets."""
    two_passes: bool = False
    """Step on the cross-entropy, then on the triplets (figure 2); otherwise on their sum."""


@dataclass(frozen=True)
class Contrast:
    """A contrastive loss on the points of a batch, added to the cross-entropy."""

    weight: float = 0.0
    """Its weight; 0 turns it off."""
    kind: Literal["supervised", "proxy-anchor"] = "supervised"
    """Supervised contrastive, or proxy-anchor loss."""
    temperature: float = 0.1
    """Cosines are divided by this; for proxy-anchor, the inverse of its alpha."""
    memory: int = 0
    """Points of each label kept from earlier batches."""


@dataclass(frozen=True)
class Schedule:
    """Epochs, learning rates and stopping."""

    epochs: int = 5
    """Most epochs."""
    learning_rate: float = 1e-3
    """Peak learning rate of AdamW."""
    encoder_learning_rate: float = 6e-5
    """Peak learning rate of a tuned encoder."""
    weight_decay: float = 0.05
    """Weight decay of AdamW."""
    warmup: float = 0.15
    """Share of the steps for warm-up, followed by cosine decay. With cycles, of the steps before them."""
    cycles: int = 0
    """In each of this many last epochs the learning rate decays again; the weights at their ends are averaged."""
    cycle_rate: float = 0.5
    """Share of the peak rates at the start of each cycle, and to which they decay before the first."""
    average: float = 0.995
    """Decay of the running average of the weights, which is evaluated and kept; 0 turns averaging off."""
    clip: float = 1.0
    """Largest norm of a gradient."""
    patience: int = 3
    """Epochs without a better validation MCC after which training stops."""
    keep_best: bool = False
    """Keep the epoch with the best validation MCC, not the last."""
    precision: Literal["float32", "auto"] = "float32"
    """Precision of multiplication: float32, or with auto bfloat16 if the machine supports it."""


@dataclass(frozen=True)
class Pretraining:
    """Pre-training of the classifier on isolated utterances (section 3)."""

    epochs: int = 0
    """Epochs; 0 keeps the random initialisation."""
    learning_rate: float = 1e-3
    """Learning rate of AdamW."""
    batch: int = 256
    """Utterances in a batch."""


@dataclass(frozen=True)
class Mixture:
    """Training on several corpora at once, for a tuned encoder."""

    label_map: str = "seven"
    """The label map to a common set: a shipped one, or a TOML file."""
    passes: tuple[str, ...] = ()
    """How often an epoch goes through a corpus, as NAME=TIMES; once by default."""
    neutral_cap: float = 0.6
    """Largest share of neutral turns of a corpus that are drawn; dialogues without an emotion are thinned out."""
    turns: int = 160
    """Approximate number of turns in a batch."""
    multi_label: tuple[str, ...] = ()
    """Corpora whose own labels, several of which may apply, are learnt in addition to the common ones."""
    multi_label_weight: float = 1.0
    """Weight of that loss."""


@dataclass(frozen=True)
class DecisionRules:
    """How the classifier's scores become probabilities."""

    temperature: float = 0.0
    """The scores are divided by this; with 0, this section is ignored and probabilities are the scores' softmax."""
    undo: float = 1.0
    """Prior correction for weights and sampling that favour rare labels, from 0 (none) to 1 (full)."""
    shares: tuple[float, ...] = ()
    """After training on several corpora: the label shares assumed when labelling, in label order."""


@dataclass(frozen=True)
class Recipe:
    """All settings of a training."""

    name: str = "default"
    encoder: EncoderChoice = field(default_factory=EncoderChoice)
    network: NetworkShape = field(default_factory=NetworkShape)
    batches: BatchRules = field(default_factory=BatchRules)
    objective: Objective = field(default_factory=Objective)
    contrast: Contrast = field(default_factory=Contrast)
    schedule: Schedule = field(default_factory=Schedule)
    pretraining: Pretraining = field(default_factory=Pretraining)
    mixture: Mixture = field(default_factory=Mixture)
    decision: DecisionRules = field(default_factory=DecisionRules)

    @classmethod
    def load(cls, name: str | Path, overrides: Mapping[str, str] | None = None) -> Recipe:
        """Load a shipped recipe by name or a TOML file, then apply overrides such as `schedule.epochs` -> `3`.

        Raises `BadInput` if the file is not a recipe, `UsageError` for an unknown setting or a value of the wrong type.
        """
        if str(name) in SHIPPED:
            text = (files("sentemo.training") / "recipes" / f"{name}.toml").read_text(encoding="utf-8")
        else:
            text = _read(Path(name))
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInput(f"The recipe is not valid TOML ({error})", "Fix it", path=name) from error
        recipe = cls.from_tables(tables)
        for key, value in (overrides or {}).items():
            recipe = recipe.override(key, value)
        return recipe

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any]) -> Recipe:
        """Build a recipe from nested tables, strict about names and types."""
        recipe = cls(name=str(tables.get("name", "own")))
        sections = _sections(recipe)
        for section, settings in tables.items():
            if section == "name":
                continue
            if section not in sections or not isinstance(settings, Mapping):
                raise UsageError(f"A recipe has no [{section}]", f"Use: {', '.join(sections)}")
            for key, value in settings.items():
                recipe = recipe._set(section, key, value)
        return recipe

    def override(self, key: str, text: str) -> Recipe:
        """Set `section.setting` from text, as given by a command-line option."""
        section, _, setting = key.partition(".")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        return self._set(section, setting, value)

    def to_toml(self) -> str:
        """Return the recipe as TOML, with all settings."""
        tables = asdict(self)
        for size in ("embedding_dim", "labels"):  # they follow from the encoder and the data
            del tables["network"][size]
        return tomli_w.dumps(tables)

    def _set(self, section: str, key: str, value: Any) -> Recipe:
        sections = _sections(self)
        if section not in sections:
            raise UsageError(f"A recipe has no [{section}]", f"Use: {', '.join(sections)}")
        part = sections[section]
        known = [f.name for f in fields(part) if f.name not in ("embedding_dim", "labels")]
        if key not in known:
            raise UsageError(f"[{section}] has no setting {key!r}", f"Use: {', '.join(known)}")
        hint = get_type_hints(type(part))[key]
        value = typed(section, key, getattr(part, key), hint, value)
        check_range(section, key, hint, value)
        return replace(self, **{section: replace(part, **{key: value})})


def _sections(recipe: Recipe) -> dict[str, Any]:
    return {f.name: getattr(recipe, f.name) for f in fields(recipe) if f.name != "name"}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"The recipe can't be read ({error})",
            f"Name one of {', '.join(SHIPPED)}, or a TOML file",
            path=path,
        ) from error
