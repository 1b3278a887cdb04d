"""The paper's Table 4: large language models, asked for the last utterance of each dialogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reproduction.exhibit import Exhibit
from reproduction.measured import NOT_HERE, Measured
from reproduction.tables.published import PublishedRow, published
from reproduction.tables.rows import Sheet
from sentemo.errors import BadInput
from sentemo.evaluation.metrics import FIGURES as FIGURES_OF_REPORTS
from sentemo.evaluation.seeds import POOLED, Spread

PROTOCOL = "last-utterance"
FIGURES = ("precision", "recall", "macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")
NOTES = (
    "Zero-shot, with a prompt that asks for the emotion of the last utterance. Our P and R are micro averages over the "
    "emotions, so that micro-F1* = 2PR/(P+R) but for the rounding. Of the printed P and R this is not true: 2PR/(P+R) "
    "is 25.73 and 46.92, where 24.92 and 43.37 are printed.",
    "Section 5.2 of the paper sets these beside Table 3, which is of other utterances by another protocol.",
)


def table4(measured: Sequence[Measured], *, tell_missing: bool = True) -> Exhibit:
    """Lay out the rows of `last-utterance`; a published model that was not measured may be said not to be run.

    A measured row is taken for a published model's whose name is in its own, such as `llama2-7b` in
    `Llama-2-7b-chat-hf`. Rows of other protocols are left out.
    """
    sheet = Sheet(FIGURES)
    known = published("table-4")
    given = [_micro(row) for row in measured if row.protocol == PROTOCOL]
    missing = [row for row in known if not any(_is_of(each, row) for each in given)] if tell_missing else []
    ours = [*given, *map(_not_run, missing)]
    return Exhibit(
        name="table-4",
        title="Table 4. Language models on the last utterance of each dialogue",
        columns=sheet.columns,
        rows=(*(sheet.published(row, PROTOCOL) for row in known), *map(sheet.measured, ours)),
        data={
            "published": [row.to_json(PROTOCOL) for row in known],
            "measured": [row.to_json() for row in ours],
        },
        notes=(*NOTES, *sheet.notes()),
    )


def compared_rows(comparison: Any) -> list[Measured]:
    """Read the rows of `sentemo compare --json`.

    Raises `BadInput` for anything else, or for a comparison of other utterances than the published rows are of.
    """
    try:
        rows = [_compared(report) for report in comparison["labelers"]]
        about = {(report["corpus"], report["protocol"]) for report in comparison["labelers"]}
    except (KeyError, TypeError) as error:
        raise BadInput("It holds no comparison", "Give what sentemo compare --json printed") from error
    if about != {("dailydialog", PROTOCOL)}:
        raise BadInput(
            "Table 4 is of DailyDialog by last-utterance", f"Compare by --protocol {PROTOCOL} on dailydialog"
        )
    return rows


def _compared(report: Mapping[str, Any]) -> Measured:
    figures = {name: Spread.of([report[name]]) for name in (*FIGURES_OF_REPORTS, *POOLED)}
    return Measured(report["model"], report["protocol"], report["split"], figures)


def _micro(row: Measured) -> Measured:
    """Take precision and recall of all emotions pooled; a trial of an older version has none."""
    named = {"micro_precision_no_neutral": "precision", "micro_recall_no_neutral": "recall"}
    others = {name: spread for name, spread in row.figures.items() if name not in named.values()}
    return replace(row, figures={named.get(name, name): spread for name, spread in others.items()})


def _not_run(row: PublishedRow) -> Measured:
    return Measured(row.model, PROTOCOL, "", why_not=NOT_HERE)


def _is_of(measured: Measured, row: PublishedRow) -> bool:
    return _letters(row.model) in _letters(measured.system)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
