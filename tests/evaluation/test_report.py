from __future__ import annotations

import pytest

from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.report import Report, figure_cell, table, text_matrix

from .talks import THREE, Scripted, sure, talk


@pytest.fixture(scope="module")
def report() -> Report:
    talks = [talk(*["calm"] * 1200, id="long"), talk("joy", "rage")]
    script = [[sure("calm")] * 1200, [sure("joy"), sure("joy")]]
    return evaluate(Scripted(THREE, script), talks, corpus="mine", split="held-out", model_name="a|b")


def test_markdown_shows_figures_with_intervals_beside_the_baselines(report: Report) -> None:
    text = report.to_markdown()
    assert "Protocol: **standard**" in text and f"Convention: {report.convention}" in text
    assert "| figure | value | 95 % interval | majority | uniform |" in text
    row = next(line for line in text.splitlines() if line.startswith("| macro-F1* "))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == "33.33" and cells[3] == "0.00"
    low, high = (float(bound) for bound in cells[2].split(" to "))
    assert low <= 33.33 <= high
    assert "1,202 utterances of 2 dialogues" in text and "Expected calibration error (15 bins)" in text
    assert "| calm | 100.00 | 100.00 | 100.00 | 1,200 |" in text


def test_markdown_shows_the_confusion_matrix_in_line(report: Report) -> None:
    block = report.to_markdown().split("```text\n")[1].split("\n```")[0].splitlines()
    assert block == [
        "      calm  joy  rage",
        "calm  1200    0     0",
        "joy      0    1     0",
        "rage     0    1     0",
    ]


def test_all_tables_have_as_many_cells_as_their_head(report: Report) -> None:
    lines = [line for line in report.to_markdown().splitlines() if line.startswith("|")]
    assert {line.count("|") - line.count("\\|") for line in lines} == {6}
    assert len(lines) == 2 + 6 + 2 + 3


def test_a_report_needs_protocol_and_convention() -> None:
    with pytest.raises(TypeError, match="'protocol', 'convention'"):
        Report()  # type: ignore[call-arg]


def test_cells_have_no_minus_zero_and_names_no_bars() -> None:
    assert figure_cell("mcc", -0.0004) == "0.000" and figure_cell("mcc", -0.25) == "-0.250"
    assert figure_cell("macro_f1", 45.678) == "45.68" and figure_cell("macro_f1", -0.001) == "0.00"
    assert table(["a", "b"], [["x|y\nz", "1"]]) == "| a | b |\n| :-- | --: |\n| x\\|y z | 1 |"
    assert text_matrix(["a"], [[10]]) == "```text\n    a\na  10\n```"
