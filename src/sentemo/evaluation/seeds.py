"""Summarise the reports of several seeds: mean, standard deviation, number of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sentemo.errors import UsageError
from sentemo.evaluation.metrics import FIGURES
from sentemo.evaluation.report import Report, figure_cell, figure_title, table

POOLED = {"micro_precision_no_neutral": "micro precision*", "micro_recall_no_neutral": "micro recall*"}


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean of a figure over n runs and its sample standard deviation (ddof 1; None for one run)."""

    mean: float
    sd: float | None
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise the values of the runs."""
        sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
        return cls(float(np.mean(values)), sd, len(values))


@dataclass(frozen=True, slots=True)
class SeedSummary:
    """Results of several runs of one recipe on the same utterances under the same protocol."""

    protocol: str
    convention: str
    corpus: str
    split: str
    models: tuple[str, ...]
    figures: Mapping[str, Spread]
    label_f1: Mapping[str, Spread]
    pooled: Mapping[str, Spread]
    """Precision and recall of all emotions pooled, by their names in a report's JSON."""
    abstained: Spread
    baselines: Mapping[str, Mapping[str, float]]
    """From the first run: majority and chance are the same for all."""

    def to_json(self) -> dict[str, Any]:
        """Return each figure's mean under its own name, its deviation with the suffix `_sd`, and `runs`."""
        out: dict[str, Any] = {
            "protocol": self.protocol,
            "corpus": self.corpus,
            "split": self.split,
            "models": list(self.models),
            "runs": len(self.models),
            "convention": self.convention,
        }
        every = {**self.figures, **self.pooled, "abstained": self.abstained}
        for name, spread in every.items():
            out |= {name: spread.mean, f"{name}_sd": spread.sd}
        out["per_label"] = {name: {"f1": x.mean, "f1_sd": x.sd} for name, x in self.label_f1.items()}
        out["baselines"] = {name: dict(figures) for name, figures in self.baselines.items()}
        return out

    def to_markdown(self) -> str:
        """Return the means and deviations as Markdown tables."""
        rows = [
            [
                figure_title(name),
                *_cells(name, spread),
                *(figure_cell(name, x[name]) for x in self.baselines.values()),
            ]
            for name, spread in self.figures.items()
        ]
        rows += [[POOLED[name], *_cells(name, x), *[""] * len(self.baselines)] for name, x in self.pooled.items()]
        if self.abstained.mean:
            rows += [["no label given, utterances", *_cells("", self.abstained), *[""] * len(self.baselines)]]
        labels = [[name, *_cells("f1", spread)] for name, spread in self.label_f1.items()]
        blocks = [
            f"# Evaluation of {len(self.models)} runs",
            f"- Protocol: **{self.protocol}**\n- Convention: {self.convention}\n"
            f"- Corpus: {self.corpus or 'not named'}; split: {self.split or 'not named'}",
            table(["figure", "mean", "sd", "runs", *self.baselines], rows),
            table(["label", "mean F1", "sd", "runs"], labels),
        ]
        return "\n\n".join(blocks) + "\n"


def summarise(reports: Sequence[Report]) -> SeedSummary:
    """Return mean and deviation over reports of the same utterances.

    Raises `UsageError` if there are no reports, or they differ in protocol, convention, corpus, split or size.
    """
    if not reports:
        raise UsageError("No reports to summarise", "Give at least one")
    first = reports[0]
    for key in ("protocol", "convention", "corpus", "split", "n", "dialogues"):
        found = {getattr(report, key) for report in reports}
        if len(found) > 1:
            raise UsageError(
                f"The reports differ in {key}: {', '.join(sorted(map(repr, found)))}",
                "Summarise runs that were measured on the same utterances in the same way",
            )
    return SeedSummary(
        protocol=first.protocol,
        convention=first.convention,
        corpus=first.corpus,
        split=first.split,
        models=tuple(report.model for report in reports),
        figures={name: Spread.of([x.metrics.figures[name] for x in reports]) for name in FIGURES},
        label_f1={name: Spread.of([x.metrics.per_label[name].f1 for x in reports]) for name in first.labels.names},
        pooled={
            "micro_precision_no_neutral": Spread.of([x.metrics.emotions.precision for x in reports]),
            "micro_recall_no_neutral": Spread.of([x.metrics.emotions.recall for x in reports]),
        },
        abstained=Spread.of([x.abstained for x in reports]),
        baselines=first.baselines,
    )


def _cells(name: str, spread: Spread) -> list[str]:
    sd = "" if spread.sd is None else figure_cell(name, spread.sd)
    return [figure_cell(name, spread.mean), sd, str(spread.n)]
