"""The served models, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sentemo.artifacts.card import LICENCES
from sentemo.errors import UsageError
from sentemo.loading import Model, load
from sentemo.model import SentEmoContext
from sentemo.serve.emotion_map import EmotionMap
from sentemo.serve.errors import Refusal
from sentemo.serve.schemas import MODEL_NAME

DEFAULT = "everyday"


@dataclass(frozen=True)
class Served:
    """A model and its name."""

    name: str
    labeler: Model
    removable: bool = False
    """Whether it was adapted here, so that clients may replace and remove it."""

    @property
    def model(self) -> SentEmoContext:
        """The model with all features; refuse (422) a form that can only label."""
        if isinstance(self.labeler, SentEmoContext):
            return self.labeler
        raise Refusal(422, "This form of a model can only label", "Name another one", "model")

    @cached_property
    def causal(self) -> Served:
        """The same model, in causal mode."""
        labeler = copy(self.labeler)
        labeler.causal = True
        return replace(self, labeler=labeler)

    @cached_property
    def map(self) -> EmotionMap | None:
        """Its map, if it has prototypes."""
        return EmotionMap.of(self.labeler) if isinstance(self.labeler, SentEmoContext) else None

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of its tags."""
        tags = getattr(self.labeler, "tags", None)
        return () if tags is None else tags.names

    def more_sensitive(self, by: Mapping[str, float]) -> Served:
        """The same model, finding tags more often or less; refuse (404) an unknown tag."""
        if not by:
            return self
        try:
            return replace(self, labeler=self.model.more_sensitive(by))
        except UsageError as error:
            raise Refusal(404, "The model has no such tag", error.next_step, "tag_sensitivity") from None

    @property
    def facts(self) -> Mapping[str, Any]:
        """What training recorded."""
        return self.labeler.facts

    def entry(self) -> dict[str, Any]:
        """Return its entry in `/v1/models`."""
        found = self.facts.get("adapted")
        told = {} if found is None else {k: v for k, v in found.items() if k not in ("trials", "mistaken")}
        return {
            "name": self.name,
            "labels": list(self.labeler.labels.names),
            "tags": list(self.tags),
            "neutral": self.labeler.labels.neutral,
            "adapted": {"tags": {}} | told if told else None,
            "map": {} if self.map is None else self.map.labels,
        }

    def card(self) -> dict[str, Any]:
        """Return the reply of `/v1/model`."""
        if isinstance(self.labeler, SentEmoContext):
            parameters: int | None = self.labeler.runner.parameters
            encoder = self.labeler.runner.architecture.encoder.name
        else:
            parameters, encoder = None, f"its own, {self.labeler.form}"
        return self.entry() | {
            "parameters": parameters,
            "encoder": encoder,
            "licence": LICENCES.get(str(self.facts.get("corpus", "")), ("", "that of its data", ""))[1],
            "facts": {name: str(value) for name, value in self.facts.items() if name != "adapted"},
        }


class Models:
    """All served models. Only the slow worker's thread adds and removes models."""

    def __init__(self, served: list[Served]) -> None:
        self._by_name = {each.name: each for each in served}
        self.default = served[0].name

    def get(self, name: str | None) -> Served:
        """Return a model, the default one without a name; refuse (404) an unknown name."""
        found = self._by_name.get(self.default if name is None else name)
        if found is None:
            raise Refusal(404, "Unknown model", "GET /v1/models lists them", "model")
        return found

    def find(self, name: str) -> Served | None:
        """Return a model, or None."""
        return self._by_name.get(name)

    def put(self, served: Served) -> None:
        """Serve a model, replacing the one of the same name."""
        self._by_name[served.name] = served

    def remove(self, name: str) -> None:
        """Stop serving a model."""
        self._by_name.pop(name, None)

    def __iter__(self) -> Iterator[Served]:
        return iter([*self._by_name.values()])

    @property
    def adapted(self) -> int:
        """The number of models adapted here."""
        return sum(each.removable for each in self._by_name.values())


def load_models(specs: list[str], adapted: Path | None, threads: int = 0) -> Models:
    """Load the operator's models (`NAME=SOURCE` or a source), then those in the folder of adapted ones.

    A source is a folder of any form of a model, a hub id, or a shipped model's name. `threads` are those of graphs, 0
    for one. Raises `UsageError` for an invalid or duplicate name, `BadModel` for a model that can't be loaded.
    """
    named = [_named(spec) for spec in specs or [f"{DEFAULT}=default"]]
    kept = _models_in(adapted)
    _check_names([*(name for name, _ in named), *(folder.name for folder in kept)])
    served = [Served(name, load(source, threads=threads)) for name, source in named]
    for folder in kept:
        others = [each.labeler for each in served if isinstance(each.labeler, SentEmoContext)]
        model = _sharing(SentEmoContext.from_pretrained(folder), others)
        served.append(Served(folder.name, model, removable=True))
    return Models(served)


def _check_names(names: list[str]) -> None:
    for name in names:
        if not re.match(MODEL_NAME, name):
            raise UsageError(f"A model can't be named {name!r}", "Use letters, digits, '.', '_' and '-': NAME=FOLDER")
        if names.count(name) > 1:
            raise UsageError(f"Two models are named {name!r}", "Give each its own name: --model NAME=FOLDER")


def _named(spec: str) -> tuple[str, str]:
    name, equals, source = spec.partition("=")
    if equals:
        return name, source
    return (DEFAULT, spec) if spec == "default" else (Path(spec).name, spec)


def _models_in(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.parent for path in folder.glob("[!.]*/manifest.json"))


def _sharing(model: SentEmoContext, others: list[SentEmoContext]) -> SentEmoContext:
    """Let an adapted model share the graphs of its base model, so that they are in memory only once."""
    same = (other for other in others if model.runner.key and other.runner.key == model.runner.key)
    base = next(same, None)
    return model if base is None else replace(model, runner=base.runner)
