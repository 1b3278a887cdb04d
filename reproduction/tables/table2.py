"""The paper's Table 2: who reaches what, with the figures that can't be compared set apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reproduction.exhibit import Exhibit
from reproduction.measured import Measured
from reproduction.tables.published import PublishedRow, published
from reproduction.tables.rows import COLUMNS, Row, Sheet
from sentemo.errors import UsageError

PAPER = "dailydialog"
STARRED = ("macro_f1_no_neutral", "micro_f1_no_neutral")
LEADING = {"dailydialog": STARRED, "meld": ("weighted_f1",), "emorynlp": ("weighted_f1",)}
"""The figures that each corpus's leaderboard is about; the last one sorts it."""
TITLES = {"dailydialog": "DailyDialog", "meld": "MELD", "emorynlp": "EmoryNLP"}
ENTIRELY, NOT_AT_ALL = "yes", "no"

SOURCES = "Published figures are of the official test split and stand here as their source prints them."
CONVERSION = (
    "From all seven labels to the six emotions: macro-F1* = (7 macro-F1 - F1 of neutral) / 6. With about 91 for "
    "neutral, CoMPM's 53.15 is about 46.8."
)
EDITIONS = (
    "EmoryNLP is in use in two editions of different size, the CSV of the papers on emotion recognition and the "
    "official JSON; a rank needs the same edition."
)
FORCED_CHOICE = (
    "A forced choice between two utterances with gold labels on both sides: it says how a space is arranged, not how "
    "well utterances are labelled."
)
UNTRAINED = "On DailyDialog's test split an untrained random network reaches F1s of 57.4 to 58.2."


def table2(measured: Sequence[Measured], corpus: str = "dailydialog") -> Exhibit:
    """Make a corpus's leaderboard of all published rows and those measured under `standard`.

    Rows measured under `triplet` stand in a part of their own; those of other protocols belong to other tables.
    Raises `UsageError` for a corpus without published figures.
    """
    if corpus not in LEADING:
        raise UsageError(f"No leaderboard for {corpus!r}", f"Use one of: {', '.join(LEADING)}")
    sheet = Sheet(dict.fromkeys((*LEADING[corpus], "macro_f1_no_neutral", "mcc")))
    others, ours = _published(corpus), [row for row in measured if row.protocol == "standard"]
    rows = _groups(sheet, others, ours, LEADING[corpus])
    part = _forced_choice([row for row in measured if row.protocol == "triplet"], corpus)
    is_paper = corpus == PAPER
    return Exhibit(
        name="table-2" if is_paper else f"leaderboard-{corpus}",
        title=f"{'Table 2' if is_paper else 'Leaderboard'}. Emotion recognition in conversation on {TITLES[corpus]}",
        columns=(*sheet.columns, "comparable with ours?"),
        rows=tuple(rows),
        data=_data(others, ours, LEADING[corpus]),
        notes=(SOURCES, *_splits(ours), *sheet.notes(), *_more(corpus)),
        parts=(part,) if is_paper or part.data["measured"] else (),
    )


def verdict(row: PublishedRow, leading: Sequence[str]) -> str:
    """Say whether a row's figures may be read beside ours under `standard`: yes, one of them only, or no."""
    fair = [name for name in leading if name in row.figures and row.figures[name].is_comparable("standard")]
    if len(fair) == len(leading):
        return ENTIRELY
    return f"{COLUMNS[fair[0]]} only" if fair else NOT_AT_ALL


def _published(corpus: str) -> tuple[PublishedRow, ...]:
    return (*published("table-2"), *published(corpus)) if corpus == PAPER else published(corpus)


def _groups(
    sheet: Sheet, others: Sequence[PublishedRow], ours: Sequence[Measured], leading: Sequence[str]
) -> list[Row]:
    """Comparable rows, best first, then ours, then in their printed order those that can't be compared."""
    by_verdict: dict[str, list[PublishedRow]] = {ENTIRELY: []}
    for row in others:
        by_verdict.setdefault(verdict(row, leading), []).append(row)
    apart = by_verdict.pop(NOT_AT_ALL, [])
    rows: list[Row] = []
    for said, group in by_verdict.items():
        name = "comparable" if said == ENTIRELY else f"comparable by {said.removesuffix(' only').rstrip('*')} alone"
        best_first = sorted(group, key=lambda row: -_sorting(row, leading[-1]))
        rows += _group(sheet, f"Published, {name}", [(sheet.published(row, "standard"), said) for row in best_first])
    rows += _group(sheet, "Measured here", [(sheet.measured(row), "ours") for row in ours])
    lines = [(sheet.published(row, "standard"), NOT_AT_ALL) for row in apart]
    return rows + _group(sheet, "Published, not comparable", lines)


def _group(sheet: Sheet, name: str, lines: Sequence[tuple[Row, str]]) -> list[Row]:
    return [(*sheet.heading(name), ""), *((*line, said) for line, said in lines)] if lines else []


def _sorting(row: PublishedRow, name: str) -> float:
    figure = row.figures.get(name)
    return figure.value or 0.0 if figure else 0.0


def _forced_choice(measured: Sequence[Measured], corpus: str) -> Exhibit:
    sheet = Sheet((*STARRED, "mcc"))
    is_paper = corpus == PAPER
    known = [row for row in published("triplet") if is_paper or row.source == "by design"]
    return Exhibit(
        name="table-2-triplet" if is_paper else f"triplet-{corpus}",
        title="Under `triplet`, not to be read beside the table above",
        columns=sheet.columns,
        rows=(*(sheet.published(row, "triplet") for row in known), *(sheet.measured(row) for row in measured)),
        data={
            "published": [row.to_json("triplet") for row in known],
            "measured": [row.to_json() for row in measured],
        },
        notes=(FORCED_CHOICE, UNTRAINED) if is_paper else (FORCED_CHOICE,),
    )


def _data(others: Sequence[PublishedRow], ours: Sequence[Measured], leading: Sequence[str]) -> dict[str, Any]:
    conventions = {convention.name: convention.says for row in others for convention in row.conventions}
    return {
        "published": [{**row.to_json("standard"), "comparable": verdict(row, leading)} for row in others],
        "measured": [row.to_json() for row in ours],
        "conventions": conventions,
    }


def _splits(ours: Sequence[Measured]) -> tuple[str, ...]:
    other = sorted({row.split for row in ours} - {"test"})
    if not other:
        return ()
    return (
        f"Ours are of another split ({', '.join(other)}) than the published ones: they show the range, not a rank.",
    )


def _more(corpus: str) -> tuple[str, ...]:
    return {PAPER: (CONVERSION,), "emorynlp": (EDITIONS,)}.get(corpus, ())
