"""Write what was measured as a page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from general.sets import FAMILIES, MULTI_LABEL, SETS
from sentemo.evaluation.report import table

Row = Mapping[str, Any]
BEGIN, END = "<!-- measured: written by benchmarks/generality.py -->", "<!-- end of what is measured -->"
"""What stands between these in a page that is there is replaced; the rest of it stays."""
TITLES = {set.name: set.title for set in SETS}
LABEL_SETS = {set.name: set.title for set in MULTI_LABEL}
MISSING = "–"
HEADINGS = {
    "shipped": "Models on every set",
    "matrix": "Trained on one corpus, measured on another",
    "sources": "Without one source",
    "curve": "How many conversations of its own",
    "baselines": "Each utterance alone",
    "multi-label": "Several labels at once",
}
INTRO = {
    "shipped": "The models as they are, none of them trained again.",
    "matrix": "Cheap trainings, all alike but for what they are trained on: what differs between rows is the data. "
    "MELD and EmoryNLP are the same show (friends) and count once. A corpus without neutral can't teach it: labels "
    "that a training never had are never predicted.",
    "sources": "The mixture that the shipped model is made of, trained cheaply, whole and without each source.",
    "curve": "Cheap trainings on so many conversations of `everyday`, drawn at random, alone or beside the corpora "
    "that are named; a smaller draw is part of a larger one.",
    "baselines": 'Linear classifiers learn the mixture of "all sources" above, of its texts with one certain label; '
    "VADER is a word list with rules and predicts sentiment only.",
    "multi-label": "Which labels of another set apply to a turn, by the model's thresholds; neutral, or none, is one "
    "of them. A model may have chosen its thresholds on this split, and then looks a little too good.",
}
COLUMNS = """\
Test splits are measured elsewhere: this page holds validation and dev splits, which models may have been chosen on, and
the test split of the project's own corpus. Every figure is by the protocol `map` ([protocols.md](protocols.md)): labels
of corpus and model are read as common ones, a label that may mean several is right with each of them, one that means
none is left out. Brackets hold 95 % intervals of a bootstrap over conversations.

- macro-F1*, micro-F1*: over the emotions that the set's labels can express, in percent; neutral may be predicted, and
  is then missing from an emotion, but its own F1 is left out. MCC runs over all labels, from -1 to 1.
- neutral predicted, true: percent of the turns. AUROC: the chance that a neutral turn has a higher probability of being
  neutral than another turn has; it doesn't depend on how often anything is predicted.
- ECE: expected calibration error of the predicted label's probability, 15 bins, from 0 to 1.
- fitted shares: the same model, its probabilities moved to label shares that are estimated from the set's texts alone,
  without a label (`--fit-shares`); models that don't state which shares they assume have no such row.
- complaints found, precision: of the negative turns the percent predicted negative, and of those predicted negative the
  percent that is. Probabilities of emotions are added up to sentiments; surprise is left out.
- shared scenes: of MELD and EmoryNLP, where a model was trained on the other one, the dialogues are left out that share
  two long lines or more with it.
"""


def page(record: Mapping[str, Mapping[str, Any]]) -> str:
    """Write all parts that were measured."""
    blocks = [BEGIN, COLUMNS]
    for part, heading in HEADINGS.items():
        blocks.append(f"## {heading}")
        found = record.get(part)
        if found is None:
            blocks.append(f"Not measured yet: `python benchmarks/generality.py --data D --parts {part}`.")
            continue
        blocks += [INTRO[part], how(found)]
        rows = found["rows"]
        blocks += several(rows) if part == "multi-label" else grid(rows) if is_grid(part) else by_set(rows)
    return "\n\n".join(each.strip() for each in [*blocks, END]) + "\n"


def put(text: str, there: str | None) -> str:
    """Put the page's text in the place of the one that a page has; a page without any is written again."""
    if there is None or BEGIN not in there or END not in there:
        return f"# Generality\n\n{text}"
    before, _, rest = there.partition(BEGIN)
    return before + text.rstrip("\n") + rest.partition(END)[2]


def is_grid(part: str) -> bool:
    """Tell whether a part is shown as rows by sets."""
    return part in ("matrix", "sources", "curve")


def how(found: Mapping[str, Any]) -> str:
    """Tell command, seed, settings, and when and where the cells were made."""
    made = [row["made"] for row in found["rows"]]

    def told(name: str) -> str:
        return ", ".join(sorted({str(each[name]) for each in made})) or MISSING

    settings = "; ".join(f"{name}: {value}" for name, value in found["settings"].items())
    minutes = sum(each["seconds"] for each in made) / 60
    return (
        f"`{found['command']}`, seed {found['seed']}. {settings}. Measured {told('date')} at commit {told('commit')} "
        f"on {told('machine')}, {minutes:.0f} minutes in all."
    )


