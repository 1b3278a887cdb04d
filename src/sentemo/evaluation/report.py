"""The report of one evaluation: its figures, with the protocol and the convention behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sentemo.evaluation.bootstrap import Interval
from sentemo.evaluation.calibration import Calibration
from sentemo.evaluation.metrics import FIGURES, Metrics
from sentemo.evaluation.neutral import NeutralFigures
from sentemo.evaluation.protocols import PROTOCOLS
from sentemo.types import LabelSet

TITLES = {
    "macro_f1_no_neutral": "macro-F1*",
    "micro_f1_no_neutral": "micro-F1*",
    "macro_f1": "macro-F1, all labels",
    "weighted_f1": "weighted-F1, all labels",
    "mcc": "MCC",
    "accuracy": "accuracy",
}


def figure_title(name: str) -> str:
    """Return the printed name of a figure."""
    return TITLES[name]


def figure_cell(name: str, value: float) -> str:
    """Format a figure: percent with two decimals, MCC with three; never a negative zero."""
    text = f"{value:.3f}" if name == "mcc" else f"{value:.2f}"
    return text.removeprefix("-") if not float(text) else text


OTHER = "(none of these)"
"""The name of the column for predictions that are none of the labels."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, with the first column left-aligned and numbers right-aligned."""
    rule = [":--", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(_cell(text) for text in row) + " |" for row in (head, rule, *rows))


