"""The numbers by which scores become probabilities and a label, as `network/decision.py` explains them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """How an exported model decides."""

    prior: Sequence[float]
    """(O,), the logarithm of what takes back the favour that training gave to rare labels."""
    temperature: float
    undo: float
    """The share of `prior` that counts when a label is chosen."""
    label_of: Sequence[int] = ()
    """The label that each output stands for; empty where each is its own."""
    threshold: float = 0.0
    """Log odds above which an added output is chosen."""
