"""A recipe: every setting of a training, in one TOML file."""

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

SHIPPED = ("default", "best", "everyday", "paper", "direct")


@dataclass(frozen=True)
class EncoderChoice:
    """Which encoder reads the utterances, and whether it is trained too."""

    name: str = "all-MiniLM-L6-v2"
    """Hub name, folder, or hashing-DIM."""
    layers: tuple[int, ...] = ()
    """Transformer layers whose mean-pooled states stand behind the sentence embedding."""
    standardize: bool = True
    """Shift and scale each embedding dimension by the training split's mean and deviation; not where tuned."""
    tuned: bool = False
    """Train the encoder together with the network; it must be a BERT."""
    alone: int = 3
    """Where tuned: lower layers that read each utterance alone; those above read its neighbours too."""
    window: int = 3
    """Where tuned: turns before and after that those layers see."""
    max_tokens: int = 96
    """Where tuned: tokens that are read at once; longer utterances are read in pieces, cut at sentence ends."""
    frozen_layers: int = 0
    """Where tuned: lower layers that stay as they are; word embeddings always do. With `alone` or more of them and no
    masked words, those are run once, not in every step."""
    spell_out: bool = False
    """Where tuned: read emoji by their Unicode names, emoticons as words and capitals by a mark."""
    word_dropout: float = 0.0
    """Where tuned: share of an utterance's words that are masked in training."""


@dataclass(frozen=True)
class BatchRules:
    """Which dialogues make a batch."""

    dialogues: int = 32
    """Dialogues in a batch."""
    inverse_frequency: bool = False
    """Draw dialogues by the inverse frequency of their labels (section 4)."""
    neutral_only_weight: float = 1.0
    """How often a dialogue without any emotion is drawn, against one with."""
    causal_share: float = 0.25
    """Share of batches in which no turn sees a later one."""
    isolated: bool = False
    """Train on isolated utterances: each counts as a dialogue."""
    replacement: bool = True
    """Where some dialogues are drawn more often: draw with replacement; otherwise thin out the rest."""
    accumulate: int = 1
    """Parts in which a batch is gone through, to save memory."""
    drop_neutral: bool = False
    """Leave the neutral label out of the training, for the protocol `emotions-only`."""


@dataclass(frozen=True)
class Objective:
    """What is minimised."""

    class_weight_power: float = 0.3
    """Label weights of the cross-entropy are inverse frequencies to this power; 0 weighs all alike."""
    weights_from: Literal["corpus", "batch"] = "corpus"
    """Where label frequencies are counted: over the whole split, or within each batch (section 5.3)."""
    label_smoothing: float = 0.0
    """Share of the target spread over all labels."""
    triplet_weight: float = 0.0
    """Weight of the triplet loss; 0 turns it off."""
    triplets: Literal["all", "hard", "semihard", "label-free"] = "all"
    """Which triplets of a batch count; label-free takes two dropout views of an utterance as the like pair."""
    margin: float = 0.2
    """Margin of the triplet loss (section 3)."""
    per_label: int = 16
    """Utterances of a label that enter a batch's triplets, at most."""
    two_passes: bool = False
    """Step on the cross-entropy, then on the triplets (figure 2); else on their sum."""


@dataclass(frozen=True)
class Contrast:
    """A loss on the points of a batch, beside the cross-entropy."""

    weight: float = 0.0
    """Its weight; 0 turns it off."""
    kind: Literal["supervised", "proxy-anchor"] = "supervised"
    """Supervised contrastive, or proxy-anchor loss."""
    temperature: float = 0.1
    """Divides cosines; for proxy-anchor the inverse of its alpha."""
    memory: int = 0
    """Points of each label that are kept from earlier batches."""


@dataclass(frozen=True)
class Schedule:
    """How long and how fast."""

    epochs: int = 5
    """Epochs at most."""
    learning_rate: float = 1e-3
    """Peak learning rate of AdamW."""
    encoder_learning_rate: float = 6e-5
    """The same for a tuned encoder."""
    weight_decay: float = 0.05
    """Weight decay of AdamW."""
    warmup: float = 0.15
    """Share of the steps in which the rate rises; it falls along a cosine after. With cycles, of those before."""
    cycles: int = 0
    """In each of this many last epochs the learning rate decays once more; the weights at their ends are averaged."""
    cycle_rate: float = 0.5
    """Share of the peak rates at which a cycle begins, and to which they fall before the first."""
    average: float = 0.995
    """Decay of the running average of the weights, which is what is evaluated and kept; 0 averages nothing."""
    clip: float = 1.0
    """Largest norm of a gradient."""
    patience: int = 3
    """Epochs without a better validation MCC after which training stops."""
    keep_best: bool = False
    """Keep the epoch with the best validation MCC, not the last."""
    precision: Literal["float32", "auto"] = "float32"
    """How numbers are multiplied: in 32 bits, or, with auto, as bfloat16 where the machine has such arithmetic."""


@dataclass(frozen=True)
class Pretraining:
    """The classifier's training on isolated utterances (section 3)."""

    epochs: int = 0
    """Epochs; 0 leaves the classifier as it is drawn."""
    learning_rate: float = 1e-3
    """Learning rate of AdamW."""
    batch: int = 256
    """Utterances in a batch."""


@dataclass(frozen=True)
class Mixture:
    """Several corpora trained on at once, for a tuned encoder."""

    label_map: str = "seven"
    """How their labels become one set: a map that ships, or a TOML file."""
    passes: tuple[str, ...] = ()
    """How often an epoch goes through a corpus, as NAME=TIMES; once where none is named."""
    neutral_cap: float = 0.6
    """Largest share of neutral turns of a corpus that are drawn; dialogues without an emotion are thinned out."""
    turns: int = 160
    """Turns in a batch, about."""
    multi_label: str = ""
    """A corpus whose own labels are learnt beside the common ones, several of which may apply."""
    multi_label_weight: float = 1.0
    """Weight of that loss."""


@dataclass(frozen=True)
class DecisionRules:
    """How the classifier's scores become probabilities."""

    temperature: float = 0.0
    """Divides the scores; 0 leaves out the section: probabilities are the scores' softmax."""
    undo: float = 1.0
    """How far the favour that weights and drawing give to rare labels is taken back, 0 to 1."""
    shares: tuple[float, ...] = ()
    """After training on several corpora: the labels' shares that are assumed when labelling, in their order."""


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
        """Read a shipped recipe by name or a TOML file, then apply overrides such as `schedule.epochs` -> `3`.

        Raises `BadInput` for a file that is not a recipe, `UsageError` for an unknown setting or a value out of type.
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
        """Set `section.setting` from text, as a flag gives it."""
        section, _, setting = key.partition(".")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        return self._set(section, setting, value)

    def to_toml(self) -> str:
        """Write the recipe, all settings named."""
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