def text_matrix(names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Return a fenced block of aligned counts with row and column names."""
    others = [OTHER] * (len(counts[0]) - len(names))
    cells = [["", *names, *others], *([name, *map(str, row)] for name, row in zip(names, counts, strict=True))]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(x.rjust(w) for x, w in zip(row[1:], widths[1:], strict=True))])
        for row in cells
    ]
    return "\n".join(["```text", *lines, "```"])


def _cell(text: str) -> str:
    """Escape bars and line breaks, so that a name stays inside its cell."""
    return " ".join(text.split()).replace("|", "\\|")


@dataclass(frozen=True, slots=True)
class MapNote:
    """How a label map translated a corpus's gold labels, and what means neutral in it."""

    name: str
    neutral: str | None
    left_out: int
    """Turns that have labels, none of which the map covers."""
    silent: tuple[str, ...] = ()
    """The corpus's labels that the map doesn't cover."""


@dataclass(frozen=True, slots=True)
class Report:
    """One evaluation. A report can't be made without its protocol and its convention."""

    protocol: str
    convention: str
    labels: LabelSet
    n: int
    """The number of scored utterances."""
    dialogues: int
    """The number of dialogues these utterances come from."""
    metrics: Metrics
    intervals: Mapping[str, Interval]
    interval_method: str
    baselines: Mapping[str, Mapping[str, float]]
    """The figures of `majority` and `uniform` (or of `chance`, under `triplet`) on the same utterances."""
    corpus: str = ""
    split: str = ""
    model: str = ""
    deviations: Mapping[str, float] = field(default_factory=dict)
    """Standard deviations over resamplings, under `triplet`."""
    calibration: Calibration | None = None
    draw: Mapping[str, float] = field(default_factory=dict)
    """Under `triplet`: `triplets`, `resamplings` and `tie_percent`."""
    abstained: int = 0
    """The number of scored utterances that got no label; they count as wrong."""
    neutral: NeutralFigures | None = None
    """None if no label means neutral, and under protocols that don't use it."""
    note: MapNote | None = None
    """Under `map`: the map, and what it left out."""
    sets: int = 0
    """Under `map`: the number of scored utterances for which several labels are right."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values; percent as in `convention`, `ece` in [0, 1]."""
        out: dict[str, Any] = {
            "protocol": self.protocol,
            "scored": PROTOCOLS[self.protocol],
            "corpus": self.corpus,
            "split": self.split,
            "model": self.model,
            "n": self.n,
            "dialogues": self.dialogues,
            "convention": self.convention,
            "interval_method": self.interval_method,
        }
        for name in FIGURES:
            out[name] = self.metrics.figures[name]
            if name in self.deviations:
                out[f"{name}_sd"] = self.deviations[name]
            out[f"{name}_interval"] = list(self.intervals[name])
        pooled = self.metrics.emotions
        out |= {"micro_precision_no_neutral": pooled.precision, "micro_recall_no_neutral": pooled.recall}
        out["abstained"] = self.abstained
        out |= self.draw
        if self.calibration is not None:
            out |= {
                "ece": self.calibration.ece,
                "calibration_bins": [asdict(x) for x in self.calibration.bins],
            }
            if self.calibration.interval is not None:
                out["ece_interval"] = list(self.calibration.interval)
        if self.neutral is not None:
            out |= self.neutral.to_json()
        if self.note is not None:
            out |= {"map": self.note.name, "left_out": self.note.left_out, "silent_labels": list(self.note.silent)}
            out["several_right"] = self.sets
        out["per_label"] = {name: asdict(row) for name, row in self.metrics.per_label.items()}
        out["confusion_matrix"] = {
            "labels": list(self.labels.names),
            "counts": [list(row) for row in self.metrics.counts],
        }
        out["baselines"] = {name: dict(figures) for name, figures in self.baselines.items()}
        return out

    @property
    def scored(self) -> str:
        """What was scored: 1,202 utterances of 2 dialogues."""
        utterances, dialogues = (
            f"{count:,} {noun}{'' if count == 1 else 's'}"
            for count, noun in ((self.n, "utterance"), (self.dialogues, "dialogue"))
        )
        return f"{utterances} of {dialogues}"

    def to_markdown(self) -> str:
        """Return the report as Markdown: headline figures next to the baselines, labels, confusion matrix."""
        blocks = [
            f"# Evaluation: {self.model or 'model'}",
            self._preamble(),
            "## Figures",
            self._headline(),
            "## Labels",
            self._label_table(),
            "## Confusion matrix",
            "Rows are gold labels, columns predicted ones.",
            text_matrix(self.labels.names, self.metrics.counts),
        ]
        return "\n\n".join(blocks) + "\n"

    def _preamble(self) -> str:
        lines = [
            f"- Protocol: **{self.protocol}** ({PROTOCOLS[self.protocol]})",
            f"- Convention: {self.convention}",
            f"- Corpus: {self.corpus or 'not named'}; split: {self.split or 'not named'}",
            f"- Scored: {self.scored}",
            f"- Intervals: {self.interval_method}",
        ]
        if self.note is not None:
            silent = f" ({', '.join(self.note.silent)})" if self.note.silent else ""
            lines.append(
                f"- Map: **{self.note.name}**; several labels are right of {self.sets:,} utterances; left out, as "
                f"their label says nothing in it: {self.note.left_out:,}{silent}"
            )
        pooled = self.metrics.emotions
        lines.append(f"- All emotions pooled (micro *): precision {pooled.precision:.2f}, recall {pooled.recall:.2f}")
        if self.abstained:
            lines.append(f"- No label given: {self.abstained:,} ({self.abstained / self.n:.1%}), counted as wrong")
        if self.draw:
            ties = f"ties, which count as right: {self.draw['tie_percent']:.2f} %"
            lines.append(f"- Triplets: {self.draw['triplets']:,} in each of {self.draw['resamplings']}; {ties}")
        if self.calibration is not None:
            bins, ece = len(self.calibration.bins), self.calibration.ece
            told = "" if self.calibration.interval is None else " [{:.3f}, {:.3f}]".format(*self.calibration.interval)
            lines.append(f"- Expected calibration error ({bins} bins): {ece:.3f}{told}")
        if self.neutral is not None:
            lines.append(f"- Neutral: {self.neutral}")
        return "\n".join(lines)

    def _headline(self) -> str:
        head = ["figure", "value", *(["sd"] if self.deviations else []), "95 % interval", *self.baselines]
        rows = []
        for name in FIGURES:
            low, high = (figure_cell(name, bound) for bound in self.intervals[name])
            spread = [figure_cell(name, self.deviations[name])] if self.deviations else []
            beside = [figure_cell(name, figures[name]) for figures in self.baselines.values()]
            value = figure_cell(name, self.metrics.figures[name])
            rows.append([figure_title(name), value, *spread, f"{low} to {high}", *beside])
        return table(head, rows)

    def _label_table(self) -> str:
        rows = [
            [name, f"{row.precision:.2f}", f"{row.recall:.2f}", f"{row.f1:.2f}", f"{row.support:,}"]
            for name, row in self.metrics.per_label.items()
        ]
        return table(["label", "precision", "recall", "F1", "support"], rows)


def figures_in_a_line(report: Report) -> str:
    """Return the three figures with their intervals."""

    def shown(name: str, figure: str, digits: int) -> str:
        low, high = report.intervals[figure]
        return f"{name} {report.metrics.figures[figure]:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"

    figures = (
        shown("macro-F1*", "macro_f1_no_neutral", 1),
        shown("micro-F1*", "micro_f1_no_neutral", 1),
        shown("MCC", "mcc", 3),
    )
    return f"{report.n:,} utterances, {report.protocol}: {', '.join(figures)}"
