"""The numbers by which a model decides, apart from what computes with them (`judgement.py`): no numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """The numbers by which a model decides."""

    prior: Sequence[float]
    """(O,), added to the scores: the logarithm of what brings them from training's label shares to the stated ones."""
    temperature: float
    """Divides the scores afterwards (Guo et al. 2017)."""
    label_of: Sequence[int] = ()
    """The label that each output stands for; empty where each is its own."""
    threshold: float = 0.0
    """Taken from the log odds of added outputs."""


PLAIN = Rule([0.0], 1.0)
"""Probabilities are the scores' softmax; for any number of labels."""
