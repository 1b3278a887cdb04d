"""Lay out figures as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

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
    """Print a figure: percent with two decimals, MCC with three; never a minus before zero."""
    text = f"{value:.3f}" if name == "mcc" else f"{value:.2f}"
    return text.removeprefix("-") if not float(text) else text


OTHER = "(none of these)"
"""The column of predictions that are none of the labels."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Make a Markdown table, first column to the left, numbers to the right."""
    rule = [":--", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(_cell(text) for text in row) + " |" for row in (head, rule, *rows))


def text_matrix(names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Make a fenced block of aligned counts, rows and columns named."""
    others = [OTHER] * (len(counts[0]) - len(names))
    cells = [["", *names, *others], *([name, *map(str, row)] for name, row in zip(names, counts, strict=True))]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(x.rjust(w) for x, w in zip(row[1:], widths[1:], strict=True))])
        for row in cells
    ]
    return "\n".join(["```text", *lines, "```"])


def _cell(text: str) -> str:
    """Keep a name that holds a bar or a line break inside its cell."""
    return " ".join(text.split()).replace("|", "\\|")
