"""A small model, and its graphs."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from sentemo.judgement import Rule
from sentemo.model import SentEmoContext
from tests.artifacts.models import random_model
from tests.encoders.readers import tiny_reader
from tests.once import made_once


def small_model(seed: int = 0) -> SentEmoContext:
    """Make a random model that reads dialogues, with a decision of its own."""
    model = random_model(seed, encoder=tiny_reader(seed))
    model.decision = Rule((-0.2, 0.9, 0.5, 0.1), 1.3)
    return model


def small_graphs(precision: str) -> Path:
    """Return the folder of its graphs in 32 or in 8 bits (in which so small a model has few large layers)."""
    from sentemo.export.write import export

    return made_once(f"small-{precision}", partial(export, small_model(), precision=precision))
