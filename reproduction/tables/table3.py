"""The paper's Table 3: classifiers that see one utterance at a time."""

from __future__ import annotations

from collections.abc import Sequence

from reproduction.exhibit import Exhibit
from reproduction.measured import Measured
from reproduction.tables.published import published
from reproduction.tables.rows import Row, Sheet

FIGURES = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")
NOTES = (
    "Section 5.1 leaves neutral out of training and scoring, which is the protocol `emotions-only`: six labels, and no "
    "neutral utterance to raise a false alarm on. Under `standard` the same classifiers label every utterance. The two "
    "score different utterances, so a row is comparable within its group only.",
    "The paper prints SentEmoContext in the same table, but by a third protocol.",
)


def table3(measured: Sequence[Measured]) -> Exhibit:
    """Lay out direct utterance classifiers in groups by protocol; rows of other protocols are left out."""
    sheet = Sheet(FIGURES)
    known = published("table-3")
    rows: list[Row] = []
    for protocol in ("emotions-only", "standard"):
        theirs = [row for row in known if row.conventions[0].protocol == protocol]
        ours = [row for row in measured if row.protocol == protocol]
        lines = [*(sheet.published(row, protocol) for row in theirs), *map(sheet.measured, ours)]
        rows += [sheet.heading(f"`{protocol}`"), *lines] if lines else []
    apart = [row for row in known if row.conventions[0].protocol == "triplet"]
    rows += [sheet.heading("`triplet`, not comparable with either"), *(sheet.published(row, "") for row in apart)]
    return Exhibit(
        name="table-3",
        title="Table 3. Direct classification of utterances",
        columns=sheet.columns,
        rows=tuple(rows),
        data={
            "published": [row.to_json("emotions-only") for row in known],
            "measured": [row.to_json() for row in measured if row.protocol in ("emotions-only", "standard")],
        },
        notes=(*NOTES, *sheet.notes()),
    )
