"""The models that are served, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from sentemo.artifacts.card import LICENCES
from sentemo.errors import UsageError
from sentemo.model import SentEmoContext
from sentemo.serve.emotion_map import EmotionMap
from sentemo.serve.errors import Refusal
from sentemo.serve.schemas import MODEL_NAME

SHIPPED = "shipped"


@dataclass(frozen=True)
class Served:
    """A model under its name."""

    name: str
    model: SentEmoContext
    removable: bool = False
    """Whether clients may replace and remove it: it was adapted here."""

    @cached_property
    def causal(self) -> SentEmoContext:
        """The same model, reading as it comes."""
        return replace(self.model, causal=True)

    @cached_property
    def map(self) -> EmotionMap | None:
        """Its map, where it has prototypes."""
        return EmotionMap.of(self.model)

    def entry(self) -> dict[str, Any]:
        """Give what `/v1/models` says of it."""
        found = self.model.adaptation
        return {
            "name": self.name,
            "labels": list(self.model.labels.names),
            "neutral": self.model.labels.neutral,
            "adapted": None if found is None else {k: v for k, v in found.to_json().items() if k != "trials"},
            "map": {} if self.map is None else self.map.labels,
        }

    def card(self) -> dict[str, Any]:
        """Give what `/v1/model` says of it."""
        facts = self.model.facts
        parts = self.model.modules().values()
        return self.entry() | {
            "parameters": sum(p.numel() for part in parts for p in part.parameters()),
            "encoder": self.model.encoder.identity.name,
            "licence": LICENCES.get(str(facts.get("corpus", "")), ("", "that of its data", ""))[1],
            "facts": {name: str(value) for name, value in facts.items() if name != "adapted"},
        }


class Models:
    """All served models. Only the slow worker's thread changes which there are."""

    def __init__(self, served: list[Served]) -> None:
        self._by_name = {each.name: each for each in served}
        self.default = served[0].name

    def get(self, name: str | None) -> Served:
        """Give a model, the default one without a name; refuse (404) an unknown name."""
        found = self._by_name.get(self.default if name is None else name)
        if found is None:
            raise Refusal(404, "There is no model of that name", "GET /v1/models names them", "model")
        return found

    def find(self, name: str) -> Served | None:
        """Give a model, or None."""
        return self._by_name.get(name)

    def put(self, served: Served) -> None:
        """Serve a model, in place of the one of the same name."""
        self._by_name[served.name] = served

    def remove(self, name: str) -> None:
        """Serve it no longer."""
        self._by_name.pop(name, None)

    def __iter__(self) -> Iterator[Served]:
        return iter([*self._by_name.values()])

    @property
    def adapted(self) -> int:
        """How many were adapted here."""
        return sum(each.removable for each in self._by_name.values())


def load_models(specs: list[str], adapted: Path | None) -> Models:
    """Load the operator's models (`NAME=SOURCE` or a source), then those in the folder of adapted ones.

    A source is a folder, a hub id, or `default`, the shipped model. Raises `UsageError` for a name that can't be one or
    comes twice, `BadModel` for a model that can't be loaded.
    """
    named = [_named(spec) for spec in specs or [f"{SHIPPED}=default"]]
    kept = _models_in(adapted)
    _check_names([*(name for name, _ in named), *(folder.name for folder in kept)])
    served = [Served(name, SentEmoContext.from_pretrained(source)) for name, source in named]
    for folder in kept:
        model = _sharing(SentEmoContext.from_pretrained(folder), [each.model for each in served])
        served.append(Served(folder.name, model, removable=True))
    return Models(served)


def _check_names(names: list[str]) -> None:
    for name in names:
        if not re.match(MODEL_NAME, name):
            raise UsageError(f"A model can't be named {name!r}", "Use letters, digits, '.', '_' and '-': NAME=FOLDER")
        if names.count(name) > 1:
            raise UsageError(f"Two models are named {name!r}", "Give each a name of its own: --model NAME=FOLDER")


def _named(spec: str) -> tuple[str, str]:
    name, equals, source = spec.partition("=")
    if equals:
        return name, source
    return (SHIPPED, spec) if spec == "default" else (Path(spec).name, spec)


def _models_in(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.parent for path in folder.glob("[!.]*/manifest.json"))


def _sharing(model: SentEmoContext, others: list[SentEmoContext]) -> SentEmoContext:
    """Let a model that was adapted from another use that one's tensors, so that they are in memory once."""
    for other in others:
        if _same(model, other):
            return replace(model, encoder=other.encoder, network=other.network, neighbours=other.neighbours)
    return model


def _same(one: SentEmoContext, other: SentEmoContext) -> bool:
    ours, theirs = (
        {prefix: part for prefix, part in model.modules().items() if prefix in ("reader.", "network.", "neighbours.")}
        for model in (one, other)
    )
    return ours.keys() == theirs.keys() and all(
        a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)
        for a, b in ((ours[prefix].state_dict(), theirs[prefix].state_dict()) for prefix in ours)
    )
