"""Every promise is carried by a test, and what is found is told as it is."""

from __future__ import annotations

import re
from pathlib import Path

from tests.evidence.page import page, verdict
from tests.evidence.plugin import Evidence, figures
from tests.evidence.rows import ROWS

TESTS = Path(__file__).resolve().parents[1]


def test_every_promise_is_carried_by_a_test() -> None:
    files = (file.read_text(encoding="utf-8") for file in TESTS.rglob("test_*.py"))
    carried = {row for text in files for row in re.findall(r'^@pytest\.mark\.evidence\("(.+)"\)', text, re.MULTILINE)}
    assert carried == set(ROWS)


def test_figures_of_a_row_come_together() -> None:
    evidence = Evidence(full=False)
    for number in (2, 5):
        evidence.count(1000 * number, "tried")
        evidence.worst(number / 1e4, "off by")
        evidence.show("said once")
    assert figures(evidence.shown) == ["7,000 tried", "off by 0.0005", "said once"]
    assert evidence.scale(1, 2) == 1 and Evidence(full=True).scale(1, 2) == 2


def test_a_promise_that_is_missed_or_not_measured_is_told() -> None:
    ground = {"form": "full", "date": "2026-11-26", "commit": "abc", "machine": "a machine", "seconds": 60.0}
    found = {"figures": ["7 tried"], "passed": 1, "failed": ["a::b"], "skipped": [], **ground}
    text = page({"training.nan": found})
    assert "| 7 tried; 1 of 2 checks pass | **missed**: `a::b` | full, 2026-11-26, abc |" in text
    assert text.count("| not measured |") == len(ROWS) - 1
    row = ROWS["training.nan"]
    assert verdict(row, found | {"failed": []}) == "holds"
    assert verdict(row, found | {"failed": [], "passed": 0, "skipped": ["no Ray", "no Ray"]}) == "not measured: no Ray"
