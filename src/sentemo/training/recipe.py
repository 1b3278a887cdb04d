"""A recipe: every setting of a training, in one TOML file."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import tomli_w

from sentemo.errors import BadInput, UsageError
from sentemo.network.shape import NetworkShape

SHIPPED = ("default", "paper", "direct")
POSITIVE = ("context_dim", "space_dim", "heads", "dialogues", "per_label", "clip", "patience", "batch")
SHARES = ("dropout", "input_dropout", "causal_share", "label_smoothing", "warmup", "average")


@dataclass(frozen=True)
class EncoderChoice:
    """Which frozen encoder reads the utterances."""

    name: str = "all-MiniLM-L6-v2"
    """Hub name, folder, or hashing-DIM."""
    layers: tuple[int, ...] = ()
    """Transformer layers whose mean-pooled states stand behind the sentence embedding."""
    standardize: bool = True
    """Shift and scale each embedding dimension by the training split's mean and deviation."""


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
    drop_neutral: bool = False
    """Leave the neutral label out of the training, for the protocol `emotions-only`."""


@dataclass(frozen=True)
class Objective:
    """What is minimised."""

    class_weight_power: float = 0.3
    """Label weights of the cross-entropy are inverse frequencies to this power; 0 weighs all alike."""
    weights_from: Literal["corpus", "batch"] = "corpus"
    """Where label frequencies are counted: over the split, or anew in each batch (section 5.3)."""
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
class Schedule:
    """How long and how fast."""

    epochs: int = 5
    """Epochs at most."""
    learning_rate: float = 1e-3
    """Peak learning rate of AdamW."""
    weight_decay: float = 0.05
    """Weight decay of AdamW."""
    warmup: float = 0.15
    """Share of the steps in which the rate rises; it falls along a cosine after."""
    average: float = 0.995
    """Decay of the running average of the weights, which is what is evaluated and kept; 0 averages nothing."""
    clip: float = 1.0
    """Largest norm of a gradient."""
    patience: int = 3
    """Epochs without a better validation MCC after which training stops."""
    keep_best: bool = False
    """Keep the epoch with the best validation MCC, not the last."""


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
class Recipe:
    """All settings of a training."""

    name: str = "default"
    encoder: EncoderChoice = field(default_factory=EncoderChoice)
    network: NetworkShape = field(default_factory=NetworkShape)
    batches: BatchRules = field(default_factory=BatchRules)
    objective: Objective = field(default_factory=Objective)
    schedule: Schedule = field(default_factory=Schedule)
    pretraining: Pretraining = field(default_factory=Pretraining)

    @classmethod
    def load(cls, name: str | Path, overrides: Mapping[str, str] | None = None) -> Recipe:
        """Read a shipped recipe by name or a TOML file, then apply overrides such as `schedule.epochs` -> `3`.

        Raises `BadInput` for a file that is no recipe, `UsageError` for an unknown setting or a value out of type.
        """
        if str(name) in SHIPPED:
            text = (files("sentemo.training") / "recipes" / f"{name}.toml").read_text(encoding="utf-8")
        else:
            text = _read(Path(name))
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInput(f"The recipe is no TOML ({error})", "Mend it", path=name) from error
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
        value = _typed(section, key, getattr(part, key), value)
        _check_range(section, key, get_type_hints(type(part))[key], value)
        return replace(self, **{section: replace(part, **{key: value})})


def _sections(recipe: Recipe) -> dict[str, Any]:
    return {f.name: getattr(recipe, f.name) for f in fields(recipe) if f.name != "name"}


def _typed(section: str, key: str, default: Any, value: Any) -> Any:
    """Give the value in the type of the setting's default; a number without a point serves as a float."""
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(default, tuple) and isinstance(value, list) and all(type(item) is int for item in value):
        return tuple(value)
    if type(value) is not type(default):
        raise UsageError(f"{section}.{key} = {value!r} is a {type(value).__name__}", f"Give a {type(default).__name__}")
    return value


def _check_range(section: str, key: str, hint: Any, value: Any) -> None:
    """Refuse a word that is none of the setting's, and a number that makes no sense for it; none is negative."""
    if get_origin(hint) is Literal and value not in get_args(hint):
        raise UsageError(f"{section}.{key} = {value!r} is not known", f"Use one of: {', '.join(get_args(hint))}")
    if isinstance(value, int | float):
        most = 1 if key in SHARES else math.inf
        if not 0 <= value <= most or value == math.inf or (key in POSITIVE and not value):
            span = "from 0 to 1" if key in SHARES else "above 0" if key in POSITIVE else "of 0 or more"
            raise UsageError(f"{section}.{key} = {value} makes no sense", f"Give a number {span}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"The recipe can't be read ({error})",
            f"Name one of {', '.join(SHIPPED)}, or a TOML file",
            path=path,
        ) from error
