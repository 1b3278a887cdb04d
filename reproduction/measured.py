"""One row of a table: what a system reached, or why it was not run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sentemo.evaluation.report import figure_cell
from sentemo.evaluation.seeds import Spread

NOT_HERE = "weights can't be had here"
"""The usual reason why a system of the paper was not run."""


@dataclass(frozen=True)
class Measured:
    """A system's figures under one protocol on one split, mean and sd over seeds; or why there are none."""

    system: str
    protocol: str
    split: str
    figures: Mapping[str, Spread] = field(default_factory=dict)
    """By the names of `evaluation.metrics.FIGURES`, and `precision` and `recall`, averages over the emotions that are
    present, and of `evaluation.seeds.POOLED`; percent but for the MCC."""
    why_not: str = ""
    """Why the system was not run, in a few words; empty where it was."""

    def to_json(self) -> dict[str, Any]:
        """Return the record for machines."""
        told: dict[str, Any] = {"system": self.system, "protocol": self.protocol, "split": self.split}
        if self.why_not:
            return {**told, "not_run": self.why_not}
        return {**told, **{name: asdict(spread) for name, spread in self.figures.items()}}

    def cell(self, figure: str) -> str:
        """Print a figure, with its deviation where there are several seeds; say where there is none."""
        if figure not in self.figures:
            return "not run" if self.why_not else "–"
        spread = self.figures[figure]
        sd = f" ± {figure_cell(figure, spread.sd)}" if spread.sd is not None else ""
        return figure_cell(figure, spread.mean) + sd
