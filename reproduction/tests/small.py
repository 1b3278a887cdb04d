"""A small reproduction that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reproduction.ground import ENCODERS, Ground
from reproduction.lab import Lab
from reproduction.systems import NetworkSystem, contextual
from sentemo.training.fitting import Split, Watchers
from tests.dialogues import FOUR, template_dialogues

TRAIN, VALIDATION = Split("train", template_dialogues(30, 0)), Split("validation", template_dialogues(12, 1))


def small_ground(**changes: object) -> Ground:
    """Return a ground of the project's own sentences, with hashed words for MiniLM and nothing for the others."""
    nowhere = dict.fromkeys(ENCODERS, "nowhere/nothing")
    ground = Ground("small", FOUR, TRAIN, VALIDATION, VALIDATION, {**nowhere, "minilm": "hashing-384"})
    return replace(ground, **changes)  # type: ignore[arg-type]


def small_system(encoder: str = "minilm") -> NetworkSystem:
    """Return SentEmoContext by recipe `paper`, two epochs long."""
    system = contextual(encoder)
    return replace(system, recipe=system.recipe.override("schedule.epochs", "2").override("pretraining.epochs", "1"))


def small_lab(out: Path, *, runs: int = 1, ground: Ground | None = None, trained: list[str] | None = None) -> Lab:
    """Return a lab that notes what it trains."""

    @contextmanager
    def watch(what: str) -> Iterator[Watchers]:
        if trained is not None:
            trained.append(what)
        yield Watchers()

    return Lab(ground or small_ground(), out, lambda _: runs, watch)
