"""What a model's card says of how good it is."""

from __future__ import annotations

from sentemo.evaluation.report import Report


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
