"""Measure several labelers on the same utterances: quality, leads with paired intervals, time and cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

from sentemo.errors import UsageError
from sentemo.evaluation.bootstrap import Difference, paired_bootstrap
from sentemo.evaluation.evaluate import evaluate_predictions
from sentemo.evaluation.metrics import IntArray
from sentemo.evaluation.protocols import PROTOCOLS, read_predictions, select
from sentemo.evaluation.report import MapNote, Report, figure_cell, figure_title, table
from sentemo.types import Conversation, Labeler, LabelSet

SHOWN = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")
"""The figures shown in tables; the JSON has all of them."""


@dataclass(frozen=True, slots=True)
class Effort:
    """The effort of labelling: number of utterances, total seconds, and cost if it has a price."""

    utterances: int
    seconds: float
    cost: float | None = None

    def to_json(self) -> dict[str, float | None]:
        """Return the totals, and seconds and cost per 1,000 utterances."""
        share = 1000 / max(self.utterances, 1)
        per_thousand = {
            "seconds_per_1000": self.seconds * share,
            "cost_per_1000": None if self.cost is None else self.cost * share,
        }
        return {**asdict(self), **per_thousand}


@runtime_checkable
class Metered(Protocol):
    """A labeler that measures its own effort, more precisely than a timer around it."""

    @property
    def effort(self) -> Effort: ...


@dataclass(frozen=True, slots=True)
class Contender:
    """One labeler's report and its lead over the first labeler (empty for the first itself)."""

    report: Report
    effort: Effort
    lead: Mapping[str, Difference]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Labelers on the same utterances under the same protocol; the first is the reference."""

    contenders: tuple[Contender, ...]
    resamples: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """Return each contender's full report, `effort`, and `lead` over the first by figure."""
        return {
            "first": self.contenders[0].report.model,
            "lead_method": self._method(),
            "labelers": [
                {
                    **x.report.to_json(),
                    "effort": x.effort.to_json(),
                    "lead": {name: {**asdict(found), "is_clear": found.is_clear} for name, found in x.lead.items()},
                }
                for x in self.contenders
            ],
        }

    def to_markdown(self) -> str:
        """Return quality and effort, then the leads, as Markdown."""
        first = self.contenders[0].report
        blocks = [
            "# Comparison",
            f"- Protocol: **{first.protocol}** ({PROTOCOLS[first.protocol]})\n- Convention: {first.convention}\n"
            f"- Corpus: {first.corpus or 'not named'}; split: {first.split or 'not named'}\n"
            f"- Scored: {first.scored}{self._map()}\n"
            f"- Intervals: {first.interval_method}",
            self._quality(),
        ]
        if len(self.contenders) > 1:
            blocks += [f"## Lead over {first.model}", f"{self._method()}.", self._leads()]
        return "\n\n".join(blocks) + "\n"

    def _map(self) -> str:
        note = self.contenders[0].report.note
        return "" if note is None else f"; map: **{note.name}**, {note.left_out:,} left out"

    def _method(self) -> str:
        return f"95 % percentiles of a paired bootstrap over dialogues, {self.resamples} resamples, seed {self.seed}"

    def _quality(self) -> str:
        head = ["labeler", *map(figure_title, SHOWN), "P*", "R*", "no label", "s per 1,000", "cost per 1,000"]
        return table(head, [self._row(x) for x in self.contenders])

    def _row(self, x: Contender) -> list[str]:
        report, effort = x.report, x.effort.to_json()
        cells = [
            f"{figure_cell(name, report.metrics.figures[name])} {_span(name, *report.intervals[name])}"
            for name in SHOWN
        ]
        pooled, cost = report.metrics.emotions, effort["cost_per_1000"]
        told = [f"{pooled.precision:.2f}", f"{pooled.recall:.2f}", f"{report.abstained:,}"]
        took = [f"{effort['seconds_per_1000']:.1f}", "–" if cost is None else f"{cost:.4f}"]
        return [report.model, *cells, *told, *took]

    def _leads(self) -> str:
        rows = [
            [
                x.report.model,
                *(
                    f"{figure_cell(name, x.lead[name].value)} {_span(name, x.lead[name].low, x.lead[name].high)}"
                    for name in SHOWN
                ),
            ]
            for x in self.contenders[1:]
        ]
        return table(["labeler", *map(figure_title, SHOWN)], rows)


def compare(
    labelers: Sequence[tuple[str, Labeler]],
    conversations: Sequence[Conversation],
    labels: LabelSet,
    *,
    protocol: str = "standard",
    corpus: str = "",
    split: str = "",
    resamples: int = 1000,
    seed: int = 0,
    on_each: Callable[[str], None] | None = None,
    note: MapNote | None = None,
) -> Comparison:
    """Label all conversations with each labeler, and compare each with the first on paired resamples.

    Under the protocol `map`, gold and predicted labels are the map's, and `note` describes it. Raises as `evaluate`
    does, and `UsageError` if there are no labelers.
    """
    if not labelers:
        raise UsageError("Nothing to compare", "Name at least one labeler")
    selection = select(conversations, labels, protocol)
    first: IntArray | None = None
    contenders = []
    for name, labeler in labelers:
        if on_each:
            on_each(name)
        began = time.monotonic()
        predictions = labeler.predict(conversations)
        clock = Effort(sum(map(len, conversations)), time.monotonic() - began)
        names = {"protocol": protocol, "corpus": corpus, "split": split, "model_name": name}
        report = evaluate_predictions(
            conversations, predictions, labels, resamples=resamples, seed=seed, note=note, **names
        )
        predicted, _ = read_predictions(selection, conversations, predictions)
        lead: Mapping[str, Difference] = {}
        if first is None:
            first = predicted
        else:
            lead = paired_bootstrap(
                selection.gold_for(first),
                first,
                predicted,
                selection.dialogues,
                selection.labels,
                resamples=resamples,
                seed=seed,
                gold_b=selection.gold_for(predicted),
            )
        contenders.append(Contender(report, labeler.effort if isinstance(labeler, Metered) else clock, lead))
    return Comparison(tuple(contenders), resamples, seed)


def _span(name: str, low: float, high: float) -> str:
    return f"[{figure_cell(name, low)}, {figure_cell(name, high)}]"
