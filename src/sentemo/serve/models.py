"""The models that are served, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from sentemo.artifacts.card import LICENCES
from sentemo.artifacts.find import find
from sentemo.errors import UsageError
from sentemo.export.folder import usable_beside
from sentemo.export.load import Form, open_labeler
from sentemo.model import SentEmoContext
from sentemo.serve.emotion_map import EmotionMap
from sentemo.serve.errors import Refusal
from sentemo.serve.schemas import MODEL_NAME

DEFAULT = "everyday"


@dataclass(frozen=True)
class Served:
    """A model under its name."""

    name: str
    labeler: Form
    removable: bool = False
    """Whether clients may replace and remove it: it was adapted here."""
    faster: Form | None = None
    """Its exported form, which labels in its place."""

    @property
    def model(self) -> SentEmoContext:
        """The model with all that it can do; refuse (422) a form that labels, and no more."""
        if isinstance(self.labeler, SentEmoContext):
            return self.labeler
        raise Refusal(422, "This form of a model labels, and no more", "Name another one", "model")

    @cached_property
    def causal(self) -> Served:
        """The same model, reading as it comes."""
        labeler, faster = copy(self.labeler), copy(self.faster)
        labeler.causal = True
        if faster is not None:
            faster.causal = True
        return replace(self, labeler=labeler, faster=faster)

    @cached_property
    def map(self) -> EmotionMap | None:
        """Its map, where it has prototypes."""
        return EmotionMap.of(self.labeler) if isinstance(self.labeler, SentEmoContext) else None

    @property
    def facts(self) -> Mapping[str, Any]:
        """What training recorded."""
        return self.labeler.facts

    def entry(self) -> dict[str, Any]:
        """Give what `/v1/models` says of it."""
        found = self.facts.get("adapted")
        return {
            "name": self.name,
            "labels": list(self.labeler.labels.names),
            "neutral": self.labeler.labels.neutral,
            "adapted": None if found is None else {k: v for k, v in found.items() if k != "trials"},
            "map": {} if self.map is None else self.map.labels,
        }

    def card(self) -> dict[str, Any]:
        """Give what `/v1/model` says of it."""
        if isinstance(self.labeler, SentEmoContext):
            parts = self.labeler.modules().values()
            parameters = sum(p.numel() for part in parts for p in part.parameters())
            encoder = self.labeler.encoder.identity.name
        else:
            parameters, encoder = None, f"its own, {self.labeler.form}"
        return self.entry() | {
            "parameters": parameters,
            "encoder": encoder,
            "licence": LICENCES.get(str(self.facts.get("corpus", "")), ("", "that of its data", ""))[1],
            "facts": {name: str(value) for name, value in self.facts.items() if name != "adapted"},
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


def load_models(specs: list[str], adapted: Path | None, threads: int = 0) -> Models:
    """Load the operator's models (`NAME=SOURCE` or a source), then those in the folder of adapted ones.

    A source is a folder of any form of a model, a hub id, or a shipped model's name. `threads` are those of graphs, 0
    for one. Raises `UsageError` for a name that can't be one or comes twice, `BadModel` for a model that can't be
    loaded.
    """
    named = [_named(spec) for spec in specs or [f"{DEFAULT}=default"]]
    kept = _models_in(adapted)
    _check_names([*(name for name, _ in named), *(folder.name for folder in kept)])
    served = [_load(name, find(source), threads) for name, source in named]
    for folder in kept:
        others = [each.labeler for each in served if isinstance(each.labeler, SentEmoContext)]
        model = _sharing(SentEmoContext.from_pretrained(folder), others)
        served.append(Served(folder.name, model, removable=True))
    return Models(served)


def _load(name: str, folder: Path, threads: int) -> Served:
    beside = usable_beside(folder)
    faster = None if beside is None else open_labeler(beside, threads=threads)
    return Served(name, open_labeler(folder, threads=threads), faster=faster)


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
    return (DEFAULT, spec) if spec == "default" else (Path(spec).name, spec)


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