def by_set(rows: Sequence[Row]) -> list[str]:
    """Write a table for each set."""
    blocks = []
    for name in dict.fromkeys(row["set"] for row in rows):
        of_set = [row for row in rows if row["set"] == name]
        first = of_set[0]["plain"]
        head, cells = POLARITY if "complaints_found" in first else EMOTIONS
        body = [
            [f"{row['row']}{kind}", *(show(row[key]) for show in cells)]
            for row in of_set
            for key, kind in (("plain", ""), ("fitted", ", fitted shares"))
            if row[key] is not None
        ]
        blocks += [f"### {TITLES.get(name, name)}", counts(of_set), table(["model", *head], body)]
    return blocks


def counts(rows: Sequence[Row]) -> str:
    """Tell how much of a set is scored."""
    first = rows[0]["plain"]
    told = f"{first['n']:,} turns of {first['dialogues']:,} conversations under `{first['map']}`"
    told += f"; several labels are right of {first['several_right']:,}" if first["several_right"] else ""
    told += f"; left out: {first['left_out']:,}" if first["left_out"] else ""
    dropped = {row["row"]: row["dropped"] for row in rows if row["dropped"]}
    if dropped:
        told += (
            f". Shared scenes left out, so of fewer turns: {', '.join(f'{name} {n:,}' for name, n in dropped.items())}"
        )
    return told + "."


def grid(rows: Sequence[Row]) -> list[str]:
    """Write macro-F1* and MCC of rows by sets, plain and with fitted shares."""
    names, sets = (list(dict.fromkeys(row[key] for row in rows)) for key in ("row", "set"))
    cells = {(row["row"], row["set"]): row for row in rows}
    blocks = ["Cells: macro-F1* / MCC; the other figures, with intervals, are in `benchmarks/generality.json`."]
    for key, title in (("plain", "Plain"), ("fitted", "Fitted shares")):
        body = [[name, *(pair(cells.get((name, each)), key) for each in sets)] for name in names]
        blocks += [f"**{title}**", table(["trained on", *sets], body)]
    dropped = {row["set"]: row["dropped"] for row in rows if row["dropped"]}
    if dropped:
        told = ", ".join(f"{name} {count:,} dialogues" for name, count in dropped.items())
        blocks.append(f"Shared scenes left out where {' or '.join(FAMILIES['friends'])} was trained on: {told}.")
    return blocks


def pair(row: Row | None, key: str) -> str:
    """Return a cell of the grid."""
    found = None if row is None else row[key]
    return MISSING if found is None else f"{found['macro_f1_no_neutral']:.1f} / {found['mcc']:.3f}"


def several(rows: Sequence[Row]) -> list[str]:
    """Write the multi-label figures, and each label's."""
    if not rows:
        return ["No model here predicts these labels."]
    body = [
        [LABEL_SETS[row["set"]], row["row"], f"{row['n']:,}", percent("macro_f1")(row), percent("micro_f1")(row)]
        for row in rows
    ]
    blocks = [table(["labels", "model", "turns", "macro-F1", "micro-F1"], body)]
    for row in rows:
        lines = [
            [name, *(f"{each[figure]:.1f}" for figure in ("precision", "recall", "f1")), f"{each['support']:,}"]
            for name, each in row["per_label"].items()
        ]
        blocks += [
            f"**{LABEL_SETS[row['set']]}: {row['row']}**",
            table(["label", "precision", "recall", "F1", "support"], lines),
        ]
    return blocks


def percent(name: str) -> Any:
    """Show a figure with one decimal and its interval."""
    return lambda row: shown(row, name, 1)


def fraction(name: str) -> Any:
    """Show a figure with three decimals and its interval."""
    return lambda row: shown(row, name, 3)


def shown(row: Row, name: str, digits: int) -> str:
    """Show a figure and its interval; a dash where there is none."""
    value, bounds = row.get(name), row.get(f"{name}_interval")
    if value is None:
        return MISSING
    return f"{value:.{digits}f}" + (f" [{bounds[0]:.{digits}f}, {bounds[1]:.{digits}f}]" if bounds else "")


NEUTRAL = (
    ("neutral predicted", percent("neutral_predicted")),
    ("true", percent("neutral_gold")),
    ("AUROC", fraction("neutral_auroc")),
    ("ECE", fraction("ece")),
)
EMOTIONS = tuple(
    zip(
        ("macro-F1*", percent("macro_f1_no_neutral")),
        ("micro-F1*", percent("micro_f1_no_neutral")),
        ("MCC", fraction("mcc")),
        *NEUTRAL,
        strict=True,
    )
)
POLARITY = tuple(
    zip(
        ("complaints found", percent("complaints_found")),
        ("precision", percent("complaints_precision")),
        ("macro-F1, three labels", percent("macro_f1")),
        ("MCC", fraction("mcc")),
        *NEUTRAL,
        strict=True,
    )
)
